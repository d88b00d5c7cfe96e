// The schedulers that hash, held against picks of the real kernel (I81-I85), and those that
// remember an address (I86, I87).
import { expect, test } from "vitest";
import type { SchedulerName, Service } from "../state.ts";
import { schedulers } from "./index.ts";
import { ABOUT, letterOf, pick, picks, picksOf, server, service, update } from "./test-service.ts";

const CLIENTS = [10, 11, 12, 13, 14].map((last) => `10.0.0.${last}`);
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

function recordedPick(name: SchedulerName, source: string): string {
  const about = { ...ABOUT, source, virtual: "192.168.88.100" };
  const chosen = schedulers[name].choose(recordedService(name), about);
  return "abc".charAt(Number(chosen?.address.at(-1)));
}

test.each([
  ["sh", "bababaaababa"],
  ["mh", "acaabaaaccaa"],
  ["dh", "bbbbbbbbbbbb"],
] as const)("%s sends the recorded sources where the real one did", (name, expected) => {
  expect(RECORDED.map((source) => recordedPick(name, source)).join("")).toBe(expected);
});

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
  update(plain);
  expect(picksOf(plain, CLIENTS)).toBe("xcxcc");
  plain.flags = ["sh-fallback"];
  expect(picksOf(plain, CLIENTS)).toMatch(/^[ac]c[ac]cc$/);
});

test("dh: one virtual address, one server, whatever the weights; quiesced, none (I81)", () => {
  expect(picksOf(service("dh", [1, 1, 1]), CLIENTS)).toBe("aaaaa");
  expect(picksOf(service("dh", [9, 1, 1]), CLIENTS)).toBe("aaaaa");
  expect(picksOf(service("dh", [0, 1, 1]), CLIENTS)).toBe("xxxxx");
});

test.each([
  [
    [1, 1, 1],
    [1364, 1364, 1365],
  ],
  [
    [3, 1, 1],
    [2455, 819, 819],
  ],
])("mh: places in the table for weights %j (I85)", (weights, places) => {
  const made = service("mh", weights);
  pick(made);
  const table = made.memory.table ?? [];
  const counts = ["a", "b", "c"].map((letter) => {
    const { key } = server(made, letter);
    return table.filter((each) => each === key).length;
  });
  expect(counts).toEqual(places);
});

const MAGLEV_CLIENTS = ["10.0.0.10", "10.0.0.20", "203.0.113.7"];

test("mh: picks (I85)", () => {
  expect(picksOf(service("mh", [1, 1, 1]), MAGLEV_CLIENTS)).toBe("abb");
  expect(picksOf(service("mh", [3, 1, 1]), MAGLEV_CLIENTS)).toBe("aab");
});

test("mh: a quiesced server keeps its share, or loses it with mh-fallback (I84)", () => {
  const made = service("mh", [1, 1, 1]);
  server(made, "b").weight = 0;
  update(made);
  expect(picksOf(made, MAGLEV_CLIENTS)).toBe("axx");
  made.flags = ["mh-fallback"];
  expect(picksOf(made, MAGLEV_CLIENTS)).toMatch(/^a[ac][ac]$/);
});

test("lblc stays until the server is crowded, lblcr gathers a set (I86, I87)", () => {
  expect(picks(service("lblc", [3, 1, 1]), 10, "held")).toBe("ccbbaaaaaa");
  expect(picks(service("lblcr", [3, 1, 1]), 16, "held")).toBe("ccbbaaaaaaabcaaa");
});

test("lblc forgets an address that nobody asked for in a day (I86)", () => {
  const made = service("lblc", [1, 1, 1]);
  expect(pick(made)).toBe("c");
  server(made, "c").inactive = 5;
  expect(pick(made, { now: 86_399_000_000 })).toBe("c");
  expect(pick(made, { now: 2 * 86_400_000_000 })).toBe("b");
});
