// The event queue: a binary heap of immutable events ordered by (time, id). Ids grow, so events of
// one instant happen in the order in which they were asked for, but for the kernel's timers, which
// ring the other way round. Nothing is ever cancelled.
import type { Frame } from "../wire/ethernet.ts";
import type { Wake } from "../host/process.ts";
import type { Input } from "./input.ts";

/** Who asked for an alarm; `machine.ts` maps each to the function that handles it. */
export type AlarmKind =
  | "neighbour"
  | "detour"
  | "tcp"
  | "igmp"
  | "reachable-time"
  | "ipvs-connection"
  | "ipvs-defence"
  | "ipvs-estimator"
  | "ipvs-sync"
  | "ipvs-trash"
  | "process";

interface EventBase {
  readonly at: number;
  readonly id: number;
}

export type Event = EventBase &
  (
    | {
        readonly kind: "alarm";
        readonly host: string;
        readonly alarm: AlarmKind;
        readonly key: string;
      }
    | { readonly kind: "wake"; readonly host: string; readonly pid: number; readonly reason: Wake }
    | {
        readonly kind: "deliver";
        readonly host: string;
        readonly nic: string;
        readonly frameId: number;
        readonly frame: Frame;
      }
    | { readonly kind: "input"; readonly input: Input }
  );

export interface EventQueue {
  heap: Event[];
}

export function emptyQueue(): EventQueue {
  return { heap: [] };
}

export function push(queue: EventQueue, event: Event): void {
  const heap = queue.heap;
  let i = heap.length;
  heap.push(event);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!before(event, heap[parent]!)) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = event;
}

export function peek(queue: EventQueue): Event | undefined {
  return queue.heap[0];
}

export function pop(queue: EventQueue): Event | undefined {
  const heap = queue.heap;
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  sink(heap, last);
  return first;
}

/** Puts `event` where the top was and lets it sink to its place. */
function sink(heap: Event[], event: Event): void {
  const length = heap.length;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= length) break;
    if (child + 1 < length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, event)) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = event;
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && rank(a) < rank(b));
}

/** Timers of the kernel that ring before others of the same jiffy. */
const RINGS_FIRST: ReadonlySet<AlarmKind> = new Set(["neighbour", "igmp"]);

/** Of several alarms in one slot of the wheel the one set last rings first (recorded). */
function rank(event: Event): number {
  return event.kind === "alarm" && RINGS_FIRST.has(event.alarm) ? -event.id : event.id;
}
