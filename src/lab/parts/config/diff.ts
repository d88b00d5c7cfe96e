// Which lines of two texts differ: the longest common run of lines stays, all else goes or comes.

export interface DiffLine {
  readonly kind: "same" | "gone" | "new";
  readonly text: string;
  /** Its number in the new text, or where it would stand. */
  readonly line: number;
}

/** Beyond so many lines beside the common ends nothing is matched any more. */
const LIMIT = 1500;

export function diffLines(before: string, now: string): DiffLine[] {
  const a = before.split("\n");
  const b = now.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  ) {
    tail++;
  }
  const same = (text: string, line: number): DiffLine => ({ kind: "same", text, line });
  return [
    ...b.slice(0, head).map((text, index) => same(text, index + 1)),
    ...between(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head),
    ...b.slice(b.length - tail).map((text, index) => same(text, b.length - tail + index + 1)),
  ];
}

function between(a: readonly string[], b: readonly string[], offset: number): DiffLine[] {
  const isLong = a.length > LIMIT || b.length > LIMIT;
  const lengths = isLong ? [] : commonLengths(a, b);
  const found: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const line = offset + j + 1;
    const down = lengths[i + 1]?.[j] ?? 0;
    const right = lengths[i]?.[j + 1] ?? 0;
    if (!isLong && i < a.length && j < b.length && a[i] === b[j]) {
      found.push({ kind: "same", text: b[j] ?? "", line });
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || down >= right)) {
      found.push({ kind: "gone", text: a[i++] ?? "", line });
    } else {
      found.push({ kind: "new", text: b[j++] ?? "", line });
    }
  }
  return found;
}

/** `[i][j]`: how many lines a from i and b from j have in common. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () =>
    Array.from({ length: b.length + 1 }, () => 0),
  );
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] =
        a[i] === b[j]
          ? (lengths[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
