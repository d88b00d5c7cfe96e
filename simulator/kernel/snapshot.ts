// A world as JSON: a page starts from one that was made when it was built, without running the
// machines' start again. Maps become tagged lists; the log, a long chain, becomes a list.
import { isConnectionTable, tableFromList, tableToList } from "../ipvs/connection-table.ts";
import type { LogLine } from "../host/host.ts";
import type { World } from "./world.ts";

const MAP = "$map";
const TABLE = "$table";
const LOG = "$log";
const INFINITY = "$infinity";

export function worldToJson(world: World): string {
  return JSON.stringify(encode(world));
}

export function worldFromJson(text: string): World {
  return decode(JSON.parse(text)) as World;
}

function encode(value: unknown): unknown {
  if (value === Infinity) return { [INFINITY]: 1 };
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(encode);
  if (value instanceof Map) {
    return { [MAP]: [...value].map(([key, item]) => [key as unknown, encode(item)]) };
  }
  if (isConnectionTable(value)) return { [TABLE]: tableToList(value).map(encode) };
  if (isLogLine(value)) return { [LOG]: logToList(value) };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item)]));
}

function decode(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decode);
  const record = value as Record<string, unknown>;
  if (INFINITY in record) return Infinity;
  if (MAP in record) {
    const pairs = record[MAP] as [unknown, unknown][];
    return new Map(pairs.map(([key, item]) => [key, decode(item)]));
  }
  if (TABLE in record) return tableFromList((record[TABLE] as unknown[]).map(decode) as never[]);
  if (LOG in record) return logFromList(record[LOG] as Omit<LogLine, "previous">[]);
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, decode(item)]));
}

function isLogLine(value: object): value is LogLine {
  return "identity" in value && "severity" in value && "text" in value;
}

function logToList(last: LogLine): Omit<LogLine, "previous">[] {
  const lines: Omit<LogLine, "previous">[] = [];
  for (let line: LogLine | undefined = last; line !== undefined; line = line.previous) {
    const { at, identity, pid, severity, text } = line;
    lines.push({ at, identity, pid, severity, text });
  }
  return lines.reverse();
}

function logFromList(lines: readonly Omit<LogLine, "previous">[]): LogLine | undefined {
  let previous: LogLine | undefined;
  for (const line of lines) previous = Object.freeze({ ...line, previous });
  return previous;
}
