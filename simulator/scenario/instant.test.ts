import { expect, it } from "vitest";
import { formatInstant, parseInstant } from "./instant.ts";

it.each([
  ["1970-01-01T00:00:00Z", 0],
  ["2000-02-29T12:30:45Z", 951_827_445],
  ["2026-11-23T02:43:24Z", 1_795_401_804],
  ["2100-03-01T00:00:00Z", 4_107_542_400],
  ["2024-12-31T23:59:59Z", 1_735_689_599],
])("%s is %i seconds after 1970", (text, epoch) => {
  expect(parseInstant(text)).toBe(epoch);
  expect(formatInstant(epoch)).toBe(text);
});

it.each(["", "2026-11-23", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z"])(
  "%j is no moment",
  (text) => {
    expect(parseInstant(text)).toBeUndefined();
  },
);
