// When a floating address had two owners, read off the score.
import type { Score } from "./score.ts";

const BLINK_US = 50_000;

/** Stretches, up to `now`, in which a floating address had two owners; blinks are left out. */
export function twoOwnersOf({ holders }: Score, now: number): { from: number; to: number }[] {
  const spans = [...holders.values()].flat();
  return spans.flatMap((a, index) =>
    spans.slice(index + 1).flatMap((b) => {
      const from = Math.max(a.from, b.from);
      const to = Math.min(a.to, b.to, now);
      return a.value === b.value && to - from > BLINK_US ? [{ from, to }] : [];
    }),
  );
}
