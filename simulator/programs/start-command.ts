// How a program starts another one by name, as `env`, `xargs` and `timeout` do: a program or a script.
import type { OpenFile, Process } from "../host/process.ts";
import { spawnProcess, type System } from "../host/system.ts";
import { resolvePath } from "./directory.ts";
import { programNamed } from "./paths.ts";

export interface StartOptions {
  readonly files?: Map<number, OpenFile>;
  readonly environment?: Readonly<Record<string, string>>;
}

export type Started =
  | { readonly pid: number }
  /** "No such file or directory" (127) or "Permission denied" (126). */
  | { readonly reason: string; readonly status: number };

export function startCommand(
  system: System,
  process: Process,
  argv: readonly string[],
  options: StartOptions = {},
): Started {
  const found = findCommand(system, process, argv);
  if ("reason" in found) return found;
  const { pid } = spawnProcess(system, {
    program: found.program,
    argv: found.argv,
    parent: process.pid,
    files: options.files ?? process.files,
    environment: options.environment ?? process.environment,
    directory: process.directory,
  });
  return { pid };
}

function findCommand(
  { host, sim }: System,
  { directory }: Process,
  argv: readonly string[],
): { program: string; argv: readonly string[] } | { reason: string; status: number } {
  const [name = ""] = argv;
  const program = programNamed(name);
  if (program !== undefined && sim.startUs(program) !== undefined) return { program, argv };
  const missing = { reason: "No such file or directory", status: 127 };
  if (!name.includes("/")) return missing;
  const path = resolvePath(directory, name);
  const file = host.files.get(path);
  if (file === undefined) return missing;
  if ((file.mode & 0o111) === 0) return { reason: "Permission denied", status: 126 };
  return { program: "bash", argv: ["bash", path, ...argv.slice(1)] };
}
