// What the children do at signals that only a typed command sends: reloading, writing their state and
// their counters. A page without a shell does without.
import { reloadPools } from "./reload-pools.ts";
import { reloadVrrp } from "./reload-vrrp.ts";
import { writeState, writeStatistics } from "./statistics.ts";

export const typedSignals = { reloadPools, reloadVrrp, writeState, writeStatistics };
export type TypedSignals = typeof typedSignals;
