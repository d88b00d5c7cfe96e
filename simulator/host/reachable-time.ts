// How long a neighbour stays REACHABLE: each interface draws 15 to 45 s when it comes up, and
// again every 300 s (I56).
import type { Sim } from "../kernel/sim.ts";
import { timerWheel } from "../kernel/wheel.ts";
import type { Host } from "./host.ts";

const BASE_US = 30_000_000;
const EVERY_US = 300_000_000;

export function drawReachableTime(random: number): number {
  return Math.round(BASE_US / 2 + random * BASE_US);
}

/** The reachable-time alarm: key is the interface. */
export function refreshReachableTime(host: Host, nicName: string, sim: Sim): void {
  const nic = host.nics.get(nicName);
  if (nic === undefined) return;
  nic.reachableUs = drawReachableTime(sim.random());
  sim.alarm(host, timerWheel(sim.now, EVERY_US), "reachable-time", nicName);
}
