// Commands that keepalived starts: tracking scripts, notify lines, MISC_CHECK. A program is started
// directly, a file by the interpreter that its first line names.
// Left out: interpreters other than the shell, which the lab does not have.
import { isDirectory } from "../programs/directory.ts";
import type { Process } from "../host/process.ts";
import { logLine, spawnProcess, type System } from "../host/system.ts";
import { programNamed } from "../programs/paths.ts";

/** What stands at a script's path; undefined when nothing does. */
export type ScriptState = "runs" | "not-executable" | "folder" | undefined;

export function scriptAt({ host, sim }: System, path: string): ScriptState {
  const program = programNamed(path);
  if (program !== undefined) return sim.startUs(program) === undefined ? undefined : "runs";
  const file = host.files.get(path);
  if (file !== undefined) return (file.mode & 0o111) === 0 ? "not-executable" : "runs";
  return isDirectory(host, path) ? "folder" : undefined;
}

const SHELL_LINE = /^#! *(\/usr)?\/bin\/(env +)?(ba|da)?sh\b/;

/** What the child says that cannot become the command. */
const EXEC_ERRORS = {
  "not-executable": "13: Permission denied",
  folder: "13: Permission denied",
  none: "2: No such file or directory",
} as const;

function sayExecError(
  { host, sim }: System,
  { program }: Process,
  path: string,
  error: string,
): void {
  const identity = program === "keepalived-vrrp" ? "Keepalived_vrrp" : "Keepalived_healthcheckers";
  const text = `Error exec-ing command '${path}', error ${error}`;
  logLine(host, sim, { identity, pid: ++host.lastPid, text });
}

/**
 * The pid of the child, whose end wakes `process`. Undefined when it cannot be executed, for want of a
 * first line that names the shell too: the real child then ends with status 0 (measured, 2.2.7).
 */
export function runCommand(
  system: System,
  process: Process,
  command: readonly string[],
): number | undefined {
  const [path = "", ...args] = command;
  const state = scriptAt(system, path) ?? "none";
  if (state !== "runs") {
    sayExecError(system, process, path, EXEC_ERRORS[state]);
    return undefined;
  }
  const program = programNamed(path);
  const text = system.host.files.get(path)?.content ?? "";
  if (program === undefined && !SHELL_LINE.test(text)) return undefined;
  const child = spawnProcess(system, {
    program: program ?? "bash",
    argv: program === undefined ? ["bash", path, ...args] : [...command],
    parent: process.pid,
    files: new Map([0, 1, 2].map((fd) => [fd, { kind: "null" } as const])),
    environment: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
    directory: "/",
  });
  return child.pid;
}
