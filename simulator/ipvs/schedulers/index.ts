// The schedulers by name. A further one is a further row.
import type { SchedulerName } from "../state.ts";
import { fo, lc, nq, ovf, sed, wlc } from "./least-connection.ts";
import { rr, wrr } from "./round-robin.ts";
import type { Scheduler } from "./scheduler.ts";

export const schedulers = { rr, wrr, lc, wlc, sed, nq, fo, ovf } satisfies Record<
  SchedulerName,
  Scheduler
>;

export function isSchedulerName(name: string): name is SchedulerName {
  return Object.hasOwn(schedulers, name);
}
