// The console of a host: commands typed one after the other, each run by a shell of its own.
import type { Host } from "./host.ts";
import type { OpenFile } from "./process.ts";
import { INIT, spawnProcess } from "./system.ts";
import type { Sim } from "../kernel/sim.ts";

const ENVIRONMENT = Object.freeze({
  HOME: "/root",
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  TERM: "dumb",
});

/** Runs a command now, or when the one before it has ended. */
export function typeCommand(
  host: Host,
  command: { line: string; label: string; background: boolean },
  sim: Sim,
): void {
  if (!host.powered) {
    sim.record(host, "console.ended", { label: command.label, code: 255 });
    return;
  }
  if (command.background) {
    startCommand(host, command, sim);
  } else if (host.console.running === undefined) {
    host.console.running = startCommand(host, command, sim);
  } else {
    host.console.queue.push({ line: command.line, label: command.label });
  }
}

function startCommand(host: Host, command: { line: string; label: string }, sim: Sim): number {
  const { label, line } = command;
  const files = new Map<number, OpenFile>([
    [0, { kind: "null" }],
    [1, { kind: "console", label, stream: "stdout" }],
    [2, { kind: "console", label, stream: "stderr" }],
  ]);
  sim.record(host, "console.started", { label, line });
  const argv = ["bash", "-c", line];
  const common = { parent: INIT, files, environment: ENVIRONMENT, directory: "/root" };
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
  const next = host.console.queue.shift();
  host.console.running = next === undefined ? undefined : startCommand(host, next, sim);
}
