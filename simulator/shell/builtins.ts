// Built-ins that answer at once and change nothing but the shell's own variables.
import { killProcess, readFile, write, writeFile } from "../host/system.ts";
import type { OpenFile } from "../host/process.ts";
import { isDirectory, resolvePath } from "../programs/directory.ts";
import { pathOf } from "../programs/paths.ts";
import { parseSignal, signalList } from "../programs/signals.ts";
import { formatText, unescape } from "./format.ts";
import { complain, type Context } from "./shell.ts";
import { evaluateTest } from "./tests.ts";

/** What a built-in gets besides its arguments. */
export interface Extra {
  /** The descriptors it was given. */
  readonly files: Map<number, OpenFile>;
  readonly environment: readonly (readonly [string, string])[];
  readonly runWords: (
    context: Context,
    args: readonly string[],
    environment: readonly (readonly [string, string])[],
    files: Map<number, OpenFile>,
  ) => void;
}

/** Gives the status, or undefined when it has seen to that itself. */
export type Builtin = (
  context: Context,
  args: readonly string[],
  extra: Extra,
) => number | undefined;

/** Those in `control.ts`, which change where the shell is. */
const CONTROLS: readonly string[] = [
  ".",
  "break",
  "command",
  "continue",
  "eval",
  "exec",
  "exit",
  "local",
  "read",
  "return",
  "shift",
  "source",
  "wait",
];

export function isBuiltin(name: string): boolean {
  return Object.hasOwn(builtins, name) || CONTROLS.includes(name);
}

export const builtins = {
  ":": () => 0,
  true: () => 0,
  false: () => 1,
  echo,
  printf,
  test: (context, args) => runTest(context, "test", args),
  "[": (context, args) => {
    if (args.at(-1) === "]") return runTest(context, "[", args.slice(0, -1));
    complain(context, "[: missing `]'");
    return 2;
  },
  cd,
  pwd: (context) => say(context, `${context.process.directory}\n`),
  export: exportNames,
  declare: declareNames,
  typeset: declareNames,
  readonly: declareNames,
  unset,
  set: setOptions,
  shopt: () => 0,
  umask: (context, args) => (args.length === 0 ? say(context, "0022\n") : 0),
  ulimit: (context, args) => say(context, args.includes("-n") ? "1024\n" : "unlimited\n"),
  trap,
  type: typeNames,
  kill,
  jobs: (context) => say(context, jobLines(context)),
  hash: () => 0,
  alias: () => 0,
  disown: () => 0,
} satisfies Record<string, Builtin> as Readonly<Record<string, Builtin>>;

function say({ system, process }: Context, text: string): number {
  return write(system, process, 1, text) ? 0 : 1;
}

function echo(context: Context, args: readonly string[]): number {
  const words = [...args];
  let newline = true;
  let escapes = false;
  while (/^-[neE]+$/.test(words[0] ?? "")) {
    const option = words.shift() ?? "";
    if (option.includes("n")) newline = false;
    if (option.includes("e")) escapes = true;
    if (option.includes("E")) escapes = false;
  }
  const text = words.join(" ");
  return put(context, "echo", (escapes ? unescape(text) : text) + (newline ? "\n" : ""));
}

/** A value that /proc/sys refuses makes the write fail. */
function put(context: Context, name: string, text: string): number {
  const { system, process } = context;
  const file = process.files.get(1);
  if (file?.kind !== "file") return say(context, text);
  const before = file.path.startsWith("/proc/")
    ? ""
    : (readFile(system.host, file.path, system.sim) ?? "");
  if (writeFile(system, file.path, before + text) === "ok") return 0;
  complain(context, `${name}: write error: Invalid argument`);
  return 1;
}

function printf(context: Context, args: readonly string[]): number {
  const [first, second, ...rest] = args;
  if (first === "-v" && second !== undefined) {
    const { text } = formatText(rest[0] ?? "", rest.slice(1));
    context.shell.variables.set(second, text);
    return 0;
  }
  const words = first === "--" ? args.slice(1) : args;
  const [format, ...values] = words;
  if (format === undefined) {
    const { system, process } = context;
    write(system, process, 2, "printf: usage: printf [-v var] format [arguments]\n");
    return 2;
  }
  const { text, complaints } = formatText(format, values);
  for (const complaint of complaints) complain(context, `printf: ${complaint}`);
  const status = put(context, "printf", text);
  return complaints.length > 0 ? 1 : status;
}

function runTest(context: Context, name: string, args: readonly string[]): number {
  const { host, sim } = context.system;
  const answer = evaluateTest({ host, sim, directory: context.process.directory }, args);
  if (typeof answer === "boolean") return answer ? 0 : 1;
  complain(context, `${name}: ${answer}`);
  return 2;
}

function cd(context: Context, args: readonly string[]): number {
  const { shell, process, system } = context;
  const words = args.filter((arg) => arg !== "-L" && arg !== "-P" && arg !== "--");
  const [wanted = shell.variables.get("HOME") ?? "/root", tooMany] = words;
  if (tooMany !== undefined) {
    complain(context, "cd: too many arguments");
    return 1;
  }
  const target = wanted === "-" ? (shell.variables.get("OLDPWD") ?? "") : wanted;
  const path = resolvePath(process.directory, target);
  if (!isDirectory(system.host, path)) {
    const isFile = readFile(system.host, path, system.sim) !== undefined;
    complain(context, `cd: ${target}: ${isFile ? "Not a directory" : "No such file or directory"}`);
    return 1;
  }
  shell.variables.set("OLDPWD", process.directory);
  process.directory = path;
  return wanted === "-" ? say(context, `${path}\n`) : 0;
}

const NAME = /^[A-Za-z_]\w*$/;

function exportNames(context: Context, args: readonly string[]): number {
  const { shell } = context;
  const words = args.filter((arg) => !arg.startsWith("-"));
  if (words.length === 0) {
    const lines = [...shell.exported].sort().map((name) => {
      const value = shell.variables.get(name) ?? "";
      return `declare -x ${name}="${value}"\n`;
    });
    return say(context, lines.join(""));
  }
  const status = declareNames(context, words, "export");
  for (const word of words) {
    const [name = ""] = word.split(/\+?=/);
    if (NAME.test(name) && !shell.exported.includes(name)) {
      shell.exported = [...shell.exported, name];
    }
  }
  return status;
}

function declareNames(
  context: Context,
  args: readonly string[],
  said: string | Extra = "declare",
): number {
  const command = typeof said === "string" ? said : "declare";
  const { shell } = context;
  let status = 0;
  for (const word of args) {
    if (word.startsWith("-")) continue;
    const equals = word.indexOf("=");
    const append = word[equals - 1] === "+";
    const name = equals < 0 ? word : word.slice(0, append ? equals - 1 : equals);
    if (!NAME.test(name)) {
      complain(context, `${command}: \`${word}': not a valid identifier`);
      status = 1;
    } else if (equals >= 0) {
      const before = append ? (shell.variables.get(name) ?? "") : "";
      shell.variables.set(name, before + word.slice(equals + 1));
    }
  }
  return status;
}

function unset({ shell }: Context, args: readonly string[]): number {
  for (const name of args) {
    if (name.startsWith("-")) continue;
    if (!args.includes("-f")) shell.variables.delete(name);
    if (args.includes("-f") || !args.includes("-v")) shell.functions.delete(name);
    shell.exported = shell.exported.filter((other) => other !== name);
  }
  return 0;
}

/** `set -- a b` sets the parameters; options (`-e`, `-x`) are taken and have no effect. */
function setOptions(context: Context, args: readonly string[]): number {
  const { shell } = context;
  if (args.length === 0) {
    const lines = [...shell.variables].sort(([a], [b]) => (a < b ? -1 : 1));
    return say(context, lines.map(([name, value]) => `${name}=${value}\n`).join(""));
  }
  const [option = "", name = ""] = args;
  if (/^[-+]\w*e/.test(option) || (/^[-+]o$/.test(option) && name === "errexit")) {
    shell.endsOnFailure = option.startsWith("-");
  }
  const end = args.indexOf("--");
  if (end >= 0) shell.parameters = args.slice(end + 1);
  else if (!/^[-+]/.test(args[0] ?? "")) shell.parameters = args;
  return 0;
}

function trap({ shell }: Context, args: readonly string[]): number {
  const [action = "", ...signals] = args.filter((arg) => arg !== "--");
  for (const signal of signals) {
    const name = signal === "0" ? "EXIT" : signal.replace(/^SIG/, "");
    if (action === "-") shell.traps.delete(name);
    else shell.traps.set(name, action);
  }
  return 0;
}

function typeNames(context: Context, args: readonly string[]): number {
  let status = 0;
  for (const name of args.filter((arg) => !arg.startsWith("-"))) {
    const path = pathOf(name);
    if (context.shell.functions.has(name)) say(context, `${name} is a function\n`);
    else if (isBuiltin(name)) say(context, `${name} is a shell builtin\n`);
    else if (path !== undefined) say(context, `${name} is ${path}\n`);
    else {
      complain(context, `type: ${name}: not found`);
      status = 1;
    }
  }
  return status;
}

const KILL_USAGE =
  "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n";

function kill(context: Context, args: readonly string[]): number {
  const { system, process } = context;
  const [first = "", ...rest] = args;
  if (first === "-l" || first === "-L") return say(context, signalList());
  let wanted = "TERM";
  let targets: readonly string[] = args;
  if (first === "-s" || first === "-n") {
    wanted = rest[0] ?? "";
    targets = rest.slice(1);
  } else if (first.startsWith("-") && first !== "--") {
    wanted = first.slice(1);
    targets = rest;
  }
  targets = targets.filter((target) => target !== "--");
  const signal = wanted === "0" ? undefined : parseSignal(wanted);
  if (signal === undefined && wanted !== "0") {
    complain(context, `kill: ${wanted}: invalid signal specification`);
    return 1;
  }
  if (targets.length === 0) {
    write(system, process, 2, KILL_USAGE);
    return 2;
  }
  let status = 1;
  for (const target of targets) {
    const pid = jobPid(context, target);
    if (pid === undefined) {
      complain(context, `kill: ${target}: arguments must be process or job IDs`);
      continue;
    }
    const isThere =
      signal === undefined ? system.host.processes.has(pid) : killProcess(system, pid, signal);
    if (isThere) status = 0;
    else complain(context, `kill: (${pid}) - No such process`);
  }
  return status;
}

function jobPid({ shell }: Context, target: string): number | undefined {
  if (/^\d+$/.test(target)) return Number(target);
  const job = /^%(\d+)$/.exec(target);
  if (job !== null) return [...shell.jobs.keys()][Number(job[1]) - 1];
  return target === "%%" || target === "%+" ? shell.lastBackground : undefined;
}

function jobLines({ shell }: Context): string {
  return [...shell.jobs.values()]
    .map(({ source, status }, i) => {
      const state = status === undefined ? "Running" : status === 0 ? "Done" : `Exit ${status}`;
      const tail = status === undefined ? " &" : "";
      return `[${i + 1}]${" "}  ${state.padEnd(24)}${source}${tail}\n`;
    })
    .join("");
}
