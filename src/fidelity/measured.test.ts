import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import chinese from "../i18n/fidelity.zh.json" with { type: "json" };
import { exclusions, percentOf } from "./measured.ts";

test("every recording and every exclusion has its Chinese sentence, and no sentence is left over", () => {
  const recordings = readdirSync("simulator/recordings")
    .filter((file) => file.endsWith(".recorded.json"))
    .map((file) => file.replace(".recorded.json", ""));
  expect(Object.keys(chinese.titles).sort()).toEqual(recordings.sort());
  const ids = exclusions().map(({ id }) => id);
  expect(Object.keys(chinese.reasons).sort()).toEqual(ids.sort());
});

test("100 means all: shares are rounded down", () => {
  expect(percentOf({ good: 99_999, total: 100_000 })).toBe(99.99);
  expect(percentOf({ good: 5, total: 5 })).toBe(100);
  expect(percentOf({ good: 0, total: 0 })).toBe(100);
});
