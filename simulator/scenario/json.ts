// A reader of JSON (RFC 8259) which remembers where each value stands, so that a mistake found
// later can be shown at its line and column. It never throws. Stricter than the RFC in two things:
// a key written twice is a mistake, and nesting ends at 64 levels.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type ParsedJson =
  | {
      readonly value: Json;
      /** Offset of each value by its path ("steps[3].host"). */
      readonly places: ReadonlyMap<string, number>;
    }
  | { readonly fault: JsonFault };

export interface JsonFault {
  readonly offset: number;
  readonly path: string;
  readonly code: "syntax" | "too-deep" | "twice";
  readonly values: Readonly<Record<string, string>>;
}

const DEEPEST = 64;

export function parseJson(text: string): ParsedJson {
  const reader: Reader = { text, at: 0, places: new Map(), fault: undefined };
  const value = readValue(reader, "", 0);
  if (reader.fault === undefined) {
    skipSpace(reader);
    if (reader.at < text.length) fail(reader, "", "the end of the file");
  }
  return reader.fault === undefined ? { value, places: reader.places } : { fault: reader.fault };
}

/** Line and column of an offset, both counted from 1. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - (before.lastIndexOf("\n") + 1) + 1 };
}

/** The path of a member: "steps", "steps[3]", "steps[3].host", "files["node-1:/etc/hosts"]". */
export function memberPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** After a fault every function returns at once, with a value that nobody uses. */
interface Reader {
  readonly text: string;
  at: number;
  readonly places: Map<string, number>;
  fault: JsonFault | undefined;
}

function fail(reader: Reader, path: string, expected: string): null {
  reader.fault ??= { offset: reader.at, path, code: "syntax", values: { expected } };
  return null;
}

function skipSpace(reader: Reader): void {
  while (" \t\n\r".includes(reader.text[reader.at] ?? "x")) reader.at++;
}

/** Steps over `symbol` if it comes next. */
function accept(reader: Reader, symbol: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== symbol) return false;
  reader.at++;
  return true;
}

function readValue(reader: Reader, path: string, depth: number): Json {
  skipSpace(reader);
  reader.places.set(path, reader.at);
  const first = reader.text[reader.at];
  if (depth > DEEPEST) {
    const values = { limit: String(DEEPEST) };
    reader.fault ??= { offset: reader.at, path, code: "too-deep", values };
    return null;
  }
  if (first === "{") return readObject(reader, path, depth);
  if (first === "[") return readArray(reader, path, depth);
  if (first === '"') return readString(reader, path);
  return readWord(reader, path);
}

function readObject(reader: Reader, path: string, depth: number): Json {
  reader.at++;
  const members = new Map<string, Json>();
  if (accept(reader, "}")) return {};
  do {
    skipSpace(reader);
    const start = reader.at;
    if (reader.text[start] !== '"') return fail(reader, path, 'a key in quotes ("…")');
    const key = readString(reader, path);
    const inner = memberPath(path, key);
    if (members.has(key)) {
      reader.fault ??= { offset: start, path: inner, code: "twice", values: { found: key } };
    }
    if (reader.fault !== undefined) return null;
    if (!accept(reader, ":")) return fail(reader, inner, '":"');
    members.set(key, readValue(reader, inner, depth + 1));
    if (reader.fault !== undefined) return null;
  } while (accept(reader, ","));
  if (!accept(reader, "}")) return fail(reader, path, '"," or "}"');
  return Object.fromEntries(members);
}

function readArray(reader: Reader, path: string, depth: number): Json {
  reader.at++;
  const items: Json[] = [];
  if (accept(reader, "]")) return items;
  do {
    items.push(readValue(reader, memberPath(path, items.length), depth + 1));
    if (reader.fault !== undefined) return null;
  } while (accept(reader, ","));
  if (!accept(reader, "]")) return fail(reader, path, '"," or "]"');
  return items;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

function readString(reader: Reader, path: string): string {
  const { text } = reader;
  let out = "";
  let from = ++reader.at;
  for (;;) {
    const symbol = text[reader.at];
    if (symbol === undefined || symbol < " ") {
      fail(reader, path, 'a closing quote (")');
      return "";
    }
    if (symbol === '"') break;
    if (symbol !== "\\") {
      reader.at++;
      continue;
    }
    out += text.slice(from, reader.at) + readEscape(reader, path);
    if (reader.fault !== undefined) return "";
    from = reader.at;
  }
  return out + text.slice(from, reader.at++);
}

function readEscape(reader: Reader, path: string): string {
  const letter = reader.text[reader.at + 1] ?? "";
  const plain = ESCAPES.get(letter);
  if (plain !== undefined) {
    reader.at += 2;
    return plain;
  }
  const digits = reader.text.slice(reader.at + 2, reader.at + 6);
  if (letter !== "u" || !/^[\da-fA-F]{4}$/.test(digits)) {
    fail(reader, path, 'an escape that JSON knows (\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000)');
    return "";
  }
  reader.at += 6;
  return String.fromCharCode(parseInt(digits, 16));
}

const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A number, true, false or null: all that stands until the next mark. */
function readWord(reader: Reader, path: string): Json {
  const end = /[\s,:[\]{}"]|$/g;
  end.lastIndex = reader.at;
  const word = reader.text.slice(reader.at, end.exec(reader.text)?.index);
  const value = NUMBER.test(word) ? Number(word) : WORDS.get(word);
  if (value === undefined) return fail(reader, path, "a value");
  reader.at += word.length;
  return value;
}
