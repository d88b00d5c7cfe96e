// What a keepalived.conf means, as data: frozen, with every default filled in (K125, K131). Times
// are whole microseconds.
import type { ServiceName } from "../ipvs/admin.ts";
import type { Ip } from "../wire/address.ts";

export interface KeepalivedConfig {
  readonly routerId: string | undefined;
  readonly instances: readonly VrrpInstanceConfig[];
  readonly syncGroups: readonly SyncGroupConfig[];
  readonly scripts: readonly VrrpScriptConfig[];
  readonly virtualServers: readonly VirtualServerConfig[];
  /** `lvs_sync_daemon IF INSTANCE`: copies connections as that instance's state says (K122). */
  readonly syncDaemon: SyncDaemonConfig | undefined;
  /** What is done to the kernel's table at the start: `lvs_flush`, `lvs_timeouts` in seconds. */
  readonly table: {
    readonly flushed: boolean;
    readonly timeouts: { readonly tcp?: number; readonly tcpfin?: number; readonly udp?: number };
  };
}

export interface SyncDaemonConfig {
  readonly nic: string;
  readonly instance: string;
  /** Undefined: the instance's virtual router id. */
  readonly syncId: number | undefined;
}

/** Instances that move together (K111). */
export interface SyncGroupConfig {
  readonly name: string;
  readonly members: readonly string[];
  readonly track: Tracking;
  readonly notify: NotifyConfig;
  /** `sync_group_tracking_weight`: members keep what they track with a weight (K112). */
  readonly trackingWeight: boolean;
}

export interface VrrpScriptConfig {
  readonly name: string;
  /** The command, word by word. */
  readonly command: readonly string[];
  readonly intervalUs: number;
  readonly timeoutUs: number;
  readonly rise: number;
  readonly fall: number;
  readonly weight: number;
  /** Starts as failed (K104). */
  readonly initFail: boolean;
}

/** What an instance or a group watches (K100-K110). A weight of 0 means FAULT. */
export interface Tracking {
  readonly nics: readonly { readonly name: string; readonly weight: number }[];
  readonly scripts: readonly { readonly name: string; readonly weight: number | undefined }[];
}

/** Commands to run at a change of state (K115-K118), word by word. */
export interface NotifyConfig {
  readonly master?: readonly string[];
  readonly backup?: readonly string[];
  readonly fault?: readonly string[];
  readonly stop?: readonly string[];
  readonly masterLowerPriority?: readonly string[];
  /** Called with type, name, state and priority besides. */
  readonly any?: readonly string[];
  /** `notify_deleted`: an instance that a reload removes says DELETED in place of FAULT (K118). */
  readonly tellsDeleted?: boolean;
}

export interface VrrpInstanceConfig {
  readonly name: string;
  /** Only a wish: every instance begins as BACKUP (K21, K22). */
  readonly state: "MASTER" | "BACKUP";
  readonly nic: string;
  readonly virtualRouterId: number;
  readonly priority: number;
  readonly advertIntervalUs: number;
  readonly version: 2 | 3;
  /** 0 none, 1 PASS, 2 AH. */
  readonly authType: 0 | 1 | 2;
  /** Cut to eight characters (K4). */
  readonly password: string;
  readonly addresses: readonly VirtualAddress[];
  readonly excludedAddresses: readonly VirtualAddress[];
  readonly preempt: boolean;
  readonly preemptDelayUs: number;
  readonly garpRepeat: number;
  readonly garpDelayUs: number;
  /** 0: never. */
  readonly garpRefreshUs: number;
  readonly garpRefreshRepeat: number;
  readonly garpLowerPriorityRepeat: number;
  readonly garpLowerPriorityDelayUs: number;
  readonly downTimerAdverts: number;
  /** Adverts are taken from peers alone (K14). */
  readonly checksUnicastSource: boolean;
  readonly unicastTtl: number;
  /** Where adverts go that have no peers. */
  readonly group: Ip;
  /** Before the first wait (K54). */
  readonly startupDelayUs: number;
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  readonly dontTrackPrimary: boolean;
  readonly unicastPeers: readonly Ip[];
  readonly sourceIp: Ip | undefined;
  readonly track: Tracking;
  readonly notify: NotifyConfig;
}

export interface VirtualAddress {
  readonly address: Ip;
  readonly prefix: number;
  /** The instance's own interface when left out. */
  readonly nic?: string;
  readonly label?: string;
  readonly broadcast?: Ip;
  readonly scope?: "host" | "link";
}

export interface VirtualServerConfig {
  readonly protocol: "tcp" | "udp";
  readonly address: Ip;
  readonly port: number;
  /** Not 0: a firewall mark in place of an address. */
  readonly mark: number;
  /** The virtual_server_group that is balanced as one; `address` is then empty. */
  readonly group: string | undefined;
  /** Its services in the kernel's table: one, or those of its group. */
  readonly services: readonly ServiceName[];
  readonly scheduler: string;
  readonly method: "route" | "masq" | "tunnel";
  readonly persistence: { readonly timeout: number; readonly mask: Ip } | undefined;
  readonly onePacket: boolean;
  readonly quorum: number;
  readonly hysteresis: number;
  /** At the end notify_down and quorum_down run too (K137). */
  readonly omega: boolean;
  /** Checks only while the address is here (K92). */
  readonly haSuspend: boolean;
  readonly schedulerFlags: readonly string[];
  readonly quorumUp: readonly string[] | undefined;
  readonly quorumDown: readonly string[] | undefined;
  readonly sorryServer: { readonly address: Ip; readonly port: number } | undefined;
  readonly sorryServerInhibit: boolean;
  readonly realServers: readonly RealServerConfig[];
}

export interface RealServerConfig {
  readonly address: Ip;
  readonly port: number;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly method: "route" | "masq" | "tunnel";
  readonly inhibitOnFailure: boolean;
  readonly notifyUp: readonly string[] | undefined;
  readonly notifyDown: readonly string[] | undefined;
  readonly checkers: readonly CheckerConfig[];
}

interface CheckerBase {
  readonly connectIp: Ip;
  readonly connectPort: number;
  readonly connectTimeoutUs: number;
  readonly delayLoopUs: number;
  readonly warmupUs: number;
  readonly retries: number;
  readonly delayBeforeRetryUs: number;
  /** Names the reason of each failing attempt in the log (K87). */
  readonly logAllFailures: boolean;
  /** Begins as down (K136). */
  readonly alpha: boolean;
}

export interface HttpCheckerConfig extends CheckerBase {
  readonly type: "HTTP_GET" | "SSL_GET";
  /** All but "1.0" say `Connection: close`, too. */
  readonly httpVersion: "1.0" | "1.0C" | "1.1";
  /** On the way back, and at the start, one good answer is asked for right after the other. */
  readonly fastRecovery: boolean;
  readonly urls: readonly {
    readonly path: string;
    /** What the Host header says; the server's own address and port when left out (K141). */
    readonly virtualHost: string | undefined;
    /** Inclusive ranges of good status codes (K142); undefined when only the digest counts. */
    readonly statusCodes: readonly (readonly [number, number])[] | undefined;
    /** MD5 of the body in hexadecimal. */
    readonly digest: string | undefined;
  }[];
}

export interface TcpCheckerConfig extends CheckerBase {
  readonly type: "TCP_CHECK";
}

/** A command whose exit status decides (K147). */
export interface MiscCheckerConfig extends CheckerBase {
  readonly type: "MISC_CHECK";
  readonly command: readonly string[];
  readonly timeoutUs: number;
  /** An exit status from 2 to 255 sets the weight. */
  readonly dynamic: boolean;
}

/** A datagram that nobody refuses, or that is answered (K131). */
export interface UdpCheckerConfig extends CheckerBase {
  readonly type: "UDP_CHECK";
  /** Bytes as characters; undefined: keepalived's own. */
  readonly payload: string | undefined;
  /** Silence is a failure. */
  readonly needsReply: boolean;
  /** What a reply begins with; undefined: anything. */
  readonly reply: string | undefined;
  /** Lengths in bytes, inclusive; they count only together with `reply`. */
  readonly minimumReply: number;
  readonly maximumReply: number;
}

/** An echo request (K131). */
export interface PingCheckerConfig extends CheckerBase {
  readonly type: "PING_CHECK";
}

/** A question to a name server (K131). */
export interface DnsCheckerConfig extends CheckerBase {
  readonly type: "DNS_CHECK";
  /** RFC 1035's number. */
  readonly queryType: number;
  /** "" or "." for the root. */
  readonly name: string;
}

/** A mail server's greeting, HELO and QUIT (K131). */
export interface SmtpCheckerConfig extends CheckerBase {
  readonly type: "SMTP_CHECK";
  readonly helo: string;
}

/** A number in a file that changes the server's weight, or with weight 0 takes it out (K131). */
export interface FileCheckerConfig extends CheckerBase {
  readonly type: "FILE_CHECK";
  readonly name: string;
  readonly path: string;
  readonly weight: number;
  readonly reverse: boolean;
  /** What the file is made with when it does not exist, or with `overwrites` always. */
  readonly initial: number | undefined;
  readonly overwrites: boolean;
}

export type CheckerConfig =
  | HttpCheckerConfig
  | TcpCheckerConfig
  | MiscCheckerConfig
  | UdpCheckerConfig
  | PingCheckerConfig
  | DnsCheckerConfig
  | SmtpCheckerConfig
  | FileCheckerConfig;
