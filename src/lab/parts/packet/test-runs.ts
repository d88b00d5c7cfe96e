// For tests: runs to ask about. The article's cluster as the lab begins with it, and the cluster of
// a recording, played by the simulator.
import { virtualAddresses } from "#sim/editing.ts";
import { readFileSync } from "node:fs";
import {
  act,
  createMachine,
  createTimeline,
  type FrameRecord,
  type Input,
  runTo,
  type Timeline,
  type TraceEntry,
  worldFromJson,
} from "#sim/index.ts";
import { buildSimulation, expandScenario, readScenario } from "#sim/scenarios.ts";
import { programs } from "#sim/programs/index.ts";
import { fill } from "../../../i18n/language.ts";
import { clusterOf } from "../../instrument/cluster.ts";
import { innerPacket } from "../../instrument/frames.ts";
import { libraryWorld } from "../../library.ts";
import type { Run } from "./run.ts";
import type { Step } from "./steps.ts";
import { packetWords } from "./words.ts";

export const SECOND = 1_000_000;
export const VIP = "192.168.88.100";

export interface Played {
  readonly timeline: Timeline;
  readonly run: Run;
}

const ARTICLE = libraryWorld("article");

/** The article's cluster, with deeds at their seconds, until `until` seconds. */
export function article(
  deeds: readonly (readonly [at: number, input: Input])[],
  until: number,
): Played {
  const timeline = createTimeline(worldFromJson(ARTICLE), createMachine(programs));
  return play(timeline, deeds, until);
}

/** The cluster of simulator/recordings/`name`, `until` seconds. */
export function recorded(name: string, until: number): Played {
  const path = `simulator/recordings/${name}.recorded.json`;
  const { title, topology, gateway, files, sysctl, steps, seed } = JSON.parse(
    readFileSync(path, "utf8"),
  );
  const plain = (steps as { t: number; host: string; run: string; bg?: boolean }[])
    .filter(({ t, run }) => run !== undefined && t <= until)
    .map(({ t, host, run, bg }) => ({ t, host, run, ...(bg === undefined ? {} : { bg }) }));
  const head = { name, title, topology, gateway, files, sysctl, seed };
  const scenario = { ...head, steps: plain, end: until };
  const read = readScenario(JSON.stringify(scenario));
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  const machine = createMachine(programs);
  const { world, trace } = buildSimulation(expandScenario(read.scenario), machine);
  return play(createTimeline(world, machine, trace), [], until);
}

function play(
  timeline: Timeline,
  deeds: readonly (readonly [at: number, input: Input])[],
  until: number,
): Played {
  const lastEventBefore = timeline.world.lastEvent;
  for (const [at, input] of deeds) {
    runTo(timeline, at * SECOND);
    act(timeline, input);
  }
  runTo(timeline, until * SECOND);
  const { trace, inputs, world } = timeline;
  return {
    timeline,
    run: { trace, inputs, lastEventBefore, cluster: clusterOf(world, virtualAddresses) },
  };
}

export const cable = (host: string, up: boolean): Input => ({
  kind: "link",
  host,
  nic: "eth1",
  up,
});

export function mark({ timeline }: Played, isWanted: (entry: TraceEntry) => boolean): TraceEntry {
  const found = timeline.trace.entries.find((entry) => entry.code === "mark" && isWanted(entry));
  if (found === undefined) throw new Error("no such mark");
  return found;
}

export function frame(
  { timeline }: Played,
  isWanted: (record: FrameRecord) => boolean,
): FrameRecord {
  const found = timeline.trace.frames.find(isWanted);
  if (found === undefined) throw new Error("no such frame");
  return found;
}

/** The TCP flags of a frame, tunnelled or not; undefined where there are none. */
export function flagsOf({ frame: { payload } }: FrameRecord): number | undefined {
  if (payload.protocol === "arp") return undefined;
  const inner = innerPacket(payload).payload;
  return inner.protocol === "tcp" ? inner.flags : undefined;
}

/** In English, one line a step. */
export function told(steps: readonly Step[]): string[] {
  const words = packetWords.en;
  return steps.map(({ code, at, host, values, input }) => {
    const s = (Number(values["us"] ?? 0) / SECOND).toFixed(3);
    const why = words.drops[String(values["reason"])] ?? "";
    const deed = input === undefined ? "" : `${input.kind} ${"host" in input ? input.host : ""}`;
    const sentence = fill(words.steps[code], { ...values, host, s, why, deed });
    return `${(at / SECOND).toFixed(3)} ${sentence}`;
  });
}
