// The one seeded generator (mulberry32): small, fast, and its whole state is one number of the
// world, so that a keyframe carries on with the same sequence.

/** Advances `state.random` and gives the next number, 0 ≤ x < 1. */
export function nextRandom(state: { random: number }): number {
  state.random = (state.random + 0x6d2b79f5) >>> 0;
  let t = state.random;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
