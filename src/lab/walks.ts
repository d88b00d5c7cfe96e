// The frames that a walk goes through, taken from a run: a request through direct routing, or a
// takeover from the last advert heard to the announcement of the new master.
import type { FrameRecord, Trace } from "#sim/index.ts";
import type { ClusterView } from "./instrument/cluster.ts";
import { drawnAs } from "./instrument/frames.ts";

export type WalkName = "request" | "takeover";

const SYN = 0x02;
const SYN_ACK = 0x12;

export function walkOf(walk: WalkName, trace: Trace, cluster: ClusterView): FrameRecord[] {
  return walk === "request" ? requestWalk(trace, cluster) : takeoverWalk(trace, cluster);
}

/** The SYN of the last request, the same SYN passed on, and the answer to it. */
function requestWalk(trace: Trace, cluster: ClusterView): FrameRecord[] {
  const frames = trace.frames.slice(0, trace.nextFrame);
  const isClient = (name: string): boolean =>
    cluster.hosts.find((host) => host.name === name)?.role === "client";
  const flagsOf = ({ frame: { payload } }: FrameRecord): number =>
    payload.protocol === "ipv4" && payload.payload.protocol === "tcp"
      ? payload.payload.flags & SYN_ACK
      : 0;
  const isOpening = (record: FrameRecord): boolean =>
    (flagsOf(record) === SYN || flagsOf(record) === SYN_ACK) &&
    drawnAs(record, cluster) !== "check";
  const isAnswer = (record: FrameRecord): boolean =>
    isOpening(record) && flagsOf(record) === SYN_ACK;
  const answer = frames.findLastIndex(isAnswer);
  const last = frames.findLastIndex(
    (each, index) => index < answer && flagsOf(each) === SYN && isClient(each.from),
  );
  return frames.slice(Math.max(0, last)).filter(isOpening).slice(0, 3);
}

/** The last advert of the old master, the heir's first, and its first announcement. */
function takeoverWalk({ frames }: Trace, cluster: ClusterView): FrameRecord[] {
  const adverts = frames.filter((each) => drawnAs(each, cluster) === "advert");
  const old = adverts[0]?.from;
  const first = adverts.find(({ from }) => from !== old);
  if (first === undefined) return [];
  const last = adverts.findLast(({ from, at }) => from === old && at < first.at);
  const announced = frames.find(
    (each) => each.from === first.from && drawnAs(each, cluster) === "garp",
  );
  return [last, first, announced].filter((each) => each !== undefined);
}
