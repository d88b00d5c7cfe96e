// What only a typed command asks for: the version with its build, reloading, and writing down state
// and counters at signals. A page without a shell does without.
import { noticeAddress, noticeRemoval } from "./by-hand.ts";
import type { ReadResult } from "./read.ts";
import { reloadPools } from "./reload-pools.ts";
import { reloadVrrp } from "./reload-vrrp.ts";
import { writeState as writeStateFile } from "./state-file.ts";
import {
  askChildren,
  isRunning,
  onTypedTimer,
  reloadDaemon,
  respawn,
  startTyped,
} from "./typed-daemon.ts";
import { sayPrinting, writeStatistics } from "./statistics.ts";
import type { Vrrp } from "./vrrp.ts";

function writeState(vrrp: Vrrp): void {
  sayPrinting(vrrp.system, vrrp.process, vrrp.voice, "VRRP");
  writeStateFile(vrrp);
}

/** Told when the interfaces are known, not with the other complaints (measured, 2.2.7). */
function isLateComplaint(text: string): boolean {
  return /tracked interface .*due to|both use VRID|is not used$|and sync group/.test(text);
}

/** Two instances with one router id are found out late (measured, 2.2.7). */
function knowsInterfaces({ fatal, logged }: ReadResult): boolean {
  return !fatal || logged.some(({ text }) => text.includes(" both use VRID "));
}

export const typedSignals = {
  isLateComplaint,
  knowsInterfaces,
  askChildren,
  isRunning,
  onTypedTimer,
  startTyped,
  noticeAddress,
  noticeRemoval,
  reloadDaemon,
  reloadPools,
  reloadVrrp,
  respawn,
  writeState,
  writeStatistics,
};
export type TypedSignals = typeof typedSignals;
