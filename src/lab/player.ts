// The clock of a figure. It plays virtual time along the screen's frames; while a frame of interest
// is on the wire it stands still, a quarter of a second a hop, so that the hop can be seen. The
// time shown is always the simulator's own.
import { type FrameRecord, runTo, runToFrame, type Timeline } from "#sim/index.ts";

/** How long a hop is shown, in milliseconds of the reader's time. */
export const HOP_MS = 260;
/** The reader may have looked away: at most so much is made up at once. */
const LONGEST_STEP_MS = 100;

export interface Flight {
  readonly frame: FrameRecord;
  /** 0 at the sender, 1 at the receivers. */
  progress: number;
}

export interface Player {
  readonly timeline: Timeline;
  playing: boolean;
  /** Virtual seconds a second. */
  speed: number;
  /** What is on the wire now, for the eye. */
  flights: Flight[];
  isInteresting(frame: FrameRecord): boolean;
}

export function createPlayer(
  timeline: Timeline,
  isInteresting: (frame: FrameRecord) => boolean,
): Player {
  return { timeline, playing: false, speed: 1, flights: [], isInteresting };
}

/** Advances by `elapsedMs` of the reader's time; never past `limit` (virtual). */
export function advancePlayer(player: Player, elapsedMs: number, limit = Infinity): void {
  let left = Math.min(elapsedMs, LONGEST_STEP_MS);
  while (left > 0) {
    if (player.flights.length > 0) {
      left = fly(player, left);
    } else if (player.playing && player.timeline.now < limit) {
      left = tick(player, left, limit);
    } else {
      return;
    }
  }
}

/** Moves what is on the wire; gives the time that is left once it has arrived. */
function fly(player: Player, ms: number): number {
  const [first] = player.flights;
  const remaining = (1 - (first?.progress ?? 1)) * HOP_MS;
  const used = Math.min(ms, remaining);
  for (const flight of player.flights) flight.progress += used / HOP_MS;
  if (used >= remaining) player.flights = [];
  return ms - used;
}

function tick(player: Player, ms: number, limit: number): number {
  const { timeline, speed, isInteresting } = player;
  const before = timeline.now;
  const target = Math.min(limit, before + ms * 1000 * speed);
  const frame = runToFrame(timeline, target, isInteresting);
  if (frame === undefined) return 0;
  player.flights = [{ frame, progress: 0 }];
  const used = (timeline.now - before) / (1000 * speed);
  return Math.max(0, ms - used);
}

/** On to the next frame of interest, within `limitUs` from now. */
export function stepFrame(player: Player, limitUs = 5_000_000): void {
  player.playing = false;
  const { timeline, isInteresting } = player;
  const frame = runToFrame(timeline, timeline.now + limitUs, isInteresting);
  player.flights = frame === undefined ? [] : [{ frame, progress: 0.5 }];
}

/** Puts the cursor at `at`, forwards or back. */
export function scrub(player: Player, at: number): void {
  player.flights = [];
  runTo(player.timeline, at);
}
