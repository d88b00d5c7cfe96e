import { describe, expect, test } from "vitest";
import {
  type Destination,
  destinationKey,
  emptyStats,
  type SchedulerName,
  type Service,
} from "../state.ts";
import { schedulers } from "./index.ts";
import type { Scheduler } from "./scheduler.ts";

/** A service whose servers a, b, c … were added in this order: the last stands at the head (I62). */
function service(scheduler: SchedulerName, weights: readonly number[]): Service {
  const made: Service = {
    key: "tcp 10.0.0.100:80",
    protocol: "tcp",
    address: "10.0.0.100",
    port: 80,
    mark: 0,
    scheduler,
    memory: { last: undefined, currentWeight: 0 },
    flags: [],
    persistence: undefined,
    onePacket: false,
    destinations: [],
    stats: emptyStats(),
  };
  for (const [index, weight] of weights.entries()) {
    made.destinations.unshift(server(index, weight));
    update(made);
  }
  return made;
}

function server(index: number, weight: number): Destination {
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

function update(made: Service): void {
  const scheduler: Scheduler = schedulers[made.scheduler];
  scheduler.update?.(made);
}

const ABOUT = { source: "10.0.0.10", sourcePort: 40000, virtual: "10.0.0.100", now: 0 };

/** The letters of so many picks; "short" connections finish before the next, "held" ones stay. */
function picks(made: Service, count: number, kind: "short" | "held"): string {
  let letters = "";
  for (let i = 0; i < count; i++) {
    const chosen = schedulers[made.scheduler].choose(made, ABOUT);
    if (chosen === undefined) {
      letters += "x";
      continue;
    }
    if (kind === "held") chosen.active++;
    else chosen.inactive++;
    letters += "abc".charAt(Number(chosen.address.at(-1)) - 1);
  }
  return letters;
}

// The recorded table: weights 3/1/1, 24 short connections, 12 held ones.
describe.each([
  ["rr", "cbacbacbacbacbacbacbacba", "cbacbacbacba"],
  ["wrr", "cbaaacbaaacbaaacbaaacbaa", "cbaaacbaaacb"],
  ["lc", "cbacbacbacbacbacbacbacba", "cbacbacbacba"],
  ["wlc", "cbaaacbaaacbaaacbaaacbaa", "cbaaacbaaacb"],
  ["sed", "aaaaaaaaaaaaaaaaaaaaaaaa", "aacbaaacbaaa"],
  ["nq", "cccccccccccccccccccccccc", "cbaaaaacbaaa"],
  ["fo", "aaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaa"],
  ["ovf", "aaaaaaaaaaaaaaaaaaaaaaaa", "aaaaccbbxxxx"],
] as const)("%s", (name, short, held) => {
  test("short connections", () => {
    expect(picks(service(name, [3, 1, 1]), 24, "short")).toBe(short);
  });
  test("held connections", () => {
    expect(picks(service(name, [3, 1, 1]), 12, "held")).toBe(held);
  });
});

test("wrr with 6/2/4: a common divisor of 2 (I90)", () => {
  expect(picks(service("wrr", [6, 2, 4]), 12, "held")).toBe("cbaacacbaaca");
});

test("wrr after a weight was edited in mid-course (I91)", () => {
  const made = service("wrr", [3, 1, 1]);
  expect(picks(made, 7, "held")).toBe("cbaaacb");
  const a = made.destinations.find(({ address }) => address === "10.0.0.11");
  if (a !== undefined) a.weight = 0;
  update(made);
  expect(picks(made, 4, "held")).toBe("cbcb");
  if (a !== undefined) a.weight = 3;
  update(made);
  expect(picks(made, 8, "held")).toBe("cbaaacba");
});

test("weight 0 gets nothing", () => {
  expect(picks(service("rr", [0, 1, 2]), 6, "short")).toBe("cbcbcb");
  expect(picks(service("wrr", [0, 1, 2]), 6, "short")).toBe("cbccbc");
  expect(picks(service("wlc", [0, 1, 2]), 6, "short")).toBe("cbccbc");
});
