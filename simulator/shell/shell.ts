// What a shell knows between two wakes: plain data in its process's memory.
import type { OpenFile, Process } from "../host/process.ts";
import { closeFile, exitProcess, type System, write } from "../host/system.ts";
import { parseScript } from "./parse.ts";
import type { Script } from "./script.ts";

export interface Shell {
  /** `$0`, and what complaints begin with: "bash" or a script's path. */
  readonly name: string;
  /** Has a prompt's manners; its script done, it reads on from standard input. */
  readonly interactive: boolean;
  /** Complaints name the line, as a script's do and those at a prompt do not. */
  readonly namesLines: boolean;
  /** `$$`: subshells keep the number of the shell they come from. */
  readonly pid: number;
  /** The script, and the functions it is in; the last one is running. */
  frames: Frame[];
  variables: Map<string, string>;
  /** Names of variables that children get. */
  exported: readonly string[];
  functions: Map<string, Script>;
  /** `$1`, `$2`, … */
  parameters: readonly string[];
  /** `$?`. */
  status: number;
  /** `$!`. */
  lastBackground: number | undefined;
  /** Background children: their command, and how they ended if they have. */
  jobs: Map<number, Job>;
  /** Outputs of the substitutions that the current step needs, in order. */
  substitutions: string[];
  /** The status of the last of them: that of a command that only assigns. */
  substitutionStatus: number;
  waiting: Waiting | undefined;
  /** Descriptors as they were before each redirection that is in force. */
  redirected: Map<number, OpenFile>[];
  /** Line of the current step, for complaints. */
  line: number;
  /** Text of a script that comes over standard input and has not been run yet. */
  input: string;
  /** Commands that `trap` was given, by signal; only that of EXIT is run. */
  traps: Map<string, string>;
  /** `set -e`. */
  endsOnFailure: boolean;
  /** The status it ends with, while the EXIT trap runs. */
  exiting: number | undefined;
  /** When each pipeline began that `time` measures. */
  timed: number[];
}

export interface Job {
  readonly source: string;
  status: number | undefined;
}

export interface Frame {
  readonly script: Script;
  readonly kind: "script" | "function" | "source";
  /** The next step. */
  next: number;
  loops: Loop[];
  /** What a function puts back at its end. */
  readonly parameters: readonly string[];
  readonly locals: Map<string, string | undefined>;
  /** How many redirections were in force when it began. */
  readonly redirections: number;
}

export interface Loop {
  readonly name: string | undefined;
  items: readonly string[];
  readonly next: number;
  readonly end: number;
  status: number;
  /** How many redirections were in force when it began. */
  readonly redirections: number;
}

/** What a shell sleeps for. */
export type Waiting =
  /** The foreground: a pipeline's processes; the last one's status counts. */
  | {
      readonly kind: "job";
      readonly pids: readonly number[];
      readonly ended: Map<number, number>;
      readonly source: string;
      /** The shell ends with this job's status (`exec`). */
      readonly last: boolean;
      /** Ctrl-C was pressed meanwhile. */
      interrupted: boolean;
    }
  | {
      readonly kind: "substitution";
      readonly pid: number;
      readonly fd: number;
      text: string;
      ended: boolean;
      status: number | undefined;
    }
  /** `wait`. */
  | { readonly kind: "wait"; readonly pids: readonly number[] }
  /** `read`: what has come of the line so far. */
  | {
      readonly kind: "input";
      readonly names: readonly string[];
      readonly raw: boolean;
      text: string;
    }
  /** The next line of the script on standard input. */
  | { readonly kind: "script" }
  /** A breath between many built-in steps. */
  | { readonly kind: "pause" };

/** The three things that every part of the shell works on. */
export interface Context {
  readonly system: System;
  readonly process: Process;
  readonly shell: Shell;
}

export function newShell(
  process: Process,
  options: { name: string; parameters: readonly string[]; interactive: boolean },
): Shell {
  const { name, parameters, interactive } = options;
  return {
    name,
    interactive,
    namesLines: !interactive,
    pid: process.pid,
    frames: [],
    variables: new Map(Object.entries(process.environment)),
    exported: Object.keys(process.environment),
    functions: new Map(),
    parameters,
    status: 0,
    lastBackground: undefined,
    jobs: new Map(),
    substitutions: [],
    substitutionStatus: 0,
    waiting: undefined,
    redirected: [],
    line: 1,
    input: "",
    traps: new Map(),
    endsOnFailure: false,
    exiting: undefined,
    timed: [],
  };
}

/** What a forked shell begins with: everything but the work its parent is at. */
export function subshell(shell: Shell, script: Script): Shell {
  const copy: Shell = {
    ...shell,
    frames: [],
    variables: new Map(shell.variables),
    functions: new Map(shell.functions),
    jobs: new Map(),
    substitutions: [],
    waiting: undefined,
    redirected: [],
    input: "",
    interactive: false,
    traps: new Map(),
    exiting: undefined,
    timed: [],
  };
  enter(copy, script, "script");
  return copy;
}

/** What one line at the prompt hands to the next. */
type Kept = Pick<
  Shell,
  "variables" | "exported" | "functions" | "parameters" | "status" | "lastBackground"
>;

/** At the end of a line that was typed at the prompt. */
export function keepForNextLine({ process, shell, system }: Context): void {
  const { variables, exported, functions, parameters, lastBackground } = shell;
  const status = process.ended?.code ?? 0;
  const memory: Kept = { variables, exported, functions, parameters, status, lastBackground };
  system.host.console.shell = { directory: process.directory, memory };
}

/** At the start of the next one. */
export function takeFromLastLine(shell: Shell, { host }: System): void {
  const kept = host.console.shell?.memory as Kept | undefined;
  if (kept === undefined) return;
  Object.assign(shell, kept);
  shell.variables = new Map(kept.variables);
  shell.functions = new Map(kept.functions);
}

/** Begins a script, a function or a sourced file. */
export function enter(shell: Shell, script: Script, kind: Frame["kind"]): void {
  const { parameters } = shell;
  const redirections = shell.redirected.length;
  shell.frames.push({
    script,
    kind,
    next: 0,
    loops: [],
    parameters,
    locals: new Map(),
    redirections,
  });
}

/** Ends the innermost frame and puts back what it changed. */
export function leave({ system, process, shell }: Context): void {
  const frame = shell.frames.pop();
  if (frame === undefined) return;
  restoreTo({ system, process, shell }, frame.redirections);
  if (frame.kind !== "function") return;
  shell.parameters = frame.parameters;
  for (const [name, value] of frame.locals) {
    if (value === undefined) shell.variables.delete(name);
    else shell.variables.set(name, value);
  }
}

/** Undoes redirections until only `count` are in force. */
export function restoreTo({ process, shell }: Context, count: number): void {
  while (shell.redirected.length > count) {
    const files = shell.redirected.pop();
    if (files !== undefined) process.files = files;
  }
}

/** "bash: line 1: message" on standard error; without the shell's name where it has none. */
export function complain({ system, process, shell }: Context, message: string): void {
  const place = shell.namesLines ? `${shell.name}: line ${shell.line}` : shell.name;
  write(system, process, 2, place === "" ? `${message}\n` : `${place}: ${message}\n`);
}

export function environmentOf(shell: Shell): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of shell.exported) {
    const value = shell.variables.get(name);
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** The end of the shell, whatever it was at. */
export function endShell({ system, process, shell }: Context, status: number): void {
  const action = shell.traps.get("EXIT");
  if (action !== undefined) return runExitTrap(shell, action, status);
  for (const fd of [...process.files.keys()]) if (fd > 9) closeFile(system, process, fd);
  shell.frames = [];
  exitProcess(system, process, (shell.exiting ?? status) & 255);
}

/** The shell's last script; the status is that from before, unless the script itself says exit. */
function runExitTrap(shell: Shell, action: string, status: number): void {
  shell.traps.delete("EXIT");
  const parsed = parseScript(action);
  if ("complaint" in parsed) return;
  shell.exiting = status;
  shell.status = status;
  shell.frames = [];
  shell.waiting = undefined;
  enter(shell, parsed.script, "script");
}
