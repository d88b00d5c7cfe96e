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
    rows(260, [20]),
    "0 1 2 3 (12) 16 17 18 19 20 21 22 23 24 (235)",
  ],
  [
    "two rows are not worth a fold",
    rows(250, [10, 249]),
    "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 (230) 245 246 247 248 249",
  ],
])("%s", (_, given, expected) => {
  expect(told(chosenRows(given, false))).toBe(expected);
});

test("a long comparison that agrees shows its beginning, and all when asked", () => {
  const chosen = chosenRows(rows(500, []), false);
  expect(chosen).toHaveLength(201);
  expect(chosen.at(-1)).toEqual({ folded: 300 });
  expect(chosenRows(rows(500, []), true)).toHaveLength(500);
});

test("no row is lost: shown and folded together are all of them", () => {
  for (const differing of [[], [0], [299], [3, 50, 51], [0, 20, 140, 260, 280]]) {
    const chosen = chosenRows(rows(300, differing), false);
    const count = chosen.reduce((sum, row) => sum + ("at" in row ? 1 : row.folded), 0);
    expect(count).toBe(300);
  }
});
