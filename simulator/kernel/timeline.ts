// Time in the hand: a run with keyframes on the way, a cursor that moves both ways, and inputs that
// fork it. Rewind is a copy of the nearest keyframe and a run from there: the same seed and inputs
// give the same bytes.
import { cloneWorld } from "./clone.ts";
import type { Input } from "./input.ts";
import { addInput, createSimulation, type Machine, type Simulation, step } from "./run.ts";
import { cutTrace, emptyTrace, type FrameRecord, type Trace, type TraceEntry } from "./trace.ts";
import type { World } from "./world.ts";

/** A keyframe at least this often: so much is run again at most when seeking. */
const EVENTS_BETWEEN = 2_000;
const TIME_BETWEEN_US = 5_000_000;
/** A large cluster's copy costs as much as so many of its events, for each of its hosts. */
const EVENTS_A_HOST = 20;
/** Copies of so many hosts are kept, some 250 MB; then of every two old ones one goes. */
const HOSTS_KEPT = 8_000;

interface Keyframe {
  readonly world: World;
  /** How much of the trace was written, and how many inputs had been taken, by then. */
  readonly frames: number;
  readonly entries: number;
  readonly inputs: number;
}

export interface TimelineInput {
  readonly at: number;
  readonly input: Input;
}

export interface Timeline {
  /** `equip` puts another here. */
  machine: Machine;
  /** The world at the cursor. */
  world: World;
  /** All that was run so far; after moving back it reaches beyond the cursor. */
  readonly trace: Trace;
  /** The cursor, in microseconds. */
  now: number;
  /** How far has been run. */
  end: number;
  /** Inputs by people, in order, in addition to those the world began with. */
  inputs: readonly TimelineInput[];
  /** The first input that the world at the cursor has not had. */
  nextInput: number;
  keyframes: Keyframe[];
  simulation: Simulation;
  eventsSinceKeyframe: number;
}

/** A timeline that begins with `world`, which it takes over. */
export function createTimeline(world: World, machine: Machine, trace = emptyTrace()): Timeline {
  const timeline: Timeline = {
    machine,
    world,
    trace,
    now: world.now,
    end: world.now,
    inputs: [],
    nextInput: 0,
    keyframes: [],
    simulation: createSimulation(world, trace, machine),
    eventsSinceKeyframe: 0,
  };
  keep(timeline);
  return timeline;
}

/** Moves the cursor to `at`: runs on, or goes back to a keyframe and runs from there. */
export function runTo(timeline: Timeline, at: number): void {
  const target = Math.max(at, timeline.keyframes[0]?.world.now ?? 0);
  const nearest = timeline.keyframes.findLast(({ world }) => world.now <= target);
  const isAhead = nearest !== undefined && nearest.world.now > timeline.now;
  if (target < timeline.now || isAhead) restore(timeline, target);
  advance(timeline, target, Infinity);
}

/** As `runTo` forwards, but stops after `events` events; true when `at` is reached. */
export function runSlice(timeline: Timeline, at: number, events: number): boolean {
  if (at >= timeline.now) return advance(timeline, at, events);
  runTo(timeline, at);
  return true;
}

/**
 * Runs forwards until a frame that is wanted has just been sent, and gives it; or to `at`, and gives
 * nothing. The world then stands at the moment of sending.
 */
export function runToFrame(
  timeline: Timeline,
  at: number,
  isWanted: (frame: FrameRecord) => boolean,
): FrameRecord | undefined {
  const { trace } = timeline;
  let seen = trace.nextFrame;
  while (!advance(timeline, at, 1)) {
    for (; seen < trace.nextFrame; seen++) {
      const frame = trace.frames[seen];
      if (frame !== undefined && isWanted(frame)) return frame;
    }
  }
  return undefined;
}

/** As `runToFrame`, for an entry of the trace. The world then stands at its moment. */
export function runToEntry(
  timeline: Timeline,
  at: number,
  isWanted: (entry: TraceEntry) => boolean,
): TraceEntry | undefined {
  const { trace } = timeline;
  let seen = trace.nextEntry;
  while (!advance(timeline, at, 1)) {
    for (; seen < trace.nextEntry; seen++) {
      const entry = trace.entries[seen];
      if (entry !== undefined && isWanted(entry)) return entry;
    }
  }
  return undefined;
}

/** A person does something now. What had been run beyond this moment is forgotten. */
export function act(timeline: Timeline, input: Input): void {
  const { now } = timeline;
  advance(timeline, now, Infinity);
  forget(timeline);
  timeline.inputs = [...timeline.inputs, { at: now, input }];
  advance(timeline, now, Infinity);
}

/** Plays a given list of inputs from the cursor on, as a shared link does. */
export function planInputs(timeline: Timeline, inputs: readonly TimelineInput[]): void {
  forget(timeline);
  const later = inputs.filter(({ at }) => at >= timeline.now);
  timeline.inputs = [...timeline.inputs, ...later];
}

/**
 * Puts another list of inputs in place of the reader's own, and the cursor at `at`: undo, redo and
 * opening a link are this. What both lists begin with is not run again.
 */
export function replaceInputs(
  timeline: Timeline,
  inputs: readonly TimelineInput[],
  at: number,
): void {
  const old = timeline.inputs;
  const shared = inputs.findIndex((each, index) => each !== old[index]);
  const first = shared < 0 ? inputs.length : shared;
  const from = Math.min(old[first]?.at ?? Infinity, inputs[first]?.at ?? Infinity);
  if (from < Infinity) {
    // The very first keyframe stands before all inputs.
    const [start, ...others] = timeline.keyframes;
    const kept = others.filter((each) => each.inputs <= first && each.world.now <= from);
    timeline.keyframes = start === undefined ? kept : [start, ...kept];
    restore(timeline, from);
    cutTrace(timeline.trace, timeline.world.lastEvent);
    timeline.end = timeline.now;
  }
  timeline.inputs = inputs;
  runTo(timeline, at);
}

/** From here on another machine handles the events; the world stays as it is. */
export function equip(timeline: Timeline, machine: Machine): void {
  timeline.machine = machine;
  timeline.simulation = createSimulation(timeline.world, timeline.trace, machine);
}

/** The events that led to `event`, nearest first, back to an input or to the start. */
export function causesOf(trace: Trace, event: number): number[] {
  const chain: number[] = [];
  let cause = trace.causes[event];
  while (cause !== undefined && cause > 0) {
    chain.push(cause);
    cause = trace.causes[cause];
  }
  return chain;
}

/** Runs up to `target`, giving the world each input at its time. */
function advance(timeline: Timeline, target: number, events: number): boolean {
  let left = events;
  for (;;) {
    const next = timeline.inputs[timeline.nextInput];
    const until = next !== undefined && next.at <= target ? next.at : target;
    left = runUntil(timeline, until, left);
    if (left <= 0) return false;
    if (next === undefined || next.at > target) return true;
    timeline.nextInput++;
    addInput(timeline.world, timeline.trace, next.at, next.input);
  }
}

/** Runs events up to `until` or until `events` are spent; gives how many are left. */
function runUntil(timeline: Timeline, until: number, events: number): number {
  const { simulation } = timeline;
  const between = Math.max(EVENTS_BETWEEN, timeline.world.hosts.size * EVENTS_A_HOST);
  let left = events;
  while (left > 0 && step(simulation, until)) {
    left--;
    if (++timeline.eventsSinceKeyframe >= between) keep(timeline);
  }
  if (left > 0 && timeline.world.now < until) timeline.world.now = until;
  timeline.now = timeline.world.now;
  timeline.end = Math.max(timeline.end, timeline.now);
  const last = timeline.keyframes.at(-1)?.world.now ?? 0;
  if (timeline.now - last >= TIME_BETWEEN_US) keep(timeline);
  return left;
}

/** Keeps a copy of this moment, unless one of a later moment is there already. */
function keep(timeline: Timeline): void {
  const { world, trace } = timeline;
  timeline.eventsSinceKeyframe = 0;
  const last = timeline.keyframes.at(-1);
  if (last !== undefined && last.world.now >= world.now) return;
  timeline.keyframes.push({
    world: cloneWorld(world),
    frames: trace.nextFrame,
    entries: trace.nextEntry,
    inputs: timeline.nextInput,
  });
  if (timeline.keyframes.length * world.hosts.size > HOSTS_KEPT) thin(timeline);
}

/** Of the older half every second keyframe goes, never the first. */
function thin(timeline: Timeline): void {
  const half = timeline.keyframes.length >> 1;
  timeline.keyframes = timeline.keyframes.filter((_, index) => index >= half || index % 2 === 0);
}

/** Goes back to the last keyframe at or before `at`. */
function restore(timeline: Timeline, at: number): void {
  const keyframe = timeline.keyframes.findLast(({ world }) => world.now <= at);
  if (keyframe === undefined) return;
  const { trace, machine } = timeline;
  timeline.world = cloneWorld(keyframe.world);
  timeline.now = timeline.world.now;
  timeline.nextInput = keyframe.inputs;
  timeline.eventsSinceKeyframe = 0;
  trace.nextFrame = keyframe.frames;
  trace.nextEntry = keyframe.entries;
  timeline.simulation = createSimulation(timeline.world, trace, machine);
}

/** Drops the recorded future of the cursor. */
function forget(timeline: Timeline): void {
  cutTrace(timeline.trace, timeline.world.lastEvent);
  timeline.keyframes = timeline.keyframes.filter(({ world }) => world.now <= timeline.now);
  timeline.inputs = timeline.inputs.slice(0, timeline.nextInput);
  timeline.end = timeline.now;
}
