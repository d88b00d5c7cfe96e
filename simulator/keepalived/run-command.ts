// Commands that keepalived starts: tracking scripts, notify lines, MISC_CHECK. A script runs in a
// shell, anything else directly.
import type { Process } from "../host/process.ts";
import { spawnProcess, type System } from "../host/system.ts";
import { programNamed } from "../programs/paths.ts";

/** The pid of the child, whose end wakes `process`; undefined when there is nothing to run. */
export function runCommand(
  system: System,
  process: Process,
  command: readonly string[],
): number | undefined {
  const [path = "", ...args] = command;
  const program = programNamed(path);
  const isFile = system.host.files.has(path);
  if (program === undefined && !isFile) return undefined;
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
