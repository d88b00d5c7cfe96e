// What only a start or a typed command asks for: beginning and reloading, the version with its build,
// and writing down state and counters at signals. A page in which a cluster runs does without.
import { reloadCheckers, startCheckers } from "./checkers-start.ts";
import { noticeAddress, noticeRemoval } from "./by-hand.ts";
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
import { startVrrp } from "./vrrp-start.ts";
import type { Vrrp } from "./vrrp.ts";

function writeState(vrrp: Vrrp): void {
  sayPrinting(vrrp.system, vrrp.process, vrrp.voice, "VRRP");
  writeStateFile(vrrp);
}

export const typedSignals = {
  askChildren,
  isRunning,
  onTypedTimer,
  startTyped,
  noticeAddress,
  noticeRemoval,
  reloadDaemon,
  reloadCheckers,
  startCheckers,
  startVrrp,
  reloadVrrp,
  respawn,
  writeState,
  writeStatistics,
};
export type TypedSignals = typeof typedSignals;
