// Built-ins that change where the shell is: loops, functions, other scripts, waiting.
import { readFile } from "../host/system.ts";
import { resolvePath } from "../programs/directory.ts";
import { pathOf } from "../programs/paths.ts";
import { write } from "../host/system.ts";
import { type Builtin, type Extra, isBuiltin } from "./builtins.ts";
import { inherited, startProgram } from "./launch.ts";
import { parseScript } from "./parse.ts";
import { readLine } from "./read-line.ts";
import { complain, type Context, endShell, enter, leave, restoreTo } from "./shell.ts";

export const controls = {
  break: (context, args) => leaveLoops(context, "break", args),
  continue: (context, args) => leaveLoops(context, "continue", args),
  return: returnFrom,
  exit,
  shift,
  local: declareLocal,
  eval: (context, args) => runText(context, args.join(" ")),
  source: runFile,
  ".": runFile,
  exec,
  command: runCommand,
  wait,
  read,
} satisfies Record<string, Builtin> as Readonly<Record<string, Builtin>>;

function leaveLoops(
  context: Context,
  name: "break" | "continue",
  args: readonly string[],
): number | undefined {
  const frame = context.shell.frames.at(-1);
  if (frame === undefined || frame.loops.length === 0) {
    complain(context, `${name}: only meaningful in a \`for', \`while', or \`until' loop`);
    return 0;
  }
  const count = Math.min(Math.max(1, Number(args[0] ?? "1") || 1), frame.loops.length);
  frame.loops.length -= count - 1;
  const loop = frame.loops.at(-1);
  if (loop === undefined) return 0;
  restoreTo(context, loop.redirections);
  loop.status = 0;
  frame.next = name === "break" ? loop.end : loop.next;
  return 0;
}

function returnFrom(context: Context, args: readonly string[]): number {
  const { shell } = context;
  const status = args[0] === undefined ? shell.status : Number(args[0]) & 255;
  const frame = shell.frames.at(-1);
  if (frame === undefined || frame.kind === "script") {
    complain(context, "return: can only `return' from a function or sourced script");
    return 2;
  }
  leave(context);
  return status;
}

function exit(context: Context, args: readonly string[]): undefined {
  const [given] = args;
  logOut(context);
  if (given !== undefined && !/^-?\d+$/.test(given)) {
    complain(context, `exit: ${given}: numeric argument required`);
    endShell(context, 2);
    return undefined;
  }
  endShell(context, given === undefined ? context.shell.status : Number(given));
  return undefined;
}

/** At the prompt: the next line's shell is as after login. */
function logOut({ system, process }: Context): void {
  const { console } = system.host;
  if (console.prompt !== process.pid) return;
  console.prompt = undefined;
  console.shell = undefined;
  write(system, process, 2, "logout\n");
}

function shift({ shell }: Context, args: readonly string[]): number {
  const count = Number(args[0] ?? "1");
  if (count > shell.parameters.length) return 1;
  shell.parameters = shell.parameters.slice(count);
  return 0;
}

function declareLocal(context: Context, args: readonly string[]): number {
  const { shell } = context;
  const frame = shell.frames.findLast((each) => each.kind === "function");
  if (frame === undefined) {
    complain(context, "local: can only be used in a function");
    return 1;
  }
  for (const word of args) {
    if (word.startsWith("-")) continue;
    const [name = "", ...value] = word.split("=");
    if (!frame.locals.has(name)) frame.locals.set(name, shell.variables.get(name));
    shell.variables.set(name, value.join("="));
  }
  return 0;
}

/** Runs a text as a script of its own; complaints speak of the line they were made in. */
function runText(context: Context, text: string): number | undefined {
  const parsed = parseScript(text);
  if ("script" in parsed) {
    enter(context.shell, parsed.script, "source");
    return 0;
  }
  complain(context, `eval: ${parsed.complaint.message}`);
  return 1;
}

function runFile(context: Context, args: readonly string[]): number | undefined {
  const { system, process, shell } = context;
  const [name, ...parameters] = args;
  if (name === undefined) {
    complain(context, "source: filename argument required");
    return 2;
  }
  const text = readFile(system.host, resolvePath(process.directory, name), system.sim);
  if (text === undefined) {
    complain(context, `${name}: No such file or directory`);
    return 1;
  }
  const status = runText(context, text);
  if (parameters.length > 0 && status === 0) shell.parameters = parameters;
  return status;
}

/** With a command the shell ends when that does; without one its redirections stay. */
function exec(context: Context, args: readonly string[], extra: Extra): number | undefined {
  const { shell } = context;
  // Its redirections are in force already, and stay (`runWords`).
  if (args.length === 0) return 0;
  const files = inherited(extra.files);
  const started = startProgram(context, { args, environment: extra.environment, files });
  if ("status" in started) {
    endShell(context, started.status);
    return undefined;
  }
  const pids = [started.pid];
  const source = args.join(" ");
  shell.waiting = { kind: "job", pids, ended: new Map(), source, last: true, interrupted: false };
  return undefined;
}

/** `command NAME …` runs it, `command -v NAME …` says where it is. */
function runCommand(context: Context, args: readonly string[], extra: Extra): number | undefined {
  const [first = "", ...names] = args;
  const { system, process, shell } = context;
  if (first !== "-v" && first !== "-V") {
    if (args.length === 0) return 0;
    extra.runWords(context, args, extra.environment, extra.files);
    return undefined;
  }
  let status = 0;
  for (const name of names) {
    const internal = isBuiltin(name) || shell.functions.has(name);
    const found = internal ? name : pathOf(name);
    if (found === undefined) {
      status = 1;
      if (first === "-V") complain(context, `command: ${name}: not found`);
    } else if (first === "-V") {
      write(system, process, 1, `${name} is ${internal ? "a shell builtin" : found}\n`);
    } else {
      write(system, process, 1, `${found}\n`);
    }
  }
  return status;
}

function wait(context: Context, args: readonly string[]): number | undefined {
  const { shell } = context;
  const pids = args.length === 0 ? [...shell.jobs.keys()] : args.map(Number);
  const unknown = pids.find((pid) => !shell.jobs.has(pid));
  if (unknown !== undefined) {
    complain(context, `wait: pid ${unknown} is not a child of this shell`);
    return 127;
  }
  shell.waiting = { kind: "wait", pids: args.length === 0 ? [] : pids };
  return settleWait(context) ? shell.status : undefined;
}

/** Ends `wait` when everything it waits for has ended. */
export function settleWait({ shell }: Context): boolean {
  if (shell.waiting?.kind !== "wait") return false;
  const { pids } = shell.waiting;
  const wanted = pids.length === 0 ? [...shell.jobs.keys()] : pids;
  if (wanted.some((pid) => shell.jobs.get(pid)?.status === undefined)) return false;
  const last = pids.at(-1);
  shell.status = last === undefined ? 0 : (shell.jobs.get(last)?.status ?? 0);
  for (const pid of wanted) shell.jobs.delete(pid);
  shell.waiting = undefined;
  return true;
}

function read(context: Context, args: readonly string[]): number | undefined {
  const names: string[] = [];
  let raw = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (!arg.startsWith("-")) names.push(arg);
    else if (arg === "-p" || arg === "-t" || arg === "-n") i++;
    else if (arg.includes("r")) raw = true;
  }
  context.shell.waiting = { kind: "input", names, raw, text: "" };
  return readLine(context);
}
