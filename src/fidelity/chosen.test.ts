import { expect, test } from "vitest";
import { chosenRows, type Row } from "./chosen.ts";

function rows(count: number, differing: readonly number[]): Row[] {
  return Array.from({ length: count }, (_, at) => ({
    at,
    kind: "line",
    host: "keepalived",
    mark: differing.includes(at) ? "differs" : "same",
  }));
}

/** Times of rows, folds as "(n)". */
function told(of: ReturnType<typeof chosenRows>): string {
  return of.map((row) => ("at" in row ? String(row.at) : `(${row.folded})`)).join(" ");
}

test.each([
  ["a short comparison is whole", rows(3, []), "0 1 2"],
  [
    "differences stand with four neighbours",
    rows(60, [20]),
    "0 1 2 3 (12) 16 17 18 19 20 21 22 23 24 (35)",
  ],
  [
    "two rows are not worth a fold",
    rows(50, [10, 49]),
    "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 (30) 45 46 47 48 49",
  ],
])("%s", (_, given, expected) => {
  expect(told(chosenRows(given, false))).toBe(expected);
});

test("a long comparison that agrees shows its beginning, and all when asked", () => {
  const chosen = chosenRows(rows(100, []), false);
  expect(chosen).toHaveLength(41);
  expect(chosen.at(-1)).toEqual({ folded: 60 });
  expect(chosenRows(rows(100, []), true)).toHaveLength(100);
});

test("no row is lost: shown and folded together are all of them", () => {
  for (const differing of [[], [0], [99], [3, 50, 51], [0, 20, 40, 60, 80]]) {
    const chosen = chosenRows(rows(100, differing), false);
    const count = chosen.reduce((sum, row) => sum + ("at" in row ? 1 : row.folded), 0);
    expect(count).toBe(100);
  }
});
