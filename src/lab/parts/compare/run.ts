// A side is run from time 0 to its beginning, and from there to the end, in slices, so that a page
// stays awake; what comes out can be moved through like any run of the lab.
import {
  createMachine,
  createTimeline,
  planInputs,
  type ProgramTable,
  runSlice,
  type Timeline,
  type TimelineInput,
  type World,
  worldFromJson,
  worldToJson,
} from "#sim/index.ts";
import { buildSimulation, expandScenario } from "#sim/scenarios.ts";
import { beginScore, readScore, type Score } from "../../instrument/score.ts";
import { inputsOf, type Side } from "./side.ts";

/** So many events at most between two looks at the clock: a few milliseconds. */
const SLICE_EVENTS = 200;

export interface Run {
  readonly side: Side;
  /** The world at the beginning, and the same as text. */
  readonly start: World;
  readonly world: string;
  readonly inputs: readonly TimelineInput[];
  /** The whole run; its cursor may be moved. */
  readonly timeline: Timeline;
  readonly score: Score;
  readonly begin: number;
  readonly end: number;
}

/** Runs a side up to `end`, in microseconds; yields how far it is, from 0 to 1. */
export function* running(
  side: Side,
  end: number,
  programs: ProgramTable,
): Generator<number, Run, void> {
  const machine = createMachine(programs);
  const { world: built } = buildSimulation(expandScenario(side.scenario), machine);
  yield 0;
  const prelude = createTimeline(built, machine);
  while (!runSlice(prelude, side.begin, SLICE_EVENTS)) yield prelude.now / end;
  const world = worldToJson(prelude.world);
  const start = worldFromJson(world);
  yield prelude.now / end;
  const timeline = createTimeline(worldFromJson(world), machine);
  const inputs = inputsOf(side, start);
  planInputs(timeline, inputs);
  while (!runSlice(timeline, end, SLICE_EVENTS)) yield timeline.now / end;
  const score = readScore(beginScore(start), timeline, start);
  return { side, start, world, inputs, timeline, score, begin: start.now, end };
}

/** Two sides up to the same end; yields how far both together are. */
export function* runningBoth(
  [a, b]: readonly [Side, Side],
  end: number,
  programs: ProgramTable,
): Generator<number, readonly [Run, Run], void> {
  const first = yield* shared(running(a, end, programs), 0);
  const second = yield* shared(running(b, end, programs), 0.5);
  return [first, second];
}

function* shared(work: Generator<number, Run, void>, from: number): Generator<number, Run, void> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    yield from + step.value / 2;
  }
}

/** A page gives so much of each turn to work that can wait. */
const TURN_MS = 10;

/** Works through `steps` turn by turn, saying how far it is; undefined when it was called off. */
export async function inTurns<T>(
  steps: Generator<number, T, void>,
  say: (progress: number) => void,
  isOff: () => boolean,
): Promise<T | undefined> {
  let step = steps.next();
  for (;;) {
    const until = performance.now() + TURN_MS;
    while (step.done !== true && performance.now() < until) {
      say(step.value);
      step = steps.next();
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (isOff()) return undefined;
    if (step.done === true) return step.value;
  }
}

/** The same at once, where nobody waits for a picture. */
export function atOnce<T>(steps: Generator<number, T, void>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
