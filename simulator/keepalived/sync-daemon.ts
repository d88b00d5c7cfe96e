// `lvs_sync_daemon`: the kernel's sync daemon is a backup or a master as one instance is (K122).
import { startSync, stopSync } from "../ipvs/sync.ts";
import type { SyncDaemonConfig } from "./config.ts";
import type { VrrpInstance, VrrpState } from "./instance.ts";
import type { System } from "../host/system.ts";

export function followState(
  { host, sim }: System,
  daemon: SyncDaemonConfig | undefined,
  instance: VrrpInstance,
  state: VrrpState,
): void {
  if (daemon?.instance !== instance.name) return;
  const role = state === "MASTER" ? "master" : "backup";
  const other = role === "master" ? "backup" : "master";
  stopSync(host, other, sim);
  if (state === "INIT") {
    stopSync(host, role, sim);
    return;
  }
  const syncId = daemon.syncId ?? instance.config.virtualRouterId;
  startSync(host, role, { nic: daemon.nic, syncId }, sim);
}
