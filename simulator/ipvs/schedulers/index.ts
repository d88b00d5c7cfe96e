// The schedulers by name. A further one is a further row.
import type { SchedulerName } from "../state.ts";
import { dh, mh, sh } from "./hashing.ts";
import { fo, lc, nq, ovf, sed, wlc } from "./least-connection.ts";
import { lblc, lblcr } from "./locality.ts";
import { rr, wrr } from "./round-robin.ts";
import type { Scheduler } from "./scheduler.ts";

/** Finds nobody, ever: a legal name without an algorithm (I70). */
const none: Scheduler = { choose: () => undefined };

export const schedulers = {
  rr,
  wrr,
  lc,
  wlc,
  sed,
  nq,
  fo,
  ovf,
  lblc,
  lblcr,
  dh,
  sh,
  mh,
  none,
} satisfies Record<SchedulerName, Scheduler>;

export function isSchedulerName(name: string): name is SchedulerName {
  return Object.hasOwn(schedulers, name);
}
