// Breaks a keepalived.conf in the ways people do: braces dropped, words misspelt, missing or out of
// range, lines lost, doubled or in a wrong place. The same seed breaks it the same way.

/** A generator of numbers below a limit (mulberry32). */
export function numbersFrom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const VALUES = ["-1", "0", "99999999999", "abc", "256", "1.5", ""];
const ENDS = [" extra", "{", "}", " # c", ";"];

export function mutate(text: string, next: (limit: number) => number): string {
  const lines = text.split("\n");
  const times = [1, 1, 1, 2, 3][next(5)] ?? 1;
  for (let i = 0; i < times; i++) mutateOnce(lines, next);
  return lines.join("\n");
}

function mutateOnce(lines: string[], next: (limit: number) => number): void {
  const at = next(lines.length);
  const line = lines[at] ?? "";
  const words = line.trim().split(/\s+/);
  const [first = "", second = ""] = words;
  const middle = next(Math.max(1, first.length));
  const edits: (() => void)[] = [
    () => (lines[at] = line.replace(next(2) === 0 ? "{" : "}", "")),
    () => (lines[at] = line.replace(first, first.slice(0, middle) + first.slice(middle + 1))),
    () => (lines[at] = line.replace(second, VALUES[next(VALUES.length)] ?? "")),
    () =>
      (lines[at] = words.length > 1 ? line.slice(0, line.lastIndexOf(words.at(-1) ?? "")) : line),
    () => lines.splice(at, 1),
    () => lines.splice(at, 0, line),
    () => {
      const other = next(lines.length);
      [lines[at], lines[other]] = [lines[other] ?? "", line];
    },
    () => (lines[at] = line + (ENDS[next(ENDS.length)] ?? "")),
    () => (lines[at] = line.replace(first, first.toUpperCase())),
    () => lines.splice(at + next(6), 0, ...lines.slice(at, at + next(6))),
  ];
  edits[next(edits.length)]?.();
  if (lines.length === 0) lines.push("");
}
