// Which rows of a long comparison are shown at first: what differs with its neighbours, and the
// beginning.
import type { SideBySideRow } from "#sim/fidelity.ts";

export type Row = SideBySideRow;
export type Kind = Row["kind"];
/** So many rows in this place agree, and are folded. */
export interface Fold {
  readonly folded: number;
}

const FIRST = 200;
const AROUND = 4;
/** Differences shown at once. */
const MOST_DIFFERENCES = 60;
/** Fewer rows than this are not worth folding. */
const LEAST_FOLD = 3;

export function chosenRows(rows: readonly Row[], isAll: boolean): (Row | Fold)[] {
  if (isAll || rows.length <= FIRST + AROUND) return [...rows];
  const differences = rows
    .flatMap(({ mark }, i) => (mark === "same" || mark === "left-out" ? [] : [i]))
    .slice(0, MOST_DIFFERENCES);
  const first = differences.length > 0 ? AROUND : FIRST;
  const isShown = rows.map((_, i) => i < first);
  for (const i of differences) {
    for (let near = i - AROUND; near <= i + AROUND; near++) isShown[near] = true;
  }
  const chosen: (Row | Fold)[] = [];
  for (let i = 0; i < rows.length;) {
    let end = i;
    while (end < rows.length && isShown[end] !== true) end++;
    if (end - i >= LEAST_FOLD) chosen.push({ folded: end - i });
    else chosen.push(...rows.slice(i, end));
    if (end < rows.length) chosen.push(rows[end]!);
    i = end + 1;
  }
  return chosen;
}
