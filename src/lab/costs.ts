// What each fault costs the client, measured by running the simulator while the site is built: the
// fault comes at ten moments of the advert's second, for the moment decides how long it takes.
import {
  act,
  createMachine,
  createTimeline,
  type Input,
  lightPrograms,
  runTo,
  worldFromJson,
} from "#sim/index.ts";
import { beginScore, outageOf, readScore } from "./instrument/score.ts";
import { libraryWorld } from "./library.ts";

const MASTER = "keepalived";

const FAULTS = {
  stop: { kind: "service", host: MASTER, on: false },
  crash: { kind: "crash", host: MASTER, cables: false },
  power: { kind: "power", host: MASTER, on: false },
  cable: { kind: "link", host: MASTER, nic: "eth1", up: false },
} as const satisfies Record<string, Input>;

export type FaultName = keyof typeof FAULTS;
export const faultNames = Object.keys(FAULTS) as FaultName[];

export interface Cost {
  /** Shortest and longest time without an answer, in seconds; 0 when nothing was lost. */
  readonly low: number;
  readonly high: number;
}

const MOMENTS = 10;
const FIRST_US = 12_000_000;
const AFTER_US = 8_000_000;

const measured = new Map<FaultName, Cost>();

export function costOf(fault: FaultName): Cost {
  const known = measured.get(fault);
  if (known !== undefined) return known;
  const text = libraryWorld("article");
  const outages = Array.from({ length: MOMENTS }, (_, index) => {
    const world = worldFromJson(text);
    const start = worldFromJson(text);
    const timeline = createTimeline(world, createMachine(lightPrograms));
    runTo(timeline, FIRST_US + (index * 1_000_000) / MOMENTS);
    act(timeline, FAULTS[fault]);
    runTo(timeline, timeline.now + AFTER_US);
    const outage = outageOf(readScore(beginScore(start), timeline, start).asks, timeline.now);
    return outage === undefined ? 0 : (outage.to - outage.from) / 1_000_000;
  });
  const cost = { low: Math.min(...outages), high: Math.max(...outages) };
  measured.set(fault, cost);
  return cost;
}
