// What the children do at signals that only a typed command sends: reloading, writing their state and
// their counters. A page without a shell does without.
import { reloadPools } from "./reload-pools.ts";
import { reloadVrrp } from "./reload-vrrp.ts";
import { writeState as writeStateFile } from "./state-file.ts";
import { sayPrinting, writeStatistics } from "./statistics.ts";
import type { Vrrp } from "./vrrp.ts";

function writeState(vrrp: Vrrp): void {
  sayPrinting(vrrp.system, vrrp.process, vrrp.voice, "VRRP");
  writeStateFile(vrrp);
}

export const typedSignals = { reloadPools, reloadVrrp, writeState, writeStatistics };
export type TypedSignals = typeof typedSignals;
