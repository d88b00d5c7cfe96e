// Notify lines: the one for the state, then the general one with four more words (K115-K118).
import type { Process } from "../host/process.ts";
import type { System } from "../host/system.ts";
import type { NotifyConfig } from "./config.ts";
import { runCommand } from "./run-command.ts";

export interface Notification {
  readonly type: "INSTANCE" | "GROUP";
  readonly name: string;
  readonly state: "BACKUP" | "MASTER" | "FAULT" | "STOP" | "DELETED" | "MASTER_RX_LOWER_PRI";
  /** Always 0 for a group. */
  readonly priority: number;
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
    DELETED: undefined,
    MASTER_RX_LOWER_PRI: config.masterLowerPriority,
  }[state];
  if (specific !== undefined) runCommand(system, process, specific);
  if (config.any === undefined || state === "MASTER_RX_LOWER_PRI") return;
  runCommand(system, process, [...config.any, type, name, state, String(priority)]);
}
