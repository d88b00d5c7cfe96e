// The world: one tree of plain data. Everything that can change during a run is in here, so that a
// copy of it is a keyframe. Values that never change (frames, packets, syntax trees,
// configurations) are frozen or named in `clone.ts` and shared between copies.
import type { Host } from "../host/host.ts";
import type { Switch } from "../switch.ts";
import type { EventQueue } from "./queue.ts";

export interface World {
  /** Virtual time: whole microseconds since the scenario's start. */
  now: number;
  /** The id of the event being handled; the cause of all that it brings about. */
  event: number;
  /** The last event id given out. */
  lastEvent: number;
  /** The last frame id given out. */
  lastFrame: number;
  /** State of the seeded generator, an unsigned 32-bit number. */
  random: number;
  /** Date and time of the scenario's start, in whole seconds since 1970 (UTC). */
  readonly startEpoch: number;
  readonly queue: EventQueue;
  readonly hosts: Map<string, Host>;
  readonly switches: Map<string, Switch>;
  /** Moments that chance decided on the real machine, used in order of need (scenario "draws"). */
  draws: readonly Draw[];
}

/** A moment handed to the simulator in place of a random one. It changes a time, nothing else. */
export interface Draw {
  readonly host: string;
  readonly what: string;
  readonly of: string;
  readonly seconds: number;
}
