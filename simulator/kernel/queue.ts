// The event queue: a binary heap of immutable events ordered by (time, id), and lists of those far off. Ids grow, so events of
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

/** Events are near, in the heap, or further off, in the list of the second in which they are due. */
export interface EventQueue {
  heap: Event[];
  /** A frozen list is shared with a copy of the queue: it is copied before it is written to. */
  later: Map<number, readonly Event[]>;
  /** All that is due by the end of this second is in the heap. */
  near: number;
}

/** Most events are timers of many seconds: a heap of those of one second stays small. */
const SECOND_US = 1_000_000;

export function emptyQueue(): EventQueue {
  return { heap: [], later: new Map(), near: 0 };
}

/** A copy that shares the events, which never change, and the lists until one is written to. */
export function cloneQueue({ heap, later, near }: EventQueue): EventQueue {
  for (const list of later.values()) Object.freeze(list);
  return { heap: heap.slice(), later: new Map(later), near };
}

export function push(queue: EventQueue, event: Event): void {
  const second = Math.floor(event.at / SECOND_US);
  if (second <= queue.near) return climb(queue.heap, event);
  const list = queue.later.get(second);
  if (list === undefined) queue.later.set(second, [event]);
  else if (Object.isFrozen(list)) queue.later.set(second, [...list, event]);
  else (list as Event[]).push(event);
}

export function peek(queue: EventQueue): Event | undefined {
  if (queue.heap.length === 0) approach(queue);
  return queue.heap[0];
}

export function pop(queue: EventQueue): Event | undefined {
  const first = peek(queue);
  const last = queue.heap.pop();
  if (first !== undefined && last !== undefined && first !== last) sink(queue.heap, last);
  return first;
}

/** The next second in which anything is due becomes the near one. */
function approach(queue: EventQueue): void {
  if (queue.later.size === 0) return;
  queue.near = Math.min(...queue.later.keys());
  for (const event of queue.later.get(queue.near) ?? []) climb(queue.heap, event);
  queue.later.delete(queue.near);
}

/** Puts `event` at the end and lets it climb to its place. */
function climb(heap: Event[], event: Event): void {
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
