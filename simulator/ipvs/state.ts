// IPVS as data: services with their destinations in the kernel's order, the connection table and
// the statistics (ipvs.md sections 3 and 4).
import type { Ip } from "../wire/address.ts";
import type { SyncRecord } from "../wire/ipvs-sync.ts";
import type { LocalityEntry } from "./schedulers/locality.ts";
import { type ConnectionTable, emptyConnectionTable } from "./connection-table.ts";

export type ForwardingMethod = "route" | "masq" | "tunnel";
export type ServiceProtocol = "tcp" | "udp";

export interface Ipvs {
  /** The module is loaded: the sysctls exist (I119). */
  loaded: boolean;
  /** By `serviceKey`. */
  readonly services: Map<string, Service>;
  connections: ConnectionTable;
  /** Seconds, set by `ipvsadm --set` (I97). */
  timeouts: { tcp: number; tcpfin: number; udp: number };
  /** Destinations deleted while connections still refer to them (I131), by `destinationKey`. */
  readonly trash: Map<string, TrashedDestination>;
  /** When the estimator ticks next. */
  tickAt: number;
  /** When the trash is looked through next. */
  sweepAt: number;
  /** drop_packet: scheduled packets until the next one that is dropped (I119). */
  untilDrop: number;
  /** drop_entry: when the table is thinned out next, and by packets seen, how many idle entries are
   * still spared (I119). */
  defenceAt: number;
  spared: readonly number[];
  readonly sync: SyncState;
}

export type SyncRole = "master" | "backup";

/** The sync daemons that run here, and what the master has not sent yet (I140-I143). */
export interface SyncState {
  master: SyncDaemon | undefined;
  backup: SyncDaemon | undefined;
  waiting: readonly SyncRecord[];
  waitingSince: number;
  sourcePort: number;
}

export interface SyncDaemon {
  readonly nic: string;
  readonly syncId: number;
}

export interface Service {
  readonly key: string;
  readonly protocol: ServiceProtocol;
  readonly address: Ip;
  readonly port: number;
  /** Not 0 for a firewall-mark service. */
  readonly mark: number;
  scheduler: SchedulerName;
  /** What the scheduler remembers between two choices. */
  memory: SchedulerMemory;
  flags: readonly string[];
  persistence: { readonly timeout: number; readonly mask: Ip } | undefined;
  onePacket: boolean;
  /** Kernel order: a new destination goes to the head (I62). */
  destinations: Destination[];
  readonly stats: Stats;
}

export interface Destination {
  readonly key: string;
  readonly address: Ip;
  readonly port: number;
  method: ForwardingMethod;
  weight: number;
  /** The last weight that was not 0 (I64). */
  lastWeight: number;
  upperThreshold: number;
  lowerThreshold: number;
  overloaded: boolean;
  active: number;
  inactive: number;
  persistent: number;
  readonly stats: Stats;
}

export interface TrashedDestination extends Destination {
  /** Since when no connection is known to refer to it. */
  idleSince: number | undefined;
}

export type SchedulerName =
  | "rr"
  | "wrr"
  | "lc"
  | "wlc"
  | "sed"
  | "nq"
  | "fo"
  | "ovf"
  | "lblc"
  | "lblcr"
  | "dh"
  | "sh"
  | "mh"
  | "none";

export interface SchedulerMemory {
  /** rr and wrr: the destination chosen last; undefined stands for the list's head. */
  last: string | undefined;
  /** wrr's current weight (I72). */
  currentWeight: number;
  /** dh, sh, mh: keys of destinations by hash; made again after a change (I81-I84). */
  table?: readonly (string | undefined)[] | undefined;
  /** lblc, lblcr: what a destination address went to (I86, I87). */
  cache?: Map<Ip, LocalityEntry>;
}

/** Counters now, and as the last tick of the 2-second estimator left them (I107, I108). */
export interface Stats {
  readonly now: Counters;
  shown: Counters;
  /** Smoothed per second. */
  rates: Counters;
}

export interface Counters {
  connections: number;
  inPackets: number;
  outPackets: number;
  inBytes: number;
  outBytes: number;
}

export function emptyIpvs(): Ipvs {
  return {
    loaded: false,
    services: new Map(),
    connections: emptyConnectionTable(),
    timeouts: { tcp: 900, tcpfin: 120, udp: 300 },
    trash: new Map(),
    tickAt: 0,
    sweepAt: 0,
    untilDrop: 0,
    defenceAt: 0,
    spared: [],
    sync: {
      master: undefined,
      backup: undefined,
      waiting: [],
      waitingSince: 0,
      sourcePort: 0,
    },
  };
}

export function emptyCounters(): Counters {
  return { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
}

export function emptyStats(): Stats {
  return { now: emptyCounters(), shown: emptyCounters(), rates: emptyCounters() };
}

export function serviceKey(protocol: ServiceProtocol, address: Ip, port: number): string {
  return `${protocol} ${address}:${port}`;
}

/** How the key of a firewall mark's service begins. */
export const MARKED = "fwm ";
/** In place of a destination's key: an entry that was told of, with no such server here (I148). */
export const UNBOUND = "";

export function markKey(mark: number): string {
  return `${MARKED}${mark}`;
}

/** Unique on a host: a destination belongs to one service. */
export function destinationKey(service: string, address: Ip, port: number): string {
  return `${service} -> ${address}:${port}`;
}
