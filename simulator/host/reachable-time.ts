// How long a neighbour stays REACHABLE: each interface draws 15 to 45 s when it comes up, and
// again every 300 s (I56).
import { takeDraw } from "../kernel/draws.ts";
import { nextRandom } from "../kernel/random.ts";
import type { Sim } from "../kernel/sim.ts";
import { timerWheel } from "../kernel/wheel.ts";
import type { World } from "../kernel/world.ts";
import type { Host } from "./host.ts";

const BASE_US = 30_000_000;
const EVERY_US = 300_000_000;

/** What a new interface draws, in microseconds, unless the scenario hands the draw over. */
export function firstReachableTime(world: World, host: string, nic: string): number {
  const random = nextRandom(world);
  return takeDraw(world, host, "reachable-time", nic) ?? drawReachableTime(random);
}

function drawReachableTime(random: number): number {
  return Math.round(BASE_US / 2 + random * BASE_US);
}

/** The reachable-time alarm: key is the interface. */
export function refreshReachableTime(host: Host, nicName: string, sim: Sim): void {
  const nic = host.nics.get(nicName);
  if (nic === undefined) return;
  nic.reachableUs = drawReachableTime(sim.random());
  sim.alarm(host, timerWheel(sim.now, EVERY_US), "reachable-time", nicName);
}
