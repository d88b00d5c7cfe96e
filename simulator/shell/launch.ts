// Starting children: a program directly, anything else (built-ins, functions, groups) in a forked
// shell. Both take time: the program its own, the fork very little.
import type { OpenFile } from "../host/process.ts";
import { openPipe, setFile, spawnProcess } from "../host/system.ts";
import { isDirectory, resolvePath } from "../programs/directory.ts";
import { programNamed } from "../programs/paths.ts";
import { isBuiltin } from "./builtins.ts";
import { expandText, startExpansion } from "./expand.ts";
import { expandWords } from "./fields.ts";
import { expandRedirections, redirectedFiles } from "./redirect.ts";
import type { Script, Word } from "./script.ts";
import { complain, type Context, environmentOf, type Shell, subshell } from "./shell.ts";

/** From fork to the child's first step. */
const FORK_US = 300;
/** Where a shell keeps the reading end of a substitution's pipe. */
const SUBSTITUTION_FD = 63;

export interface Ready {
  readonly args: readonly string[];
  readonly environment: readonly (readonly [string, string])[];
  readonly files: Map<number, OpenFile>;
}

/** Starts a program by name or path; a number is the status of a command that cannot be started. */
export function startProgram(
  context: Context,
  { args, environment, files }: Ready,
): { readonly pid: number } | { readonly status: number } {
  const { system, process, shell } = context;
  const [name = ""] = args;
  const found = findProgram(context, name, args);
  if ("status" in found) {
    const own = process.files;
    process.files = files;
    complain(context, found.complaint);
    process.files = own;
    return { status: found.status };
  }
  const child = spawnProcess(system, {
    program: found.program,
    argv: found.argv,
    parent: process.pid,
    files: files,
    environment: { ...environmentOf(shell), ...Object.fromEntries(environment) },
    directory: process.directory,
  });
  return { pid: child.pid };
}

/** Starts a script beside this shell: a stage of a pipeline, a background command. */
export function launch(context: Context, script: Script, files: Map<number, OpenFile>): number {
  const direct = readyProgram(context, script, files);
  if (direct !== undefined) {
    const started = startProgram(context, direct);
    if ("pid" in started) return started.pid;
  }
  const { system, process, shell } = context;
  const child = spawnProcess(system, {
    program: "bash",
    argv: process.argv,
    parent: process.pid,
    files,
    environment: process.environment,
    directory: process.directory,
    delayUs: FORK_US,
    memory: subshell(shell, script),
  });
  return child.pid;
}

/** Starts the command of `$( … )`; the shell then waits for its output. */
export function startSubstitution(context: Context, script: Script): void {
  const { system, process, shell } = context;
  const pipe = openPipe(system);
  setFile(system, process, SUBSTITUTION_FD, { kind: "pipe", pipe, end: "read" });
  const files = inherited(process.files);
  files.set(1, { kind: "pipe", pipe, end: "write" });
  const pid = launch(context, script, files);
  shell.waiting = {
    kind: "substitution",
    pid,
    fd: SUBSTITUTION_FD,
    text: "",
    ended: false,
    status: undefined,
  };
}

/** What children get of the shell's descriptors: not the ends it reads substitutions from. */
export function inherited(files: Map<number, OpenFile>): Map<number, OpenFile> {
  return new Map([...files].filter(([fd]) => fd !== SUBSTITUTION_FD));
}

/** A script that is one program with plain words, ready to be started without a fork. */
function readyProgram(
  context: Context,
  script: Script,
  files: Map<number, OpenFile>,
): Ready | undefined {
  const { system, process, shell } = context;
  const [step, second] = script.steps;
  if (step?.do !== "command" || second !== undefined) return undefined;
  const words = [...step.words, ...step.assignments.map((each) => each.value)];
  if (step.words.length === 0 || words.some(hasSubstitution)) return undefined;
  const expansion = startExpansion(shell, system.host, system.sim, process.directory);
  const args = expandWords(expansion, step.words);
  const environment = step.assignments.map(
    ({ name, value }) => [name, expandText(expansion, value)] as const,
  );
  const ready = expandRedirections(expansion, step.redirections);
  if (expansion.wanted !== undefined || expansion.problem !== undefined) return undefined;
  const [name = ""] = args;
  const program = programNamed(name);
  if (isInternal(shell, name) || program === undefined) return undefined;
  if (system.sim.startUs(program) === undefined) return undefined;
  const own = process.files;
  process.files = files;
  const redirected = redirectedFiles(context, ready);
  process.files = own;
  return "complaint" in redirected ? undefined : { args, environment, files: redirected };
}

function hasSubstitution(word: Word): boolean {
  return word.parts.some((part) => part.part === "command");
}

/** A function or a built-in: runs in the shell itself. */
export function isInternal(shell: Shell, name: string): boolean {
  return shell.functions.has(name) || isBuiltin(name);
}

type Found =
  | { readonly program: string; readonly argv: readonly string[] }
  | { readonly complaint: string; readonly status: number };

function findProgram({ system, process }: Context, name: string, args: readonly string[]): Found {
  const program = programNamed(name);
  if (program !== undefined) {
    if (system.sim.startUs(program) !== undefined) return { program, argv: args };
    return { complaint: `${name}: the lab does not have this program`, status: 127 };
  }
  if (!name.includes("/")) return { complaint: `${name}: command not found`, status: 127 };
  const path = resolvePath(process.directory, name);
  const file = system.host.files.get(path);
  if (file === undefined) {
    if (isDirectory(system.host, path)) {
      return { complaint: `${name}: Is a directory`, status: 126 };
    }
    return { complaint: `${name}: No such file or directory`, status: 127 };
  }
  if ((file.mode & 0o111) === 0) return { complaint: `${name}: Permission denied`, status: 126 };
  return { program: "bash", argv: ["bash", path, ...args.slice(1)] };
}
