// The kernel's timer wheel (I231): timers of TCP, ARP, IPVS and `ping -i` are kept in jiffies of
// 4 ms (HZ = 250) in buckets that grow coarser with distance, so a timer rings late, never early.
// keepalived's own timers, `sleep` and curl's limits are precise and do not come here.

export const JIFFY_US = 4_000;

/** Distance from which a level begins, and the width of its buckets, in jiffies. */
const LEVELS = [
  { from: 0, shift: 0 },
  { from: 63, shift: 3 },
  { from: 504, shift: 6 },
  { from: 4_032, shift: 9 },
  { from: 32_256, shift: 12 },
  { from: 258_048, shift: 15 },
  { from: 2_064_384, shift: 18 },
] as const;

/** When a kernel timer armed at `now` for `delayUs` really rings, in absolute microseconds. */
export function timerWheel(now: number, delayUs: number): number {
  const delay = Math.max(1, Math.ceil(delayUs / JIFFY_US));
  const expires = Math.floor(now / JIFFY_US) + delay;
  let shift = 0;
  for (const level of LEVELS) {
    if (delay < level.from) break;
    shift = level.shift;
  }
  const width = 2 ** shift;
  return Math.floor((expires + width) / width) * width * JIFFY_US;
}
