// Notify lines: the one for the state, then the general one with four more words (K115-K118).
import type { Process } from "../host/process.ts";
import type { System } from "../host/system.ts";
import type { NotifyConfig } from "./config.ts";
import { runCommand } from "./run-command.ts";

export interface Notification {
  readonly type: "INSTANCE" | "GROUP";
  readonly name: string;
  readonly state: "BACKUP" | "MASTER" | "FAULT" | "STOP" | "MASTER_RX_LOWER_PRI";
  /** Always 0 for a group. */
  readonly priority: number;
}

/** An instance that a reload removed: the general line alone (measured, 2.2.7). */
export function notifyRemoved(
  system: System,
  process: Process,
  config: NotifyConfig,
  { name, priority, wasOut }: { name: string; priority: number; wasOut: boolean },
): void {
  const state = config.tellsDeleted === true ? "DELETED" : "FAULT";
  if (config.any === undefined || (wasOut && state === "FAULT")) return;
  runCommand(system, process, [...config.any, "INSTANCE", name, state, String(priority)]);
}

export function notify(
  system: System,
  process: Process,
  config: NotifyConfig,
  { type, name, state, priority }: Notification,
): void {
  const specific = {
    MASTER: config.master,
    BACKUP: config.backup,
    FAULT: config.fault,
    STOP: config.stop,
    MASTER_RX_LOWER_PRI: config.masterLowerPriority,
  }[state];
  if (specific !== undefined) runCommand(system, process, specific);
  if (config.any === undefined || state === "MASTER_RX_LOWER_PRI") return;
  runCommand(system, process, [...config.any, type, name, state, String(priority)]);
}
