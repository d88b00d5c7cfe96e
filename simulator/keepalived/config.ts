// What a keepalived.conf means, as data: frozen, with every default filled in (K125, K131). Times
// are whole microseconds.
import type { Ip } from "../wire/address.ts";

export interface KeepalivedConfig {
  readonly routerId: string | undefined;
  readonly instances: readonly VrrpInstanceConfig[];
  readonly virtualServers: readonly VirtualServerConfig[];
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
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  readonly dontTrackPrimary: boolean;
  readonly unicastPeers: readonly Ip[];
  readonly sourceIp: Ip | undefined;
}

export interface VirtualAddress {
  readonly address: Ip;
  readonly prefix: number;
  /** The instance's own interface when left out. */
  readonly nic?: string;
  readonly label?: string;
}

export interface VirtualServerConfig {
  readonly protocol: "tcp" | "udp";
  readonly address: Ip;
  readonly port: number;
  /** Not 0: a firewall mark in place of an address. */
  readonly mark: number;
  readonly scheduler: string;
  readonly method: "route" | "masq" | "tunnel";
  readonly persistence: { readonly timeout: number; readonly mask: Ip } | undefined;
  readonly onePacket: boolean;
  readonly quorum: number;
  readonly hysteresis: number;
  readonly alpha: boolean;
  readonly inhibitOnFailure: boolean;
  readonly sorryServer: { readonly address: Ip; readonly port: number } | undefined;
  readonly realServers: readonly RealServerConfig[];
}

export interface RealServerConfig {
  readonly address: Ip;
  readonly port: number;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly inhibitOnFailure: boolean;
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
}

export interface HttpCheckerConfig extends CheckerBase {
  readonly type: "HTTP_GET";
  readonly virtualHost: string | undefined;
  readonly urls: readonly {
    readonly path: string;
    /** Inclusive ranges of good status codes (K142). */
    readonly statusCodes: readonly (readonly [number, number])[];
  }[];
}

export interface TcpCheckerConfig extends CheckerBase {
  readonly type: "TCP_CHECK";
}

export type CheckerConfig = HttpCheckerConfig | TcpCheckerConfig;
