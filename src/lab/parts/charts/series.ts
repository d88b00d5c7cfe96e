// From what was read to what is drawn: one time axis for the whole run, counts in buckets of it, the
// share of each server, and the acting director's table as lines.
import type { Ask, Span } from "../../instrument/score.ts";
import type { Charts, Counts } from "./charts.ts";

const SECOND = 1_000_000;

/** A stretch of time in microseconds. */
export interface Domain {
  readonly from: number;
  readonly to: number;
}

/** Lengths of the axis, in seconds: it stands still while the run grows from one to the next. */
const LENGTHS = [10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1200, 1800, 3600];

/** From the whole second before `from`, and long enough for what is known by `known`. */
export function domainOf(from: number, known: number): Domain {
  const begin = Math.floor(from / SECOND) * SECOND;
  const needed = (known - begin) / SECOND;
  const hours = Math.ceil(needed / 3600) * 3600;
  const length = LENGTHS.find((each) => each >= needed) ?? hours;
  return { from: begin, to: begin + length * SECOND };
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600];

/** The shortest of the usual steps, in microseconds, of which no more than `most` fit. */
export function stepOf({ from, to }: Domain, most: number): number {
  const seconds = (to - from) / SECOND;
  return (STEPS.find((step) => seconds / step <= most) ?? 7200) * SECOND;
}

/** Whole multiples of the step that lie in the domain. */
export function ticksOf({ from, to }: Domain, step: number): number[] {
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** Something that happened at `at`, of which one knew at `known`. */
export interface Mark {
  readonly at: number;
  readonly known: number;
}

export interface Bucket extends Domain {
  /** How many came up to the cursor, and how many the recording has beyond it. */
  past: number;
  future: number;
}

/** Counts marks, in order, in buckets of `step` microseconds; empty ones are left out. */
export function bucketsOf(marks: readonly Mark[], step: number, now: number): Bucket[] {
  const found: Bucket[] = [];
  for (const { at, known } of marks) {
    const from = Math.floor(at / step) * step;
    let last = found.at(-1);
    if (last?.from !== from) {
      last = { from, to: from + step, past: 0, future: 0 };
      found.push(last);
    }
    if (known <= now) last.past++;
    else last.future++;
  }
  return found;
}

/** Whether two of these, which are in order, lie closer than `gap` microseconds. */
export function isDense(marks: readonly Mark[], gap: number): boolean {
  return marks.some(({ at }, index) => index > 0 && at - (marks[index - 1]?.at ?? 0) < gap);
}

export interface Share {
  readonly server: string;
  /** The connections that it was given; in the recorded future too. */
  readonly marks: readonly Mark[];
  /** How many by the cursor, and how many the weights would have given it. */
  readonly count: number;
  readonly fair: number;
}

/** What each server was given by `now`. */
export function sharesOf({ servers, picks }: Charts, now: number): Share[] {
  const rows = new Map(
    servers.map((server) => [server, { server, marks: [] as Mark[], count: 0, fair: 0 }]),
  );
  for (const { at, server, fair } of picks) {
    const row = rows.get(server);
    row?.marks.push({ at, known: at });
    if (at > now) continue;
    if (row !== undefined) row.count++;
    for (const [name, share] of fair) {
      const other = rows.get(name);
      if (other !== undefined) other.fair += share;
    }
  }
  return [...rows.values()];
}

export const results = ["answered", "timed-out", "refused"] as const;
export type Result = (typeof results)[number];

export interface Outcome {
  readonly result: Result;
  /** At the time of asking. */
  readonly marks: readonly Mark[];
  /** How many were known by the cursor. */
  readonly count: number;
}

/** What became of the client's requests. */
export function outcomesOf(asks: readonly Ask[], now: number): Outcome[] {
  return results.map((result) => {
    const own = asks.filter((ask) => ask.result === result);
    const marks = own.map(({ at, until }) => ({ at, known: until }));
    return { result, marks, count: marks.filter(({ known }) => known <= now).length };
  });
}

/** How many of `times`, which are in order, are not after `now`. */
export function countUntil(times: readonly number[], now: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= now) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Who acts for `address` and when: of several holders the first in the order of the hosts. */
export function actingOf(
  holders: ReadonlyMap<string, readonly Span<string>[]>,
  hosts: readonly string[],
  address: string | undefined,
): Span<string>[] {
  const held = [...holders].flatMap(([key, spans]) => {
    const host = key.slice(0, key.indexOf(" "));
    if (!hosts.includes(host)) return [];
    const own = spans.filter(({ value }) => address === undefined || value === address);
    return own.map(({ from, to }) => ({ from, to, value: host }));
  });
  const bounds = [...new Set(held.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const found: Span<string>[] = [];
  for (const [index, from] of bounds.entries()) {
    const to = bounds[index + 1];
    if (to === undefined) break;
    const host = hosts.find((each) =>
      held.some((span) => span.value === each && span.from <= from && span.to >= to),
    );
    const last = found.at(-1);
    if (host === undefined) continue;
    if (last?.value === host && last.to === from) last.to = to;
    else found.push({ from, to, value: host });
  }
  return found;
}

/** "192.168.88.100" of "tcp 192.168.88.100:80"; a firewall mark's service has no address. */
export function addressOf(service: string): string | undefined {
  const [protocol, rest = ""] = service.split(" ");
  return protocol === "fwm" ? undefined : rest.slice(0, rest.lastIndexOf(":"));
}

/** A server's connections in the tables of those who act, from `at` on. */
export interface Level {
  readonly at: number;
  /** Undefined where no acting director's table has this server. */
  readonly counts: { readonly active: number; readonly inactive: number } | undefined;
}

/** A table that counts, from `from` to `to`. */
interface Window extends Domain {
  readonly counts: Counts;
  /** The last change that was passed. */
  index: number;
}

/**
 * The server's levels until `known`, at each change, summed over services. Where nobody holds a
 * service's address its connections do not count; an address that never floated counts at each host.
 */
export function levelsOf(
  charts: Charts,
  server: string,
  acting: (service: string) => readonly Span<string>[],
  known: number,
): Level[] {
  const windows: Window[] = [];
  for (const counts of charts.counts.values()) {
    if (counts.server !== server) continue;
    const spans = acting(counts.service);
    const whole = [{ from: counts.at[0] ?? 0, to: Infinity, value: counts.director }];
    for (const { from, to, value } of spans.length === 0 ? whole : spans) {
      if (value !== counts.director || from > known) continue;
      windows.push({ from, to, counts, index: countUntil(counts.at, from) - 1 });
    }
  }
  const levels: Level[] = [];
  for (let at = firstOf(windows); at <= known; at = nextOf(windows, at)) {
    levels.push({ at, counts: sumAt(windows, at) });
  }
  return levels;
}

function firstOf(windows: readonly Window[]): number {
  return Math.min(Infinity, ...windows.map(({ from }) => from));
}

/** The next moment at which a table changes, begins or ends to count. */
function nextOf(windows: readonly Window[], at: number): number {
  let next = Infinity;
  for (const { from, to, counts, index } of windows) {
    if (from > at) next = Math.min(next, from);
    else if (to > at) next = Math.min(next, counts.at[index + 1] ?? Infinity, to);
  }
  return next;
}

function sumAt(windows: readonly Window[], at: number): Level["counts"] {
  let sum: { active: number; inactive: number } | undefined;
  for (const window of windows) {
    const { from, to, counts } = window;
    if (at < from || at >= to) continue;
    while ((counts.at[window.index + 1] ?? Infinity) <= at) window.index++;
    const { index } = window;
    if (counts.listed[index] !== true) continue;
    sum ??= { active: 0, inactive: 0 };
    sum.active += counts.active[index] ?? 0;
    sum.inactive += counts.inactive[index] ?? 0;
  }
  return sum;
}

/** The level at `now`. */
export function levelAt(levels: readonly Level[], now: number): Level["counts"] {
  return levels.findLast(({ at }) => at <= now)?.counts;
}

export interface Point {
  readonly at: number;
  /** NaN where there is no value: the line breaks. */
  readonly value: number;
}

/** One side of a table as steps; where the server leaves the table the last step is drawn to its end. */
export function pointsOf(levels: readonly Level[], side: "active" | "inactive"): Point[] {
  const points: Point[] = [];
  for (const { at, counts } of levels) {
    const last = points.at(-1)?.value ?? NaN;
    if (counts === undefined && !Number.isNaN(last)) points.push({ at, value: last });
    points.push({ at, value: counts?.[side] ?? NaN });
  }
  return points;
}

/**
 * So many points that the line looks the same on `columns` columns: of each column the first, the
 * lowest, the highest and the last.
 */
export function thinned(points: readonly Point[], { from, to }: Domain, columns: number): Point[] {
  if (points.length <= 4 * columns) return [...points];
  const found: Point[] = [];
  const width = (to - from) / columns;
  let begin = 0;
  for (let index = 0; index < points.length; index++) {
    const column = Math.floor(((points[index]?.at ?? 0) - from) / width);
    const next = points[index + 1];
    if (next !== undefined && Math.floor((next.at - from) / width) === column) continue;
    found.push(...extremes(points.slice(begin, index + 1)));
    begin = index + 1;
  }
  return found;
}

function extremes(points: readonly Point[]): Point[] {
  let [low, high] = [points[0], points[0]];
  for (const point of points) {
    if (low === undefined || !(low.value <= point.value)) low = point;
    if (high === undefined || !(high.value >= point.value)) high = point;
  }
  const kept = new Set([points[0], low, high, points.at(-1)]);
  // A gap is never lost.
  return points.filter((point) => kept.has(point) || Number.isNaN(point.value));
}
