// A keepalived.conf as its reader meets it: conditional lines, definitions, ~SEQ and ~LST, included
// files (K176-K179) are resolved, comments are cut (K169) and lines are divided at braces (K170).
import { type Token, tokenizeText } from "./lexer.ts";

/** What stands between two ends of line or braces. */
export type Unit = Words | Brace;

interface Place {
  /** Of the file it stands in, from 1. */
  readonly line: number;
  /** The parent counts the ends of lines: a last line without one has the number before (K181). */
  readonly lineEnds: number;
  readonly path: string;
  /** Where a quote stays open (K188): the whole line, and the part between braces. */
  readonly unterminated: readonly [line: string, part: string] | undefined;
}

export type Words = Place & Extract<Token, { kind: "words" }>;
type Brace = Place & Exclude<Token, { kind: "words" }>;

/** Files by their absolute path; several for a pattern. Undefined: there is no such file. */
export type Files = (path: string) => readonly (readonly [path: string, text: string])[];

export interface Source {
  readonly units: readonly Unit[];
  /** Included files that do not exist, where they are asked for. */
  readonly missing: readonly { readonly at: number; readonly unit: Unit; readonly path: string }[];
}

const MAX_DEPTH = 20;
const MAX_UNITS = 100_000;

export function readSource(text: string, path: string, files: Files = () => []): Source {
  const reading: Reading = { units: [], missing: [], definitions: new Map(), files };
  readFile(reading, text, path, 0);
  return reading;
}

interface Reading {
  readonly units: Unit[];
  readonly missing: { at: number; unit: Unit; path: string }[];
  readonly definitions: Map<string, readonly string[]>;
  readonly files: Files;
}

/** A line of a file. */
interface Line extends Omit<Place, "unterminated"> {
  /** Offsets of the line in the file. */
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

function readFile(reading: Reading, text: string, path: string, depth: number): void {
  const lines = text.split("\n");
  let from = 0;
  for (let i = 0; i < lines.length && reading.units.length < MAX_UNITS; i++) {
    const raw = lines[i] ?? "";
    const isLast = i === lines.length - 1;
    const place = {
      path,
      line: i + 1,
      lineEnds: isLast ? i : i + 1,
      from,
      to: from + raw.length,
      depth,
    };
    from += raw.length + 1;
    const definition = /^\s*\$(\w+)=(.*)$/.exec(raw.replace(/\r$/, ""));
    if (definition === null) {
      readLine(reading, raw, place, raw);
      continue;
    }
    const value: string[] = [definition[2] ?? ""];
    while (value.at(-1)?.trimEnd().endsWith("\\") === true && i + 1 < lines.length) {
      value.push(lines[++i] ?? "");
      from += (lines[i] ?? "").length + 1;
    }
    reading.definitions.set(definition[1] ?? "", valueLines(value));
  }
}

/** The lines of a definition without the backslashes that join them; an empty first one is none. */
function valueLines(lines: readonly string[]): string[] {
  const parts = lines.map((line, i) =>
    i < lines.length - 1 ? line.trimEnd().slice(0, -1) : line.trimEnd(),
  );
  return parts.length > 1 && parts[0]?.trim() === "" ? parts.slice(1) : parts;
}

function readLine(reading: Reading, text: string, place: Line, raw: string): void {
  if (place.depth > MAX_DEPTH) return;
  const line = conditional(text.trimStart());
  if (line === undefined || line === "") return;
  const repeated = repetitions(line);
  if (repeated !== undefined) {
    for (const each of repeated) readLine(reading, each, deeper(place), raw);
    return;
  }
  const expanded = expand(line, reading.definitions);
  if (expanded !== line) {
    for (const each of expanded.split("\n")) readLine(reading, each, deeper(place), raw);
    return;
  }
  const include = /^include[rmwba]?\s+("?)([^"\s]+)\1/.exec(line);
  if (include !== null) return includeFiles(reading, include[2] ?? "", place);
  emit(reading, line === text.trimStart() ? text : line, place, raw);
}

function deeper(place: Line): Line {
  return { ...place, depth: place.depth + 1 };
}

/** `@id text` is for the instance `id` only, `@^id text` for all others; there is no `-i` here. */
function conditional(line: string): string | undefined {
  if (!line.startsWith("@")) return line;
  const match = /^@\^\S+\s+(.*)$/.exec(line);
  return match?.[1];
}

function expand(line: string, definitions: ReadonlyMap<string, readonly string[]>): string {
  if (!line.includes("$")) return line;
  return line.replace(/\$\{(\w+)\}|\$(\w+)(?=\s|$)/g, (whole: string, braced, plain) => {
    const name = String(braced ?? plain);
    if (name === "_HASH") return "#";
    if (name === "_BANG") return "!";
    return definitions.get(name)?.join("\n") ?? whole;
  });
}

/** `~SEQ(var,start,[step,]end) rest` and `~LST(var,a,b,…) rest` (K178). */
function repetitions(line: string): string[] | undefined {
  const match = /^~(SEQ|LST)\((\w+),([^)]*)\)\s*(.*)$/.exec(line);
  if (match === null) return undefined;
  const [, kind, name = "", list = "", rest = ""] = match;
  const words = list.split(",").map((word) => word.trim());
  const values = kind === "LST" ? words : sequence(words.map(Number));
  const pattern = new RegExp(`\\$\\{${name}\\}|\\$${name}(?!\\w)`, "g");
  return values?.map((value) => rest.replace(pattern, () => value));
}

function sequence(numbers: readonly number[]): string[] | undefined {
  const [start = NaN, second = NaN, third] = numbers;
  const end = third ?? second;
  const step = third === undefined ? Math.sign(end - start) || 1 : second;
  const count = Math.floor((end - start) / step) + 1;
  if (!(count > 0 && count <= 10_000)) return undefined;
  return Array.from({ length: count }, (_, i) => String(start + i * step));
}

function includeFiles(reading: Reading, name: string, place: Line): void {
  const folder = place.path.slice(0, place.path.lastIndexOf("/") + 1);
  const path = name.startsWith("/") ? name : folder + name;
  const found = reading.files(path);
  for (const [each, text] of found) readFile(reading, text, each, place.depth + 1);
  if (found.length > 0) return;
  const unit: Words = { ...emptyUnit(place), words: [], kind: "words" };
  reading.missing.push({ at: reading.units.length, unit, path: name });
}

function emptyUnit({ line, lineEnds, path }: Line) {
  return { line, lineEnds, path, unterminated: undefined };
}

/** Words keep their offsets; those of an expanded line have the whole line's. */
function emit(reading: Reading, text: string, place: Line, raw: string): void {
  const isOwn = text === raw;
  const { tokens, open } = tokenizeText(text, isOwn ? place.from : 0);
  const common = emptyUnit(place);
  const unterminated = open === undefined ? undefined : ([text.trim(), open] as const);
  for (const [i, token] of tokens.entries()) {
    const placed = isOwn ? token : elsewhere(token, place);
    reading.units.push({
      ...placed,
      ...common,
      unterminated: i === tokens.length - 1 ? unterminated : undefined,
    });
  }
}

function elsewhere(token: Token, { from, to }: Line): Token {
  if (token.kind !== "words") return { ...token, from };
  return { kind: "words", words: token.words.map(({ text }) => ({ text, from, to })) };
}
