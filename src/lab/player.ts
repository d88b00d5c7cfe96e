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
  /** The frame shown last: others may have left at its moment. */
  shown: FrameRecord | undefined;
  /** `before` is the frame sent just before it. */
  isInteresting(frame: FrameRecord, before: FrameRecord | undefined): boolean;
}

export function createPlayer(timeline: Timeline, isInteresting: Player["isInteresting"]): Player {
  return { timeline, playing: false, speed: 1, flights: [], shown: undefined, isInteresting };
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

/** The next frame to be shown up to `at`: of this very moment, else later. */
function nextShown(player: Player, at: number): FrameRecord | undefined {
  const { timeline, shown } = player;
  const { trace } = timeline;
  const isWanted = (frame: FrameRecord | undefined, index: number): boolean =>
    frame !== undefined && player.isInteresting(frame, trace.frames[index - 1]);
  // Frames are numbered in the order in which they stand in the list.
  const first = (frame: FrameRecord): number => frame.id - (trace.frames[0]?.id ?? 0);
  let found: FrameRecord | undefined;
  if (shown?.at === timeline.now && trace.frames[first(shown)]?.at === shown.at) {
    for (let index = first(shown) + 1; index < trace.nextFrame && found === undefined; index++) {
      if (isWanted(trace.frames[index], index)) found = trace.frames[index];
    }
  }
  found ??= runToFrame(timeline, at, (frame) => isWanted(frame, first(frame)));
  player.shown = found;
  return found;
}

function tick(player: Player, ms: number, limit: number): number {
  const { timeline, speed } = player;
  const before = timeline.now;
  // The simulator's time is whole microseconds.
  const target = Math.min(limit, Math.round(before + ms * 1000 * speed));
  const frame = nextShown(player, target);
  if (frame === undefined) return 0;
  player.flights = [{ frame, progress: 0 }];
  const used = (timeline.now - before) / (1000 * speed);
  return Math.max(0, ms - used);
}

/** On to the next frame of interest, within `limitUs` from now. */
export function stepFrame(player: Player, limitUs = 5_000_000): void {
  player.playing = false;
  const frame = nextShown(player, player.timeline.now + limitUs);
  player.flights = frame === undefined ? [] : [{ frame, progress: 0.5 }];
}

/** Puts the cursor at `at`, forwards or back. */
export function scrub(player: Player, at: number): void {
  player.flights = [];
  player.shown = undefined;
  runTo(player.timeline, Math.round(at));
}
