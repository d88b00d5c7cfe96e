// Lines of the hosts' logs, read off the trace as it grows, after those that the run began with.
import type { Timeline, World } from "#sim/index.ts";

export interface LogRow {
  readonly at: number;
  readonly host: string;
  readonly identity: string;
  readonly pid: number;
  readonly text: string;
}

export interface LogReader {
  rows: LogRow[];
  entries: number;
  cuts: number;
}

export function beginLog(): LogReader {
  return { rows: [], entries: 0, cuts: -1 };
}

/** All rows that are known, in order of time, the recorded future too. */
export function readLog(reader: LogReader, { trace }: Timeline, start: World): readonly LogRow[] {
  if (reader.cuts !== trace.cuts) {
    reader.rows = earlier(start);
    reader.entries = 0;
    reader.cuts = trace.cuts;
  }
  for (; reader.entries < trace.entries.length; reader.entries++) {
    const entry = trace.entries[reader.entries];
    if (entry?.code !== "log") continue;
    const { at, host, fields } = entry;
    const { identity, pid, text } = fields;
    reader.rows.push({
      at,
      host,
      identity: String(identity),
      pid: Number(pid),
      text: String(text),
    });
  }
  return reader.rows;
}

function earlier(start: World): LogRow[] {
  const rows: LogRow[] = [];
  for (const { name, log } of start.hosts.values()) {
    for (let line = log; line !== undefined; line = line.previous) {
      const { at, identity, pid, text } = line;
      rows.push({ at, host: name, identity, pid, text });
    }
  }
  // Within a host the newest came first.
  return rows.reverse().sort((a, b) => a.at - b.at);
}

/** How many rows are not after `now`. */
export function countUntil(rows: readonly LogRow[], now: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.at ?? 0) <= now) low = middle + 1;
    else high = middle;
  }
  return low;
}
