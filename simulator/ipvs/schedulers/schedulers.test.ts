// The schedulers that count and take turns, held against picks of the real kernel (I71-I94).
import { describe, expect, test } from "vitest";
import { letterOf, picks, server, service, update } from "./test-service.ts";

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
  server(made, "a").weight = 0;
  update(made);
  expect(picks(made, 4, "held")).toBe("cbcb");
  server(made, "a").weight = 3;
  update(made);
  expect(picks(made, 8, "held")).toBe("cbaaacba");
});

test("weight 0 gets nothing", () => {
  expect(picks(service("rr", [0, 1, 2]), 6, "short")).toBe("cbcbcb");
  expect(picks(service("wrr", [0, 1, 2]), 6, "short")).toBe("cbccbc");
  expect(picks(service("wlc", [0, 1, 2]), 6, "short")).toBe("cbccbc");
});

test("an overloaded server is passed over (I65)", () => {
  const made = service("wlc", [1, 1, 1]);
  for (const each of made.destinations) each.overloaded = letterOf(each) !== "b";
  expect(picks(made, 3, "held")).toBe("bbb");
});
