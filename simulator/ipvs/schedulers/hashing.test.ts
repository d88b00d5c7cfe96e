// The schedulers that hash, held against picks of the real kernel (I81-I85), and those that
// remember an address (I86, I87).
import { expect, test } from "vitest";
import {
  type Destination,
  destinationKey,
  emptyStats,
  type SchedulerName,
  type Service,
} from "../state.ts";
import { schedulers } from "./index.ts";
import { maglevTable } from "./maglev.ts";

/** Servers a, b, c added in this order: the last stands at the head (I62). */
function service(
  scheduler: SchedulerName,
  weights: readonly number[],
  flags: Service["flags"] = [],
): Service {
  const destinations = weights.map((weight, index): Destination => {
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
  });
  return {
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
    destinations: destinations.reverse(),
    stats: emptyStats(),
  };
}

interface About {
  readonly source?: string;
  readonly sourcePort?: number;
  readonly now?: number;
}

function pick(made: Service, about: About = {}): string {
  const common = { source: "10.0.0.10", sourcePort: 40000, virtual: "10.0.0.100", now: 0 };
  const chosen = schedulers[made.scheduler].choose(made, { ...common, ...about });
  return chosen === undefined ? "x" : "abc".charAt(Number(chosen.address.at(-1)) - 1);
}

function picksOf(made: Service, sources: readonly string[]): string {
  return sources.map((source) => pick(made, { source })).join("");
}

/** So many connections that stay open. */
function held(made: Service, count: number): string {
  let letters = "";
  for (let i = 0; i < count; i++) {
    const letter = pick(made);
    letters += letter;
    server(made, letter).active++;
  }
  return letters;
}

function server(made: Service, letter: string): Destination {
  const found = made.destinations.find(
    ({ address }) => address === `10.0.0.1${"abc".indexOf(letter) + 1}`,
  );
  if (found === undefined) throw new Error(`no server ${letter}`);
  return found;
}

const CLIENTS = ["10.0.0.10", "10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.14"];

test("sh: the source decides, in shares of the weights (I83)", () => {
  expect(picksOf(service("sh", [1, 1, 1]), CLIENTS)).toBe("bcbcc");
  expect(picksOf(service("sh", [3, 1, 1]), CLIENTS)).toBe("babac");
});

test("sh leaves the port out unless sh-port asks for it (I82)", () => {
  const ports = Array.from({ length: 30 }, (_, i) => 40_000 + i);
  const plain = service("sh", [1, 1, 1]);
  expect(new Set(ports.map((sourcePort) => pick(plain, { sourcePort }))).size).toBe(1);
  const byPort = service("sh", [1, 1, 1], ["sh-port"]);
  expect(new Set(ports.map((sourcePort) => pick(byPort, { sourcePort }))).size).toBe(3);
});

test("sh gives nothing for a quiesced server, or another with sh-fallback (I82)", () => {
  const plain = service("sh", [1, 1, 1]);
  server(plain, "b").weight = 0;
  expect(picksOf(plain, CLIENTS)).toBe("xcxcc");
  const falling = service("sh", [1, 1, 1], ["sh-fallback"]);
  server(falling, "b").weight = 0;
  expect(picksOf(falling, CLIENTS)).toMatch(/^[ac]c[ac]cc$/);
});

test("dh: one virtual address, one server, whatever the weights (I81)", () => {
  const first = picksOf(service("dh", [1, 1, 1]), CLIENTS);
  expect(new Set(first).size).toBe(1);
  expect(picksOf(service("dh", [9, 1, 1]), CLIENTS)).toBe(first);
});

test.each([
  [[1, 1, 1], { a: 1364, b: 1364, c: 1365 }],
  [[3, 1, 1], { a: 2455, b: 819, c: 819 }],
])("mh: places in the table for weights %j (I85)", (weights, places) => {
  const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
  const { destinations } = service("mh", weights);
  for (const place of maglevTable(destinations)) {
    const found = destinations.find(({ key }) => key === place);
    const letter = "abc".charAt(Number(found?.address.at(-1)) - 1);
    counts[letter] = (counts[letter] ?? 0) + 1;
  }
  expect(counts).toEqual(places);
});

test("mh: picks (I85)", () => {
  const sources = ["10.0.0.10", "10.0.0.20", "203.0.113.7"];
  expect(picksOf(service("mh", [1, 1, 1]), sources)).toBe("abb");
  expect(picksOf(service("mh", [3, 1, 1]), sources).slice(0, 2)).toBe("aa");
});

test("mh: a quiesced server keeps its share (I84)", () => {
  const made = service("mh", [1, 1, 1]);
  server(made, "b").weight = 0;
  expect(picksOf(made, ["10.0.0.10", "10.0.0.20", "203.0.113.7"])).toBe("axx");
});

test("lblc stays until the server is crowded, lblcr gathers a set (I86, I87)", () => {
  expect(held(service("lblc", [3, 1, 1]), 10)).toBe("ccbbaaaaaa");
  expect(held(service("lblcr", [3, 1, 1]), 16)).toBe("ccbbaaaaaaabcaaa");
});

test("lblc forgets an address that nobody asked for in a day (I86)", () => {
  const made = service("lblc", [1, 1, 1]);
  expect(pick(made)).toBe("c");
  server(made, "c").inactive = 5;
  expect(pick(made, { now: 86_399_000_000 })).toBe("c");
  expect(pick(made, { now: 2 * 86_400_000_000 })).toBe("b");
});
