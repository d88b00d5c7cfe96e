// What keepalived's parent does at a typed command: testing a file, reloading, and starting a child
// again that was killed alone (K32, K45, K189). A page without a shell does without.
import { plainFile } from "../host/files.ts";
import type { Process, Signal, Wake } from "../host/process.ts";
import {
  exitProcess,
  INIT,
  killProcess,
  setTimer,
  spawnProcess,
  type System,
  write,
} from "../host/system.ts";
import { readCommandLine } from "./command-line.ts";
import {
  CHILDREN,
  type ChildKind,
  COMPLETE_US,
  type Daemon,
  type Memory,
  onSignal,
  opened,
  PID_FILE,
  readOwnConfiguration,
  sayDiagnostics,
  startChild,
  startDaemon,
} from "./daemon.ts";
import { say } from "./log.ts";
import { sayPrinting } from "./statistics.ts";
import { VERSION_TEXT } from "./version-text.ts";

/** From the signal to the last child's word (recorded). */
const RELOAD_US = 1_100;

/** `-t` reads the file four times, as its processes would (recorded). */
const TEST_US = 20_000;

/** Timers that only typed commands set. */
export function onTypedTimer(daemon: Daemon, key: string): void {
  const { system, process, voice } = daemon;
  if (key === "test") testConfiguration(daemon);
  if (key === "respawned") say(system, process, voice, "read eventfd count 1, num_reloading 0");
  if (key === "reloaded") say(system, process, voice, "Reload complete");
}

/** SIGUSR1 and SIGUSR2: state is everybody's, packet counters are VRRP's alone (K56). */
export function askChildren(daemon: Daemon, memory: Memory, signal: Signal): void {
  const { system, process, voice } = daemon;
  if (signal === "SIGUSR1") sayPrinting(system, process, voice, "parent");
  for (const pid of memory.children.values()) killProcess(system, pid, signal);
}

/** What the command line asks for. */
export function startTyped(daemon: Daemon): void {
  const { system, process } = daemon;
  const { task, file, foreground, unknown } = readCommandLine(process.argv);
  switch (task) {
    case "refuse":
      write(system, process, 2, `Unknown option ${unknown}\n`);
      return exitProcess(system, process, 1);
    case "version":
      write(system, process, 2, VERSION_TEXT);
      return exitProcess(system, process, 0);
    case "test":
      return setTimer(system, process, "test", system.sim.now + TEST_US);
    case "run":
      if (foreground || process.parent === INIT) return startDaemon(daemon, file);
      return goBackground(process, system);
  }
}

/** Typed in a shell: the daemon is a child of process 1 and the command ends. */
function goBackground(process: Process, system: System): void {
  const files = new Map([0, 1, 2].map((fd) => [fd, { kind: "null" } as const]));
  const { argv } = process;
  const common = { parent: INIT, files, environment: {}, directory: "/", delayUs: 1_000 };
  spawnProcess(system, { program: "keepalived", argv, ...common });
  exitProcess(system, process, 0);
}

/** Another daemon's number is in the pid file, or what is no number (measured, 2.2.7). */
export function isRunning({ system, process, voice }: Daemon): boolean {
  const { host, sim } = system;
  const text = plainFile(host, PID_FILE, sim);
  if (text === undefined) return false;
  const pid = Number.parseInt(text, 10);
  if (!Number.isNaN(pid)) return host.processes.has(pid);
  say(system, process, voice, `Error reading pid file ${PID_FILE}`);
  return true;
}

/** `keepalived -t`: what all its processes would say, on standard error (K189). */
function testConfiguration(daemon: Daemon): void {
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
