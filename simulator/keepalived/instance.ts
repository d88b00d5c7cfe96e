// One VRRP instance as data, and what is computed from it (K20).
import type { Ip } from "../wire/address.ts";
import type {
  SyncDaemonConfig,
  SyncGroupConfig,
  VrrpInstanceConfig,
  VrrpScriptConfig,
} from "./config.ts";

export type VrrpState = "INIT" | "BACKUP" | "MASTER" | "FAULT";

/** All that the VRRP process remembers. */
export interface VrrpMemory {
  readonly instances: Map<string, VrrpInstance>;
  readonly scripts: Map<string, TrackedScript>;
  groups: readonly SyncGroupConfig[];
  syncDaemon: SyncDaemonConfig | undefined;
}

export interface VrrpInstance {
  readonly name: string;
  /** Frozen; a reload puts another one here. */
  config: VrrpInstanceConfig;
  state: VrrpState;
  /** MASTER once its timer has run out, though its sync group may hold it back (K111). */
  wants: "BACKUP" | "MASTER";
  /** The effective priority, after tracking (K102). */
  priority: number;
  /** The master's interval, learned in version 3 (K29); one's own otherwise. */
  masterIntervalUs: number;
  /** When its one timer ends, on virtual time (K19). */
  deadline: number;
  /** Where its last advert came from. */
  source: Ip | undefined;
  /** IP identification of the next advert (K1). */
  nextId: number;
  socket: number;
  /** Why it cannot take part: "interface eth1 down" (K40). */
  faults: readonly string[];
  /** The sender of the last advert accepted. */
  master: Ip | undefined;
  /** The last refresh by gratuitous ARP (K64). */
  refreshedAt: number;
  /** Bursts of gratuitous ARP scheduled so far: each has a timer of its own. */
  bursts: number;
  /** While it runs lower adverts are accepted (K34). */
  preemptAt: number | undefined;
  /** Its last change of state. */
  changedAt: number;
  readonly counters: VrrpCounters;
}

/** What SIGUSR2 lists (K18). */
export interface VrrpCounters {
  received: number;
  sent: number;
  becameMaster: number;
  releasedMaster: number;
  ttl: number;
  interval: number;
  addressList: number;
  authType: number;
  authMismatch: number;
  authFailure: number;
  zeroReceived: number;
  zeroSent: number;
}

/** A vrrp_script and how it stands (K103-K106). */
export interface TrackedScript {
  readonly config: VrrpScriptConfig;
  readonly pid: number | undefined;
  /** Good from `rise` upwards; 0 to rise + fall − 1. */
  readonly result: number;
  /** Undefined before the first end. */
  readonly isUp: boolean | undefined;
  readonly lastStatus: number;
  /** Its run still went on when the next was due; that of the run before. */
  readonly isSlow: boolean;
  readonly isKnownSlow: boolean;
}

const SECOND_US = 1_000_000;

/** Version 2: (256 − priority) / 256 s whatever the interval; version 3: that share of it. */
export function skewUs(instance: VrrpInstance): number {
  const share = (256 - instance.priority) / 256;
  const base = instance.config.version === 2 ? SECOND_US : instance.masterIntervalUs;
  return Math.round(share * base);
}

/** How long a backup waits for an advert before it takes over. */
export function masterDownUs(instance: VrrpInstance): number {
  const { downTimerAdverts } = instance.config;
  return downTimerAdverts * instance.masterIntervalUs + skewUs(instance);
}
