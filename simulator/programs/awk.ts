// awk (mawk 1.3.4, as Debian has it): the program's lines run as they come, so that it can stand
// behind `tail -f`. Left out: functions of one's own, getline, output to commands, RS.
import { writeFile } from "../host/files.ts";
import { readFile } from "../host/read-file.ts";
import type { Process } from "../host/process.ts";
import { exitProcess, write } from "../host/system.ts";
import { parseAwk } from "./awk-parse.ts";
import { type AwkRun, newAwkRun, setVariable } from "./awk-record.ts";
import { readsLines, runBegin, runEnd, runLine } from "./awk-run.ts";
import { unescapeAwk } from "./awk-tokens.ts";
import { fromInput } from "./awk-values.ts";
import { resolvePath } from "./directory.ts";
import { finish } from "./immediate.ts";
import type { Program, System } from "./program.ts";
import { linesOf, readLines } from "./text-tools.ts";

interface Memory {
  readonly run: AwkRun;
  /** A line that has not ended yet. */
  rest: string;
}

export const awk: Program = {
  startUs: 2_500,
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    if (reason.kind === "readable") readOn(process, process.memory as Memory, system);
  },
};

const USAGE = "Usage: mawk [Options] [Program] [file ...]\n";

interface Words {
  readonly program: string | undefined;
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly names: readonly string[];
  /** A program file that is not there. */
  readonly missing: string | undefined;
}

function start(process: Process, system: System): void {
  const words = readWords(process, system);
  if (words.missing !== undefined) {
    const stderr = `awk: couldn't open file ${words.missing}: No such file or directory\n`;
    return finish(system, process, { stderr, code: 2 });
  }
  if (words.program === undefined) return finish(system, process, { stderr: USAGE, code: 2 });
  const parsed = parseAwk(words.program);
  if ("complaint" in parsed) {
    return finish(system, process, { stderr: parsed.complaint, code: 2 });
  }
  const run = newAwkRun(parsed);
  for (const [name, value] of words.settings) setVariable(run, name, fromInput(value));
  const memory: Memory = { run, rest: "" };
  process.memory = memory;
  run.now = system.sim.world.startEpoch + Math.floor(system.sim.now / 1_000_000);
  runBegin(run);
  if (run.exit !== undefined || !readsLines(run)) return end(process, memory, system);
  if (words.names.length > 0) return readFiles(process, memory, words.names, system);
  readOn(process, memory, system);
}

function readWords(process: Process, { host, sim }: System): Words {
  const rest = process.argv.slice(1);
  const settings: [string, string][] = [];
  let program: string | undefined;
  while (/^-./.test(rest[0] ?? "")) {
    const word = rest.shift() ?? "";
    if (word === "--") break;
    const value = word.length > 2 ? word.slice(2) : (rest.shift() ?? "");
    if (word.startsWith("-F")) settings.push(["FS", value === "t" ? "\t" : unescapeAwk(value)]);
    else if (word.startsWith("-v")) settings.push(assignmentOf(value));
    else if (word.startsWith("-f")) {
      program = readFile(host, resolvePath(process.directory, value), sim);
      if (program === undefined) return { program, settings, names: [], missing: value };
    } else return { program: undefined, settings, names: [], missing: undefined };
  }
  program ??= rest.shift();
  return { program, settings, names: rest, missing: undefined };
}

function assignmentOf(word: string): [string, string] {
  const equals = word.indexOf("=");
  return [word.slice(0, equals), unescapeAwk(word.slice(equals + 1))];
}

/** The named files one after the other; `x=1` among them sets a variable at its place. */
function readFiles(
  process: Process,
  memory: Memory,
  names: readonly string[],
  system: System,
): void {
  const { run } = memory;
  for (const name of names) {
    if (/^[A-Za-z_]\w*=/.test(name)) {
      const [variable, value] = assignmentOf(name);
      setVariable(run, variable, fromInput(value));
      continue;
    }
    const text = readFile(system.host, resolvePath(process.directory, name), system.sim);
    if (text === undefined) {
      write(system, process, 2, `awk: cannot open ${name} (No such file or directory)\n`);
      run.exit = 2;
      break;
    }
    setVariable(run, "FILENAME", name);
    setVariable(run, "FNR", 0);
    for (const line of linesOf(text)) {
      if (run.exit !== undefined) break;
      runLine(run, line);
    }
  }
  end(process, memory, system);
}

function readOn(process: Process, memory: Memory, system: System): void {
  const { run } = memory;
  for (;;) {
    const taken = readLines(system, process, memory);
    if (taken === "wait") return put(process, run, system);
    run.now = system.sim.world.startEpoch + Math.floor(system.sim.now / 1_000_000);
    for (const line of taken.lines) {
      if (run.exit === undefined) runLine(run, line);
    }
    if (taken.end || run.exit !== undefined) return end(process, memory, system);
  }
}

function end(process: Process, { run }: Memory, system: System): void {
  runEnd(run);
  put(process, run, system);
  exitProcess(system, process, run.exit ?? 0);
}

/** Hands on what the program has said. */
function put(process: Process, run: AwkRun, system: System): void {
  const { out } = run;
  run.out = [];
  for (const { path, appends, text } of out) {
    if (path === undefined || path === "/dev/stdout") write(system, process, 1, text);
    else if (path === "/dev/stderr") write(system, process, 2, text);
    else {
      const whole = resolvePath(process.directory, path);
      const before = appends ? (readFile(system.host, whole, system.sim) ?? "") : "";
      writeFile(system, whole, before + text);
    }
  }
}
