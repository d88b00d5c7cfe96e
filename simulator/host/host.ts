// A Linux host as data: interfaces, neighbours, routes, sysctls, sockets, processes, files, log.
// Left out: IPv6, network namespaces, users and permissions (everyone is root).
import type { Masquerade } from "./masquerade.ts";
import type { Ipvs } from "../ipvs/state.ts";
import type { Ip, Mac } from "../wire/address.ts";
import type { Frame } from "../wire/ethernet.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { Filter } from "./filter.ts";
import type { Pipe, Process } from "./process.ts";
import type { Socket } from "./socket.ts";
import type { TcpTables } from "./tcp-state.ts";

export interface Host {
  readonly name: string;
  readonly role: "director" | "node" | "client";
  powered: boolean;
  /** Interfaces in kernel order, "lo" first. */
  readonly nics: Map<string, Nic>;
  routes: Route[];
  /** Values set by `sysctl -w` or a file in /proc/sys, by dotted name; defaults are in `sysctl.ts`. */
  readonly sysctl: Map<string, string>;
  readonly files: Map<string, FileRecord>;
  readonly processes: Map<number, Process>;
  lastPid: number;
  readonly pipes: Map<number, Pipe>;
  lastPipe: number;
  readonly sockets: Map<number, Socket>;
  lastSocket: number;
  /** Raw and packet sockets among them: every packet asks for these. */
  taps: readonly number[];
  readonly tcp: TcpTables;
  /** Next ephemeral port to try (32768-60999, I229). */
  nextPort: number;
  /** Newest line first; lines never change, so copies of the host share them. */
  log: LogLine | undefined;
  /** The web server's requests, newest first; shared between copies like the log. */
  accessLog: TextLine | undefined;
  /** Commands typed at the console that wait for the one before to end. */
  readonly console: {
    running: number | undefined;
    queue: ConsoleCommand[];
    /** Which command a process is, by its id. */
    readonly labels: Map<number, string>;
    /** What the shell at the prompt knows once a line has ended; as after login without it. */
    shell: PromptShell | undefined;
    /** The process that runs a line of the prompt's shell. */
    prompt: number | undefined;
  };
  filter: Filter;
  readonly ipvs: Ipvs;
  /** Counters of /proc/net/snmp and netstat by name (`IpInAddrErrors`). */
  readonly counters: Map<string, number>;
  /** Groups joined, by interface and address: "eth1 224.0.0.18". */
  readonly groups: Map<string, GroupMembership>;
  /** By interface: when its next report of changes goes out, and how many more there are. */
  readonly reports: Map<string, { readonly deadline: number; readonly remaining: number }>;
  /** When the next ICMP error may be sent to a peer (I10). */
  readonly icmpCredit: Map<Ip, { tokens: number; at: number }>;
  /** Clients behind this host's own ports, by "<protocol> <peer>:<port> <own>:<port>" (I31). */
  readonly masquerades: Map<string, Masquerade>;
  /** ICMP redirects sent to a neighbour of late (I30). */
  readonly redirects: Map<Ip, { readonly sent: number; readonly at: number }>;
  /** Where a neighbour's redirect sends packets for one destination (I30). */
  readonly detours: Map<Ip, { readonly via: Ip; readonly deadline: number }>;
  /** IP identification counters, by flow (I232). */
  readonly packetIds: Map<string, number>;
  readonly boot: BootPlan;
}

/** What the machine's own files bring back after a power cut; frozen. */
export interface BootPlan {
  readonly addresses: readonly {
    readonly nic: string;
    readonly address: Ip;
    readonly prefix: number;
  }[];
  readonly routes: readonly Route[];
  /** /etc/sysctl.d. */
  readonly sysctl: Readonly<Record<string, string>>;
  /** Services that are enabled: "systemctl start nginx". */
  readonly commands: readonly string[];
}

export interface Nic {
  readonly name: string;
  /** 1 for lo; printed by `ip` and by keepalived's sockpool line. */
  readonly index: number;
  readonly mac: Mac;
  readonly mtu: number;
  /** Administratively up (`ip link set … up`). */
  up: boolean;
  /** A cable with a live switch at its other end. */
  carrier: boolean;
  /** The switch and port it is plugged into; undefined for lo. */
  readonly network?: string;
  readonly port?: number;
  /** Counted since the machine started, as `ip -s link` prints it; bytes with their header. */
  readonly traffic: { rxPackets: number; rxBytes: number; txPackets: number; txBytes: number };
  /** Frames kept for those who listen to everything (tcpdump), by socket. */
  readonly rings: Map<number, CapturedFrame[]>;
  addresses: readonly InterfaceAddress[];
  readonly neighbours: Map<Ip, Neighbour>;
  /** How long an entry stays REACHABLE: drawn 15-45 s, again every 300 s (I56). */
  reachableUs: number;
  readonly arp: boolean;
}

/** One line of `ip addr`; frozen, a change makes a new list. */
export interface InterfaceAddress {
  readonly address: Ip;
  readonly prefix: number;
  readonly broadcast?: Ip;
  readonly scope: "global" | "link" | "host";
  /** A later address of the same subnet: never chosen as a source when a primary will do. */
  readonly secondary: boolean;
  readonly label: string;
  /** "keepalived" when the daemon put it there (IFAPROT), so that it can take it away again. */
  readonly owner?: string;
}

/** RFC 826 cache entry with Linux's states (I56-I59). `deadline` is when the state ends by itself. */
export type Neighbour =
  | {
      state: "incomplete";
      /** Requests sent so far. */
      probes: number;
      deadline: number;
      waiting: Ipv4Packet[];
      updatedAt: number;
      usedAt: number;
      confirmedAt: number;
    }
  | {
      state: "reachable" | "delay";
      mac: Mac;
      deadline: number;
      updatedAt: number;
      usedAt: number;
      confirmedAt: number;
    }
  | { state: "stale"; mac: Mac; updatedAt: number; usedAt: number; confirmedAt: number }
  | {
      state: "probe";
      mac: Mac;
      probes: number;
      deadline: number;
      updatedAt: number;
      usedAt: number;
      confirmedAt: number;
    }
  | { state: "failed"; updatedAt: number; usedAt: number; confirmedAt: number }
  | { state: "permanent"; mac: Mac; updatedAt: number; usedAt: number; confirmedAt: number };

export interface Route {
  /** "main" as `ip route` lists it; local routes come from the addresses themselves. */
  readonly destination: Ip;
  readonly prefix: number;
  readonly nic: string;
  readonly via?: Ip;
  readonly source?: Ip;
  readonly scope: "global" | "link";
  readonly protocol: "kernel" | "boot" | "static" | "keepalived";
  readonly metric: number;
}

export interface FileRecord {
  readonly content: string;
  /** Whole seconds since 1970, for Last-Modified and `ls -l`. */
  readonly modified: number;
  readonly mode: number;
  /** Lost with the power: /run and /tmp. */
  readonly volatile?: boolean;
}

export interface LogLine {
  readonly at: number;
  readonly identity: string;
  readonly pid: number;
  /** syslog severity: 6 info, 7 debug. */
  readonly severity: number;
  readonly text: string;
  readonly previous: LogLine | undefined;
}

export interface CapturedFrame {
  readonly at: number;
  readonly frame: Frame;
  readonly way: "in" | "out";
}

export interface TextLine {
  readonly text: string;
  readonly previous: TextLine | undefined;
}

export interface ConsoleCommand {
  readonly line: string;
  readonly label: string;
  readonly prompt?: boolean;
}

/** What is handed from one line typed at the prompt to the next. */
export interface PromptShell {
  readonly directory: string;
  /** The shell's own: variables, functions, the last status. */
  readonly memory: unknown;
}

export interface GroupMembership {
  /** How many sockets are members. */
  count: number;
  /** Reports still to be sent for the last change. */
  remaining: number;
  change: "join" | "leave";
}
