// keepalived's parent process: reads the file, starts the children, hands signals on, and starts a
// child again that has died (K31, K32, K75, K93). Left out so far: reload.
import { readFile, removeFile, writeFile } from "../host/files.ts";
import type { Process, Wake } from "../host/process.ts";
import { exitProcess, killProcess, setTimer, spawnProcess, type System } from "../host/system.ts";
import type { Program } from "../programs/program.ts";
import { type Identity, say, sayDetail, type Voice, voiceOf } from "./log.ts";
import { readConfiguration, type ReadResult } from "./read.ts";

export const CONFIG_PATH = "/etc/keepalived/keepalived.conf";
const VERSION = "v2.2.7 (01/16,2022)";
const KERNEL =
  "Linux 6.1.0-56-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16) " +
  "(built for Linux 5.19.11)";

/** Recorded: from the first line to the children, and to "Startup complete". */
const FORK_US = 7_500;
const COMPLETE_US = 3_500;
const CHILD_START_US = 2_500;

type ChildKind = "checkers" | "vrrp";

const CHILDREN: Readonly<Record<ChildKind, { program: string; title: string; pidFile: string }>> = {
  checkers: {
    program: "keepalived-healthcheckers",
    title: "Healthcheck",
    pidFile: "/run/checkers.pid",
  },
  vrrp: { program: "keepalived-vrrp", title: "VRRP", pidFile: "/run/vrrp.pid" },
};

interface Memory {
  readonly children: Map<ChildKind, number>;
  stopping: boolean;
}

export const keepalived: Program = {
  startUs: 300,
  signals: ["SIGTERM", "SIGINT", "SIGHUP"],
  run(process, reason, system) {
    const voice = voiceOf(process, "Keepalived");
    if (reason.kind === "start") return start(process, voice, system);
    const memory = process.memory as Memory;
    switch (reason.kind) {
      case "timer":
        return onTimer(process, memory, voice, reason.key, system);
      case "signal":
        return onSignal(process, memory, voice, reason.signal, system);
      case "child":
        return childEnded(process, memory, voice, reason, system);
      default:
        return;
    }
  },
};

function start(process: Process, voice: Voice, system: System): void {
  const { host } = system;
  const tell = (text: string): void => say(system, process, voice, text);
  process.memory = { children: new Map(), stopping: false } satisfies Memory;
  tell(`Starting Keepalived ${VERSION}`);
  tell(`Running on ${KERNEL}`);
  tell(`Command line: ${process.argv.map((word) => `'${word}'`).join(" ")}`);
  tell(`Opening file '${CONFIG_PATH}'.`);
  tell(`Configuration file ${CONFIG_PATH}`);
  for (const path of ["/run/keepalived.pid", "/run/vrrp.pid", "/run/checkers.pid"]) {
    if (removeFile(host, path)) tell(`Remove a zombie pid file ${path}`);
  }
  writeFile(system, "/run/keepalived.pid", `${process.pid}\n`);
  setTimer(system, process, "fork", system.sim.now + FORK_US);
}

/** What the file says, as this host reads it now. */
export function readOwnConfiguration({ host, sim }: System): ReadResult {
  const text = readFile(host, CONFIG_PATH, sim) ?? "";
  return readConfiguration(text, { path: CONFIG_PATH, nics: [...host.nics.keys()] });
}

/** The lines that one process has to say about the file. */
export function sayDiagnostics(
  system: System,
  process: Process,
  voice: Voice,
  read: ReadResult,
): void {
  for (const diagnostic of read.diagnostics) {
    if (diagnostic.process === voice.identity) say(system, process, voice, diagnostic.text);
  }
}

function onTimer(
  process: Process,
  memory: Memory,
  voice: Voice,
  key: string,
  system: System,
): void {
  if (key === "complete") return say(system, process, voice, "Startup complete");
  if (key !== "fork") return;
  const read = readOwnConfiguration(system);
  sayDiagnostics(system, process, voice, read);
  const notice = "setting config option max_auto_priority should result in better";
  say(system, process, voice, `NOTICE: ${notice} keepalived performance`);
  const { instances, virtualServers } = read.config;
  if (instances.length === 0 && virtualServers.length === 0) {
    say(system, process, voice, "Warning - keepalived has no configuration to run");
  }
  // A child is started only when the file has its kind of block (K78).
  if (virtualServers.length > 0) startChild(process, memory, voice, "checkers", system);
  if (instances.length > 0) startChild(process, memory, voice, "vrrp", system);
  setTimer(system, process, "complete", system.sim.now + COMPLETE_US);
}

function startChild(
  process: Process,
  memory: Memory,
  voice: Voice,
  kind: ChildKind,
  system: System,
): void {
  const { program, title, pidFile } = CHILDREN[kind];
  const child = spawnProcess(system, {
    program,
    argv: process.argv,
    parent: process.pid,
    files: new Map(),
    environment: {},
    directory: "/",
    delayUs: CHILD_START_US,
  });
  memory.children.set(kind, child.pid);
  writeFile(system, pidFile, `${child.pid}\n`);
  say(system, process, voice, `Starting ${title} child process, pid=${child.pid}`);
}

function onSignal(
  process: Process,
  memory: Memory,
  voice: Voice,
  signal: string,
  system: System,
): void {
  if (signal === "SIGHUP" || memory.stopping) return;
  memory.stopping = true;
  say(system, process, voice, "Stopping");
  for (const pid of memory.children.values()) killProcess(system, pid, "SIGTERM");
  if (memory.children.size === 0) stopped(process, voice, system);
}

function childEnded(
  process: Process,
  memory: Memory,
  voice: Voice,
  ended: Wake & { kind: "child" },
  system: System,
): void {
  const kind = [...memory.children].find(([, pid]) => pid === ended.pid)?.[0];
  if (kind === undefined) return;
  memory.children.delete(kind);
  removeFile(system.host, CHILDREN[kind].pidFile);
  if (memory.stopping) {
    if (memory.children.size === 0) stopped(process, voice, system);
    return;
  }
  if (ended.code === PERMANENT_ERROR) return giveUp(process, memory, voice, ended.pid, system);
  respawn(process, memory, voice, kind, ended, system);
}

/** Exit status of a child whose configuration cannot run (K94). */
export const PERMANENT_ERROR = 2;

function giveUp(process: Process, memory: Memory, voice: Voice, pid: number, system: System): void {
  const text = `pid ${pid} exited with permanent error CONFIG. Terminating`;
  say(system, process, voice, text);
  onSignal(process, memory, voice, "SIGTERM", system);
}

/** K32, and README VRRP 9. */
function respawn(
  process: Process,
  memory: Memory,
  voice: Voice,
  kind: ChildKind,
  ended: Wake & { kind: "child" },
  system: System,
): void {
  const { pid } = ended;
  if (ended.signal === "SIGKILL") {
    const reason = "exited due to signal 9 (Killed) - has rlimit_rttime been exceeded?";
    say(system, process, voice, `pid ${pid} ${reason}`);
  }
  const { title } = CHILDREN[kind];
  say(system, process, voice, `${title} child process(${pid}) died: Respawning`);
  startChild(process, memory, voice, kind, system);
}

function stopped(process: Process, voice: Voice, system: System): void {
  const usage = "CPU usage (self/children) user: 0.001686/0.000000 system: 0.000000/0.004621";
  sayDetail(system, process, voice, usage);
  say(system, process, voice, `Stopped Keepalived ${VERSION}`);
  removeFile(system.host, "/run/keepalived.pid");
  exitProcess(system, process, 0);
}

/** A child's last line (K93). */
export function sayStopped(system: System, process: Process, identity: Identity): void {
  const voice = voiceOf(process, identity);
  const used = " - used 0.000000 user time, 0.002097 system time";
  say(system, process, voice, `Stopped${voice.detailed ? used : ""}`);
}
