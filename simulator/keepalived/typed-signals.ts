// What only a typed command asks for: the version with its build, reloading, and writing down state
// and counters at signals. A page without a shell does without.
import { noticeAddress, noticeRemoval } from "./by-hand.ts";
import { reloadPools } from "./reload-pools.ts";
import { reloadVrrp } from "./reload-vrrp.ts";
import { writeState as writeStateFile } from "./state-file.ts";
import { reloadDaemon, respawn, testConfiguration } from "./typed-daemon.ts";
import { sayPrinting, writeStatistics } from "./statistics.ts";
import { VERSION_TEXT } from "./version-text.ts";
import type { Vrrp } from "./vrrp.ts";

function writeState(vrrp: Vrrp): void {
  sayPrinting(vrrp.system, vrrp.process, vrrp.voice, "VRRP");
  writeStateFile(vrrp);
}

export const typedSignals = {
  noticeAddress,
  noticeRemoval,
  versionText: VERSION_TEXT,
  reloadDaemon,
  reloadPools,
  reloadVrrp,
  respawn,
  testConfiguration,
  writeState,
  writeStatistics,
};
export type TypedSignals = typeof typedSignals;
