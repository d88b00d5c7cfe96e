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
  ["lblc", "cccccccccccccccccccccccc", "ccbbaaaaaaaa"],
  ["lblcr", "cccccccccccccccccccccccc", "ccbbaaaaaaab"],
  ["none", "xxxxxxxxxxxxxxxxxxxxxxxx", "xxxxxxxxxxxx"],
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

/** The letters that these sources get. */
function lettersFor(made: Service, sources: readonly string[], virtual = ABOUT.virtual): string {
  return sources
    .map((source) => schedulers[made.scheduler].choose(made, { ...ABOUT, source, virtual }))
    .map((chosen) => (chosen === undefined ? "x" : letterOf(chosen)))
    .join("");
}

function letterOf({ address }: Destination): string {
  return "abc".charAt(Number(address.at(-1)) - 1);
}

const SOURCES = [10, 11, 12, 13, 14].map((last) => `10.0.0.${last}`);
/** The recorded sources .2, .201 … .211. */
const RECORDED = [2, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211].map(
  (last) => `192.168.88.${last}`,
);

/** The recorded servers: .10 with weight 3, .11 and .12. */
function recordedService(name: SchedulerName): Service {
  const made = service(name, [3, 1, 1]);
  made.destinations = made.destinations.map((each) => ({
    ...each,
    address: `192.168.88.1${"abc".indexOf(letterOf(each))}`,
  }));
  update(made);
  return made;
}

const recordedLetters = (name: SchedulerName): string =>
  RECORDED.map((source) => {
    const made = recordedService(name);
    const about = { ...ABOUT, source, virtual: "192.168.88.100" };
    const chosen = schedulers[name].choose(made, about);
    return "abc".charAt(Number(chosen?.address.at(-1)));
  }).join("");

test.each([
  ["sh", "bababaaababa"],
  ["mh", "acaabaaaccaa"],
  ["dh", "bbbbbbbbbbbb"],
] as const)("%s sends the recorded sources where the real one did", (name, expected) => {
  expect(recordedLetters(name)).toBe(expected);
});

test("sh: the vectors of I83, and a quiesced server without and with a fallback", () => {
  expect(lettersFor(service("sh", [1, 1, 1]), SOURCES)).toBe("bcbcc");
  expect(lettersFor(service("sh", [3, 1, 1]), SOURCES)).toBe("babac");
  const quiesced = service("sh", [1, 0, 1]);
  expect(lettersFor(quiesced, SOURCES)).toBe("xcxcc");
  quiesced.flags = ["sh-fallback"];
  expect(lettersFor(quiesced, SOURCES)).not.toContain("x");
});

test("dh: one virtual address, one server; a quiesced one refuses (I81)", () => {
  expect(lettersFor(service("dh", [3, 1, 1]), SOURCES)).toBe("aaaaa");
  expect(lettersFor(service("dh", [0, 1, 1]), SOURCES)).toBe("xxxxx");
});

test("mh: the vectors of I85; a quiesced server keeps its share (I84)", () => {
  const sources = ["10.0.0.10", "10.0.0.20", "203.0.113.7"];
  expect(lettersFor(service("mh", [1, 1, 1]), sources)).toBe("abb");
  expect(lettersFor(service("mh", [3, 1, 1]), sources)).toBe("aab");
  const made = service("mh", [1, 1, 1]);
  for (const each of made.destinations) if (letterOf(each) === "a") each.weight = 0;
  update(made);
  expect(lettersFor(made, sources)).toBe("xbb");
  made.flags = ["mh-fallback"];
  expect(lettersFor(made, sources)).not.toContain("x");
});

test("mh: how many places each server fills (I85)", () => {
  const places = (weights: readonly number[]): number[] => {
    const made = service("mh", weights);
    schedulers.mh.choose(made, ABOUT);
    return [...made.destinations]
      .reverse()
      .map(({ key }) => made.memory.table?.filter((each) => each === key).length ?? 0);
  };
  expect(places([1, 1, 1])).toEqual([1364, 1364, 1365]);
  expect(places([3, 1, 1])).toEqual([2455, 819, 819]);
});

test("an overloaded server is passed over (I65)", () => {
  const made = service("wlc", [1, 1, 1]);
  for (const each of made.destinations) each.overloaded = letterOf(each) !== "b";
  expect(picks(made, 3, "held")).toBe("bbb");
});
