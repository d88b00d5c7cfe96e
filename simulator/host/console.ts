// The console of a host: commands typed one after the other. A line of a scenario has a shell of its
// own, as in the recordings; one typed at the prompt goes on where the one before it ended.
import type { ConsoleCommand, Host } from "./host.ts";
import type { OpenFile } from "./process.ts";
import { INIT, spawnProcess } from "./system.ts";
import type { Sim } from "../kernel/sim.ts";

const ENVIRONMENT = Object.freeze({
  HOME: "/root",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  TERM: "dumb",
});
const HOME = "/root";

/** Runs a command now, or when the one before it has ended. */
export function typeCommand(
  host: Host,
  command: ConsoleCommand & { background: boolean },
  sim: Sim,
): void {
  if (!host.powered) {
    sim.record(host, "console.ended", { label: command.label, code: 255 });
    return;
  }
  const { line, label, prompt = false } = command;
  if (command.background) {
    startCommand(host, { line, label }, true, sim);
  } else if (host.console.running === undefined) {
    startForeground(host, { line, label, prompt }, sim);
  } else {
    host.console.queue.push({ line, label, prompt });
  }
}

function startForeground(host: Host, command: ConsoleCommand, sim: Sim): void {
  const pid = startCommand(host, command, false, sim);
  host.console.running = pid;
  host.console.prompt = command.prompt === true ? pid : undefined;
}

function startCommand(host: Host, command: ConsoleCommand, background: boolean, sim: Sim): number {
  const { label, line, prompt = false } = command;
  const files = new Map<number, OpenFile>([
    [0, { kind: "null" }],
    [1, { kind: "console", label, stream: "stdout" }],
    [2, { kind: "console", label, stream: "stderr" }],
  ]);
  const argv = ["bash", "-c", line];
  const directory = (prompt ? host.console.shell?.directory : undefined) ?? HOME;
  sim.record(host, "console.started", { label, line, background, directory });
  const common = { parent: INIT, files, environment: ENVIRONMENT, directory };
  const { pid } = spawnProcess({ host, sim }, { program: "bash", argv, ...common });
  host.console.labels.set(pid, label);
  return pid;
}

/** A child of process 1 has ended: if it was a command, the next one may begin. */
export function reapChild(host: Host, pid: number, code: number, sim: Sim): void {
  const label = host.console.labels.get(pid);
  if (label === undefined) return;
  host.console.labels.delete(pid);
  sim.record(host, "console.ended", { label, code });
  if (host.console.running !== pid) return;
  host.console.running = undefined;
  host.console.prompt = undefined;
  const next = host.console.queue.shift();
  if (next !== undefined) startForeground(host, next, sim);
}
