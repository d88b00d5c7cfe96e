// One VRRP instance as data, and what is computed from it (K20).
import type { Ip } from "../wire/address.ts";
import type { VrrpInstanceConfig } from "./config.ts";

export type VrrpState = "INIT" | "BACKUP" | "MASTER" | "FAULT";

export interface VrrpInstance {
  readonly name: string;
  /** Frozen; a reload puts another one here. */
  config: VrrpInstanceConfig;
  state: VrrpState;
  /** The effective priority, after tracking (K102). */
  priority: number;
  /** The master's interval, learned in version 3 (K29); one's own otherwise. */
  masterIntervalUs: number;
  /** IP identification of the next advert (K1). */
  nextId: number;
  socket: number;
  /** Why it cannot take part: "interface eth1 down" (K40). */
  faults: readonly string[];
  /** The sender of the last advert accepted. */
  master: Ip | undefined;
  /** Second burst of gratuitous ARPs, and the last refresh (K59, K64). */
  refreshedAt: number;
  /** While it runs lower adverts are accepted (K34). */
  preemptAt: number | undefined;
  preemptWaited: boolean;
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
