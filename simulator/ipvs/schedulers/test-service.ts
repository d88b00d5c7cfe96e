// For tests of schedulers: a service whose servers a, b, c … were added in this order, so that the
// last stands at the head (I62), and the letters of what a scheduler picks.
import {
  type Destination,
  destinationKey,
  emptyStats,
  type SchedulerName,
  type Service,
} from "../state.ts";
import { schedulers } from "./index.ts";
import type { About, Scheduler } from "./scheduler.ts";

export function service(
  scheduler: SchedulerName,
  weights: readonly number[],
  flags: Service["flags"] = [],
): Service {
  const made: Service = {
    key: "tcp 10.0.0.100:80",
    protocol: "tcp",
    address: "10.0.0.100",
    port: 80,
    mark: 0,
    scheduler,
    memory: { last: undefined, currentWeight: 0 },
    flags,
    persistence: undefined,
    onePacket: false,
    destinations: [],
    stats: emptyStats(),
  };
  for (const [index, weight] of weights.entries()) {
    made.destinations.unshift(destination(index, weight));
    update(made);
  }
  return made;
}

function destination(index: number, weight: number): Destination {
  const address = `10.0.0.1${index + 1}`;
  return {
    key: destinationKey("tcp 10.0.0.100:80", address, 80),
    address,
    port: 80,
    method: "route",
    weight,
    lastWeight: weight,
    upperThreshold: 0,
    lowerThreshold: 0,
    overloaded: false,
    active: 0,
    inactive: 0,
    persistent: 0,
    stats: emptyStats(),
  };
}

/** What the kernel does after a server was added, deleted or edited. */
export function update(made: Service): void {
  const scheduler: Scheduler = schedulers[made.scheduler];
  scheduler.update?.(made);
}

export const ABOUT: About = {
  source: "10.0.0.10",
  sourcePort: 40000,
  virtual: "10.0.0.100",
  now: 0,
};

export function letterOf({ address }: Destination): string {
  return "abc".charAt(Number(address.at(-1)) - 1);
}

export function server(made: Service, letter: string): Destination {
  const found = made.destinations.find((each) => letterOf(each) === letter);
  if (found === undefined) throw new Error(`no server ${letter}`);
  return found;
}

/** The letter of one pick; "x" for none. */
export function pick(made: Service, about: Partial<About> = {}): string {
  const chosen = schedulers[made.scheduler].choose(made, { ...ABOUT, ...about });
  return chosen === undefined ? "x" : letterOf(chosen);
}

/** The letters that these sources get. */
export function picksOf(made: Service, sources: readonly string[]): string {
  return sources.map((source) => pick(made, { source })).join("");
}

/** The letters of so many picks; "short" connections finish before the next, "held" ones stay. */
export function picks(made: Service, count: number, kind: "short" | "held"): string {
  let letters = "";
  for (let i = 0; i < count; i++) {
    const letter = pick(made);
    letters += letter;
    if (letter === "x") continue;
    const chosen = server(made, letter);
    if (kind === "held") chosen.active++;
    else chosen.inactive++;
  }
  return letters;
}
