// One real server's record: whether it is overloaded, and its life after it was deleted (I65, I131).
import type { Host } from "../host/host.ts";
import { sysctlNumber } from "../host/sysctl.ts";
import type { Sim } from "../kernel/sim.ts";
import { timerWheel } from "../kernel/wheel.ts";
import { allConnections } from "./connection-table.ts";
import { expire } from "./connection.ts";
import { updateOverload } from "./overload.ts";
import type { Destination } from "./state.ts";

/** The trash is looked through every minute; what nobody used for two minutes goes (I131). */
const SWEEP_US = 60_000_000;
const KEPT_US = 120_000_000;
/** From the deletion to the work that ends its connections (measured: after 30 to 100 ms). */
const FLUSH_US = 50_000;

/** Out of the table, but remembered: its connections still refer to it. */
export function throwAway(host: Host, destination: Destination, sim: Sim): void {
  const { ipvs } = host;
  if (ipvs.trash.size === 0) setSweep(host, sim);
  ipvs.trash.set(destination.key, { ...destination, idleSince: undefined });
  // Their clients are to learn of it at once (I133).
  if (sysctlNumber(host, "net.ipv4.vs.expire_nodest_conn") !== 0) {
    sim.alarm(host, sim.now + FLUSH_US, "ipvs-trash", destination.key);
  }
}

/** Unless it has come back meanwhile. */
function expireAll(host: Host, key: string, sim: Sim): void {
  if (!host.ipvs.trash.has(key)) return;
  for (const each of [...allConnections(host.ipvs.connections)]) {
    if (each.destination === key && !each.isTemplate) expire(host, each, sim);
  }
}

/** The same server added again to its service: with its counters and connections (I132). */
export function takeBack(host: Host, key: string): Destination | undefined {
  const found = host.ipvs.trash.get(key);
  if (found === undefined) return undefined;
  host.ipvs.trash.delete(key);
  found.idleSince = undefined;
  updateOverload(found);
  return found;
}

function setSweep(host: Host, sim: Sim): void {
  host.ipvs.sweepAt = timerWheel(sim.now, SWEEP_US);
  sim.alarm(host, host.ipvs.sweepAt, "ipvs-trash", "");
}

/** The trash alarm: key is a server whose connections end; without, idle ones go after two minutes. */
export function trashAlarm(host: Host, key: string, sim: Sim): void {
  if (key !== "") return expireAll(host, key, sim);
  const { trash, sweepAt } = host.ipvs;
  if (sim.now !== sweepAt) return;
  for (const each of [...trash.values()]) {
    if (each.active + each.inactive + each.persistent > 0) continue;
    each.idleSince ??= sim.now;
    if (sim.now - each.idleSince >= KEPT_US) trash.delete(each.key);
  }
  if (trash.size > 0) setSweep(host, sim);
}
