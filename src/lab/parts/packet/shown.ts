// Which frame the panel speaks of: the one chosen or on the wire, else the last of interest. The
// trace is read on from where it was read last, so that a long session costs no more a picture.
import type { FrameRecord, Trace, World } from "#sim/index.ts";
import type { ClusterView } from "../../instrument/cluster.ts";
import { type Interest, isWanted } from "../../instrument/frames.ts";

export interface ShownReader {
  cuts: number;
  upTo: number;
  interest: Interest | undefined;
  last: FrameRecord | undefined;
}

/** Going back in time looks back so far at most. */
const LOOKS_BACK = 4_000;

export function beginShown(): ShownReader {
  return { cuts: -1, upTo: 0, interest: undefined, last: undefined };
}

export function lastOfInterest(
  reader: ShownReader,
  trace: Trace,
  cluster: ClusterView,
  interest: Interest,
): FrameRecord | undefined {
  const { nextFrame, frames, cuts } = trace;
  const isSame = reader.cuts === cuts && reader.interest === interest && reader.upTo <= nextFrame;
  const from = isSame ? reader.upTo : Math.max(0, nextFrame - LOOKS_BACK);
  if (!isSame) reader.last = undefined;
  for (let index = nextFrame - 1; index >= from; index--) {
    const frame = frames[index];
    if (frame !== undefined && isWanted(frame, frames[index - 1], cluster, interest)) {
      reader.last = frame;
      break;
    }
  }
  reader.cuts = cuts;
  reader.upTo = nextFrame;
  reader.interest = interest;
  return reader.last;
}

/** The MAC that some receiver still believes in, when a frame says another for the same address. */
export function believedMac(world: World, { from, frame }: FrameRecord): string | undefined {
  const { payload } = frame;
  if (payload.protocol !== "arp") return undefined;
  for (const host of world.hosts.values()) {
    if (host.name === from) continue;
    for (const nic of host.nics.values()) {
      const entry = nic.neighbours.get(payload.senderIp);
      if (entry !== undefined && "mac" in entry && entry.mac !== payload.senderMac) {
        return entry.mac;
      }
    }
  }
  return undefined;
}
