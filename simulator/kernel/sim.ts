// The one door between the protocols and the kernel: what a protocol function may do beyond
// changing its own record.
import type { Host, Nic } from "../host/host.ts";
import type { Wake } from "../host/process.ts";
import type { Frame } from "../wire/ethernet.ts";
import type { AlarmKind } from "./queue.ts";
import type { Fields, TraceCode } from "./trace.ts";
import type { World } from "./world.ts";

export interface Sim {
  readonly world: World;
  /** Virtual time: whole microseconds since the scenario's start. */
  readonly now: number;
  /** The next number of the seeded generator, 0 ≤ x < 1. */
  random(): number;
  /** Puts a frame on the wire behind `nic`. */
  transmit(host: Host, nic: Nic, frame: Frame): void;
  /** Knocks at `deadline`; the record that still holds this deadline then acts, any other ignores it. */
  alarm(host: Host, deadline: number, kind: AlarmKind, key: string): void;
  /** Lets a process run, at once unless `at` is given. A process that is gone hears nothing. */
  wake(host: Host, pid: number, reason: Wake, at?: number): void;
  /** What a program takes from exec to its first action; undefined when there is no such program. */
  startUs(program: string): number | undefined;
  /** Writes what happened into the trace: a code and plain fields, never a sentence. */
  record(host: Host, code: TraceCode, fields?: Fields): void;
}
