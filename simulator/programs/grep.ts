// grep: lines that match, printed as they come from a pipe. Left out: colours, -P's own syntax.
import { exitProcess, write } from "../host/system.ts";
import { type Call, finish, type Output } from "./immediate.ts";
import type { Process } from "../host/process.ts";
import { readShortOptions } from "./options.ts";
import type { Program, System } from "./program.ts";
import { regularExpression } from "./regular-expression.ts";
import { filesUnder } from "./small-tools.ts";
import { linesOf, openSources, readLines } from "./text-tools.ts";

const USAGE =
  "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n";

interface Search {
  readonly expression: RegExp;
  readonly flags: readonly string[];
  readonly prefix: string;
  readonly shownName: string;
  readonly most: number;
  /** Lines of context. */
  readonly before: number;
  readonly after: number;
  number: number;
  count: number;
  /** Lines that wait to be the context of a match, and how many follow the last one. */
  earlier: string[];
  owed: number;
  /** Number of the last line printed: where context breaks off stands "--". */
  printed: number;
}

interface Memory {
  readonly search: Search;
  rest: string;
}

export const grep: Program = {
  startUs: 2_500,
  run(process, reason, system) {
    if (reason.kind === "readable") return readOn(process, process.memory as Memory, system);
    if (reason.kind !== "start") return;
    const { host, sim } = system;
    const args = process.argv.slice(1).filter((arg) => !arg.startsWith("--color"));
    const wanted = readWanted(args);
    if ("code" in wanted) return finish(system, process, wanted);
    const { names, flags } = wanted;
    if (names.length === 0 || names.includes("-")) {
      process.memory = { search: newSearch("(standard input)", wanted), rest: "" };
      return readOn(process, process.memory as Memory, system);
    }
    const call: Call = { host, sim, process, args, input: undefined };
    const all = flags.includes("r") ? names.flatMap((name) => filesUnder(call, name)) : names;
    const sources = openSources("grep", call, all);
    if (sources === undefined) return;
    const searches = sources.found.map(({ name, text }) => {
      const search = newSearch(name, wanted);
      return {
        search,
        text: linesOf(text)
          .map((line) => take(search, line))
          .join(""),
      };
    });
    const isFound = searches.some(({ search }) => search.count > 0);
    const code = sources.stderr !== "" && !flags.includes("q") ? 2 : isFound ? 0 : 1;
    const stdout = searches.map(({ search, text }) => text + summary(search)).join("");
    finish(system, process, { stdout, stderr: flags.includes("s") ? "" : sources.stderr, code });
  },
};

interface Wanted {
  readonly expression: RegExp;
  readonly flags: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  readonly names: readonly string[];
}

function readWanted(args: readonly string[]): Wanted | (Output & { readonly code: number }) {
  const options = readShortOptions("grep", args, "EFGPivcnoqwxlLhHse:m:A:B:C:r");
  if ("complaint" in options) return { stderr: options.complaint + USAGE, code: 2 };
  const { flags, values, rest } = options;
  const given = values.get("e");
  const pattern = given ?? rest[0];
  if (pattern === undefined) return { stderr: USAGE, code: 2 };
  const expression = expressionOf(pattern, flags);
  if (expression === undefined) {
    return { stderr: "grep: Unmatched [, [^, [:, [., [=, ( or \\(\n", code: 2 };
  }
  const names = given === undefined ? rest.slice(1) : rest;
  return { expression, flags: [...flags], values, names };
}

function newSearch(name: string, { expression, flags, values, names }: Wanted): Search {
  const hasMany = names.length > 1 || flags.includes("r");
  const shown = flags.includes("H") || (hasMany && !flags.includes("h"));
  const lines = (letter: string): number => Number(values.get(letter) ?? values.get("C") ?? 0);
  return {
    expression,
    flags,
    prefix: shown ? name : "",
    shownName: name,
    most: Number(values.get("m") ?? Infinity),
    before: lines("B"),
    after: lines("A"),
    number: 0,
    count: 0,
    earlier: [],
    owed: 0,
    printed: 0,
  };
}

/** Lines of standard input as they come. */
function readOn(process: Process, memory: Memory, system: System): void {
  const { search } = memory;
  for (;;) {
    const taken = readLines(system, process, memory);
    if (taken === "wait") return;
    write(system, process, 1, taken.lines.map((line) => take(search, line)).join(""));
    if (process.ended !== undefined) return;
    const isSettled = search.flags.includes("q") && search.count > 0;
    if (!taken.end && search.count < search.most && !isSettled) continue;
    write(system, process, 1, summary(search));
    return exitProcess(system, process, search.count > 0 ? 0 : 1);
  }
}

/** What is printed when a line is read: itself, with the context before it, or nothing. */
function take(search: Search, line: string): string {
  const { flags, expression, most } = search;
  search.number++;
  const found = [...line.matchAll(expression)].map((match) => match[0]);
  const isHit = found.length > 0 !== flags.includes("v") && search.count < most;
  if (isHit) search.count++;
  if (flags.some((flag) => "clLq".includes(flag))) return "";
  if (isHit && flags.includes("o")) {
    const parts = found.filter((each) => each !== "");
    return parts.map((each) => `${place(search, search.number, ":")}${each}\n`).join("");
  }
  return isHit ? printHit(search, line) : printContext(search, line);
}

function printHit(search: Search, line: string): string {
  const first = search.number - search.earlier.length;
  const hasGap =
    search.before + search.after > 0 && search.printed > 0 && first > search.printed + 1;
  const earlier = search.earlier.map((each, i) => `${place(search, first + i, "-")}${each}\n`);
  search.earlier = [];
  search.owed = search.after;
  search.printed = search.number;
  const own = `${place(search, search.number, ":")}${line}\n`;
  return (hasGap ? "--\n" : "") + earlier.join("") + own;
}

function printContext(search: Search, line: string): string {
  if (search.owed > 0) {
    search.owed--;
    search.printed = search.number;
    return `${place(search, search.number, "-")}${line}\n`;
  }
  if (search.before > 0) search.earlier = [...search.earlier, line].slice(-search.before);
  return "";
}

/** "FILE:12:", with dashes before lines that are context. */
function place({ prefix, flags }: Search, number: number, mark: ":" | "-"): string {
  const name = prefix === "" ? "" : `${prefix}${mark}`;
  return flags.includes("n") ? `${name}${number}${mark}` : name;
}

/** What is said after the last line. */
function summary({ flags, prefix, shownName, count }: Search): string {
  if (flags.includes("q")) return "";
  if (flags.includes("l")) return count > 0 ? `${shownName}\n` : "";
  if (flags.includes("L")) return count > 0 ? "" : `${shownName}\n`;
  return flags.includes("c") ? `${prefix === "" ? "" : `${prefix}:`}${count}\n` : "";
}

function expressionOf(pattern: string, flags: ReadonlySet<string>): RegExp | undefined {
  const isExtended = flags.has("E") || flags.has("P");
  const alternatives = pattern.split("\n").map((line) => {
    const text = flags.has("F") ? line.replace(/[\\^$.*[\]]/g, "\\$&") : line;
    return regularExpression(text, isExtended ? "extended" : "basic")?.source;
  });
  if (alternatives.includes(undefined)) return undefined;
  let source = `(?:${alternatives.join("|")})`;
  if (flags.has("w")) source = `(?<!\\w)${source}(?!\\w)`;
  if (flags.has("x")) source = `^${source}$`;
  return new RegExp(source, flags.has("i") ? "gi" : "g");
}
