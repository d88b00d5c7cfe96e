// The frames that a walk goes through, taken from a run: a request through direct routing, or a
// takeover from the last advert heard to the announcement of the new master.
import { act, type FrameRecord, runTo, type Timeline } from "#sim/index.ts";
import { drawnAs } from "./frame-kind.ts";
import { DIRECTORS } from "./view.ts";

export type WalkName = "request" | "takeover";

const SYN = 0x02;
const SYN_ACK = 0x12;
const TAKEOVER_US = 5_000_000;

/** The SYN of the last request, the same SYN passed on, and the answer to it. */
export function requestWalk({ trace }: Timeline): FrameRecord[] {
  const frames = trace.frames.slice(0, trace.nextFrame);
  const flagsOf = ({ frame: { payload } }: FrameRecord): number =>
    payload.protocol === "ipv4" && payload.payload.protocol === "tcp"
      ? payload.payload.flags & SYN_ACK
      : 0;
  const isOpening = (record: FrameRecord): boolean =>
    (flagsOf(record) === SYN || flagsOf(record) === SYN_ACK) && drawnAs(record) !== "check";
  const last = frames.findLastIndex((each) => flagsOf(each) === SYN && each.from === "client");
  return frames.slice(Math.max(0, last)).filter(isOpening).slice(0, 3);
}

/** Pulls the master's cable: the last advert heard, the heir's first, its first announcement. */
export function takeoverWalk(timeline: Timeline): FrameRecord[] {
  const [master, heir] = DIRECTORS;
  act(timeline, { kind: "link", host: master, nic: "eth1", up: false });
  runTo(timeline, timeline.now + TAKEOVER_US);
  const { frames } = timeline.trace;
  const last = frames.findLast((each) => each.from === master && drawnAs(each) === "advert");
  const first = frames.find((each) => each.from === heir && drawnAs(each) === "advert");
  const announced = frames.find((each) => each.from === heir && drawnAs(each) === "garp");
  return [last, first, announced].filter((each) => each !== undefined);
}
