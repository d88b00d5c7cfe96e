// Lines of the hosts' logs, read off the trace as it grows, after those that the run began with; and
// those among them that are asked for, found as they come.
import type { Timeline, Trace, World } from "#sim/index.ts";

export interface LogRow {
  readonly id: number;
  readonly at: number;
  readonly host: string;
  readonly identity: string;
  readonly pid: number;
  readonly text: string;
  /** What it came of, as the trace counts events; none for a line from before the run. */
  readonly event?: number;
}

export interface LogReader {
  trace: Trace | undefined;
  cuts: number;
  /** How many entries of the trace have been read. */
  entries: number;
  rows: LogRow[];
  /** When each process first said something. */
  identities: Map<string, number>;
}

export function beginLog(): LogReader {
  return { trace: undefined, cuts: -1, entries: 0, rows: [], identities: new Map() };
}

/** All rows that are known, in order of time, the recorded future too. */
export function readLog(reader: LogReader, { trace }: Timeline, start: World): readonly LogRow[] {
  if (reader.trace !== trace || reader.cuts !== trace.cuts) {
    Object.assign(reader, beginLog(), { trace, cuts: trace.cuts });
    for (const row of earlier(start)) add(reader, row);
  }
  for (; reader.entries < trace.entries.length; reader.entries++) {
    const entry = trace.entries[reader.entries];
    if (entry?.code !== "log") continue;
    const { at, host, event, fields } = entry;
    const { identity, pid, text } = fields;
    add(reader, { at, host, identity: `${identity}`, pid: Number(pid), text: `${text}`, event });
  }
  return reader.rows;
}

function add({ rows, identities }: LogReader, row: Omit<LogRow, "id">): void {
  rows.push({ ...row, id: rows.length });
  if (!identities.has(row.identity)) identities.set(row.identity, row.at);
}

function earlier(start: World): Omit<LogRow, "id">[] {
  const rows: Omit<LogRow, "id">[] = [];
  for (const { name, log } of start.hosts.values()) {
    for (let line = log; line !== undefined; line = line.previous) {
      const { at, identity, pid, text } = line;
      rows.push({ at, host: name, identity, pid, text });
    }
  }
  // Within a host the newest came first.
  return rows.reverse().sort((a, b) => a.at - b.at);
}

/** Which lines are asked for; an empty text or process asks for all. */
export interface LogFilter {
  readonly hosts: readonly string[];
  readonly identity: string;
  /** Found in any of host, process and message; upper or lower case. */
  readonly text: string;
}

export interface LogMatches {
  readonly filter: LogFilter;
  of: readonly LogRow[] | undefined;
  read: number;
  rows: LogRow[];
}

export function beginMatches(filter: LogFilter): LogMatches {
  return { filter, of: undefined, read: 0, rows: [] };
}

/** Looks through what has come since; anew when the rows are another reading's. */
export function readMatches(matches: LogMatches, rows: readonly LogRow[]): readonly LogRow[] {
  if (matches.of !== rows) Object.assign(matches, { of: rows, read: 0, rows: [] });
  for (; matches.read < rows.length; matches.read++) {
    const row = rows[matches.read];
    if (row !== undefined && isWanted(matches.filter, row)) matches.rows.push(row);
  }
  return matches.rows;
}

function isWanted({ hosts, identity, text }: LogFilter, row: LogRow): boolean {
  if (!hosts.includes(row.host)) return false;
  if (identity !== "" && row.identity !== identity) return false;
  return text === "" || `${row.host} ${messageOf(row)}`.toLowerCase().includes(text.toLowerCase());
}

/** As the file has it, after time and host. */
export function messageOf({ identity, pid, text }: LogRow): string {
  return `${identity}[${pid}]: ${text}`;
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
