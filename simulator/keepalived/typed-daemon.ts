// What keepalived's parent does at a typed command: testing a file, reloading, and starting a child
// again that was killed alone (K32, K45, K189). A page without a shell does without.
import { plainFile } from "../host/files.ts";
import type { Wake } from "../host/process.ts";
import { exitProcess, killProcess, setTimer, write } from "../host/system.ts";
import { readCommandLine } from "./command-line.ts";
import {
  CHILDREN,
  type ChildKind,
  COMPLETE_US,
  type Daemon,
  type Memory,
  onSignal,
  opened,
  readOwnConfiguration,
  sayDiagnostics,
  startChild,
} from "./daemon.ts";
import { say } from "./log.ts";

/** From the signal to the last child's word (recorded). */
const RELOAD_US = 1_100;

/** `keepalived -t`: what all its processes would say, on standard error (K189). */
export function testConfiguration(daemon: Daemon): void {
  const { system, process } = daemon;
  const { file } = readCommandLine(process.argv);
  if (plainFile(system.host, file, system.sim) === undefined) {
    write(system, process, 2, `Config files missing '${file}'.\n`);
    return exitProcess(system, process, 0);
  }
  const { diagnostics, exitCode } = readOwnConfiguration(system, process, daemon.read);
  for (const { text } of diagnostics) write(system, process, 2, `${text}\n`);
  exitProcess(system, process, exitCode);
}

/** SIGHUP: the children read the file again; one starts or ends as its blocks come and go (K45). */
export function reloadDaemon(daemon: Daemon, memory: Memory): void {
  const { system, process, voice } = daemon;
  const { file, runs } = readCommandLine(process.argv);
  say(system, process, voice, "Reloading ...");
  if (!opened(daemon, file)) say(system, process, voice, "Failed to open configuration file");
  const read = readOwnConfiguration(system, process, daemon.read);
  sayDiagnostics(system, process, voice, read);
  const wanted = {
    checkers: read.config.virtualServers.length > 0 && runs.checkers,
    // One that runs goes on without an instance (measured, 2.2.7).
    vrrp: memory.children.has("vrrp") || (read.config.instances.length > 0 && runs.vrrp),
  };
  for (const kind of ["checkers", "vrrp"] as const) {
    const pid = memory.children.get(kind);
    if (pid !== undefined) killProcess(system, pid, wanted[kind] ? "SIGHUP" : "SIGTERM");
    else if (wanted[kind]) startChild(daemon, memory, kind);
    if (!wanted[kind]) memory.children.delete(kind);
  }
  setTimer(system, process, "reloaded", system.sim.now + RELOAD_US);
}

/** K32, and README VRRP 9. */
export function respawn(
  daemon: Daemon,
  memory: Memory,
  kind: ChildKind,
  ended: Wake & { kind: "child" },
): void {
  const { system, process, voice } = daemon;
  const { pid } = ended;
  if (ended.signal === "SIGKILL") {
    const reason = "exited due to signal 9 (Killed) - has rlimit_rttime been exceeded?";
    say(system, process, voice, `pid ${pid} ${reason}`);
  }
  const { title } = CHILDREN[kind];
  if (!readCommandLine(process.argv).respawns) {
    say(system, process, voice, `${title} child process(${pid}) died: Exiting`);
    return onSignal(daemon, memory, "SIGTERM");
  }
  say(system, process, voice, `${title} child process(${pid}) died: Respawning`);
  for (const line of RESPAWN_LINES) say(system, process, voice, line);
  const name = kind === "vrrp" ? "VRRP" : "Healthchecker";
  say(system, process, voice, `Restart of ${name} process delayed 0 seconds to limit respawn rate`);
  startChild(daemon, memory, kind);
  setTimer(system, process, "respawned", system.sim.now + COMPLETE_US);
}

/** Recorded: vrrp-c4. */
const RESPAWN_LINES = [
  "  Please log an issue at https://github.com/acassen/keepalived/issues/",
  "  and include a full copy of your keepalived configuration files, and",
  "  copies of the keepalived system log entries around the time this happened",
];
