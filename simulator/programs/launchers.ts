// Programs that run another one: env, nohup, sudo and the like, which add little; xargs, which makes
// its command line of standard input; watch, which runs it again and again.
// Left out: everything about users (everybody is root), xargs -P, watch's colours.
import type { OpenFile, Process, Wake } from "../host/process.ts";
import {
  closeFile,
  exitProcess,
  killProcess,
  openPipe,
  setFile,
  setTimer,
  signalNumber,
  write,
} from "../host/system.ts";
import { formatDate } from "../host/format-date.ts";
import { readToEnd } from "./immediate.ts";
import { secondsToUs } from "./options.ts";
import type { Program, System } from "./program.ts";
import { startCommand } from "./start-command.ts";

type ChildNews = Extract<Wake, { kind: "child" }>;

function statusOf({ code, signal }: ChildNews): number {
  return signal === undefined ? code : 128 + signalNumber(signal);
}

function quit(process: Process, system: System, stderr: string, code: number): void {
  write(system, process, 2, stderr);
  exitProcess(system, process, code);
}

/** What a command line asks to be run, or what is said and done instead. */
type Wanted =
  | { readonly argv: readonly string[]; readonly environment: Readonly<Record<string, string>> }
  | { readonly stdout?: string; readonly stderr?: string; readonly code: number };

/** A program that stands aside for another one and ends as that one ends. */
function runner(name: string, parse: (process: Process) => Wanted): Program {
  return {
    startUs: 1_500,
    signals: ["SIGINT", "SIGTERM", "SIGCHLD"],
    run(process, reason, system) {
      if (reason.kind === "child") return exitProcess(system, process, statusOf(reason));
      if (reason.kind === "signal" && reason.signal !== "SIGCHLD") {
        return void killProcess(system, process.memory as number, reason.signal);
      }
      if (reason.kind !== "start") return;
      const wanted = parse(process);
      if ("code" in wanted) {
        write(system, process, 1, wanted.stdout ?? "");
        return quit(process, system, wanted.stderr ?? "", wanted.code);
      }
      const { argv, environment } = wanted;
      const started = startCommand(system, process, argv, { environment });
      if ("pid" in started) {
        process.memory = started.pid;
        return;
      }
      const mark = name === "nohup" || name === "env" ? `‘${argv[0]}’` : (argv[0] ?? "");
      quit(process, system, `${name}: ${mark}: ${started.reason}\n`, started.status);
    },
  };
}

function listing(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** `env [-i] [-u NAME] [NAME=VALUE …] [COMMAND …]`. */
export const env = runner("env", ({ argv, environment }) => {
  const words = argv.slice(1);
  const result = new Map(Object.entries(environment));
  for (;;) {
    const [word = ""] = words;
    if (word === "-i" || word === "-") result.clear();
    else if (word === "-u") result.delete(words.splice(1, 1)[0] ?? "");
    else if (/^\w+=/.test(word)) {
      result.set(word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1));
    } else break;
    words.shift();
  }
  const all = Object.fromEntries(result);
  return words.length === 0 ? { stdout: listing(all), code: 0 } : { argv: words, environment: all };
});

export const printenv: Program = {
  startUs: 1_500,
  run(process, reason, system) {
    if (reason.kind !== "start") return;
    const names = process.argv.slice(1);
    const { environment } = process;
    const found = names.flatMap((name) => environment[name] ?? []);
    const text = names.length === 0 ? listing(environment) : found.map((x) => `${x}\n`).join("");
    write(system, process, 1, text);
    exitProcess(system, process, found.length === names.length ? 0 : 1);
  },
};

/** Words that begin with a dash and what `values` names of their values are left aside. */
function withoutOptions(words: readonly string[], values: readonly string[]): string[] {
  const rest = [...words];
  while (/^-./.test(rest[0] ?? "")) {
    const word = rest.shift() ?? "";
    if (word === "--") break;
    if (values.includes(word)) rest.shift();
  }
  return rest;
}

function aside(name: string, values: readonly string[], usage: string): Program {
  return runner(name, ({ argv, environment }) => {
    const words = withoutOptions(argv.slice(1), values);
    return words.length === 0 ? { stderr: usage, code: 1 } : { argv: words, environment };
  });
}

/** Everybody is root already. */
export const sudo = aside("sudo", ["-u", "-g"], "usage: sudo [-u user] [command [arg ...]]\n");
export const nohup = aside("nohup", [], "nohup: missing operand\n");
export const stdbuf = aside("stdbuf", ["-i", "-o", "-e"], "stdbuf: missing operand\n");

/** `su`: a shell as root, which one is already. */
export const su = runner("su", ({ argv, environment }) => {
  const at = argv.indexOf("-c");
  if (at < 0) return { code: 0 };
  return { argv: ["bash", "-c", argv[at + 1] ?? ""], environment };
});

// xargs

interface Xargs {
  text: string;
  readonly most: number;
  readonly replaced: string | undefined;
  readonly tells: boolean;
  readonly skipsNothing: boolean;
  readonly command: readonly string[];
  /** Words that wait for their turn; undefined until all of the input has come. */
  items: string[] | undefined;
  status: number;
  ran: boolean;
}

export const xargs: Program = {
  startUs: 2_000,
  run(process, reason, system) {
    if (reason.kind === "start") process.memory = readXargs(process.argv.slice(1));
    const memory = process.memory as Xargs;
    if (reason.kind === "child") {
      const status = statusOf(reason);
      if (status === 255) {
        return quit(process, system, "xargs: command exited with status 255; aborting\n", 124);
      }
      if (status !== 0) memory.status = 123;
    } else if (memory.items === undefined && !takeInput(process, memory, system)) return;
    runNext(process, memory, system);
  },
};

function readXargs(args: readonly string[]): Xargs {
  const words = [...args];
  let most = Infinity;
  let replaced: string | undefined;
  let [tells, skipsNothing] = [false, false];
  while (/^-./.test(words[0] ?? "")) {
    const word = words.shift() ?? "";
    const value = (): string => (word.length > 2 ? word.slice(2) : (words.shift() ?? ""));
    if (word.startsWith("-n")) most = Number(value());
    else if (word.startsWith("-I")) replaced = value();
    else if (word.startsWith("-P") || word.startsWith("-L")) value();
    else if (word === "-t") tells = true;
    else if (word === "-r") skipsNothing = true;
  }
  const command = words.length === 0 ? ["echo"] : words;
  const start = { text: "", items: undefined, status: 0, ran: false };
  return { ...start, most, replaced, tells, skipsNothing, command };
}

/** True once all of the input is there; with -I each line is a word. */
function takeInput(process: Process, memory: Xargs, system: System): boolean {
  if (!readToEnd(system, process, 0, memory)) return false;
  const { text, replaced } = memory;
  const lines = text.split("\n").map((line) => line.trim());
  const words = [...text.matchAll(/"([^"\n]*)"|'([^'\n]*)'|[^\s"']+/g)];
  memory.items =
    replaced === undefined
      ? words.map((match) => match[1] ?? match[2] ?? match[0])
      : lines.filter((line) => line !== "");
  return true;
}

function runNext(process: Process, memory: Xargs, system: System): void {
  const { replaced, command, most, items = [] } = memory;
  const isNeeded =
    items.length > 0 || (!memory.ran && !memory.skipsNothing && replaced === undefined);
  if (!isNeeded) return exitProcess(system, process, memory.status);
  memory.ran = true;
  const taken = items.splice(0, replaced === undefined ? most : 1);
  const argv =
    replaced === undefined
      ? [...command, ...taken]
      : command.map((word) => word.replaceAll(replaced, taken[0] ?? ""));
  if (memory.tells) write(system, process, 2, `${argv.join(" ")}\n`);
  const files = new Map(process.files).set(0, { kind: "null" } satisfies OpenFile);
  const started = startCommand(system, process, argv, { files });
  if ("pid" in started) return;
  quit(process, system, `xargs: ${argv[0]}: ${started.reason}\n`, started.status);
}

// watch

/** Where watch reads what its command prints. */
const OUTPUT_FD = 3;
const CLEAR = "\x1b[H\x1b[2J";
const SCREEN_WIDTH = 80;

interface Watch {
  readonly line: string;
  readonly everyUs: number;
  readonly title: boolean;
  text: string;
}

export const watch: Program = {
  startUs: 3_000,
  run(process, reason, system) {
    if (reason.kind === "start") {
      const memory = readWatch(process.argv.slice(1));
      if (memory === undefined) {
        return quit(process, system, "Usage:\n watch [options] command\n", 1);
      }
      process.memory = memory;
      return look(process, memory, system);
    }
    const memory = process.memory as Watch;
    if (reason.kind === "timer") return look(process, memory, system);
    collect(process, memory, system);
    if (reason.kind === "child") show(process, memory, system);
  },
};

function readWatch(args: readonly string[]): Watch | undefined {
  const words = [...args];
  let [everyUs, title] = [2_000_000, true];
  while (/^-./.test(words[0] ?? "")) {
    const word = words.shift() ?? "";
    if (word === "--") break;
    if (word.startsWith("-n")) {
      const given = word.length > 2 ? word.slice(2) : words.shift();
      everyUs = Math.max(100_000, secondsToUs(given) ?? everyUs);
    }
    if (word === "-t") title = false;
  }
  return words.length === 0 ? undefined : { line: words.join(" "), everyUs, title, text: "" };
}

function look(process: Process, memory: Watch, system: System): void {
  const pipe = openPipe(system);
  setFile(system, process, OUTPUT_FD, { kind: "pipe", pipe, end: "read" });
  const end: OpenFile = { kind: "pipe", pipe, end: "write" };
  const files = new Map<number, OpenFile>([
    [0, { kind: "null" }],
    [1, end],
    [2, end],
  ]);
  memory.text = "";
  startCommand(system, process, ["bash", "-c", memory.line], { files });
  collect(process, memory, system);
}

function collect(process: Process, memory: Watch, system: System): void {
  if (!process.files.has(OUTPUT_FD)) return;
  if (readToEnd(system, process, OUTPUT_FD, memory)) closeFile(system, process, OUTPUT_FD);
}

/** "Every 2.0s: ipvsadm -Ln          keepalived: Mon Nov 23 02:43:25 2026", a blank line, the text. */
function show(process: Process, memory: Watch, system: System): void {
  const { host, sim } = system;
  const left = `Every ${(memory.everyUs / 1_000_000).toFixed(1)}s: ${memory.line}`;
  const right = `${host.name}: ${formatDate(sim.world.startEpoch * 1_000_000 + sim.now, "%a %b %e %T %Y")}`;
  const head = left + right.padStart(Math.max(right.length + 1, SCREEN_WIDTH - left.length));
  write(system, process, 1, `${CLEAR}${memory.title ? `${head}\n\n` : ""}${memory.text}`);
  setTimer(system, process, "look", sim.now + memory.everyUs);
}
