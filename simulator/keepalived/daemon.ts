// keepalived's parent process: reads the file, starts the children, hands signals on, and starts a
// child again that has died (K31, K32, K45, K75, K93).
import { plainFile, removeFile, writeFile } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import type { Process, Wake } from "../host/process.ts";
import {
  clearTimer,
  exitProcess,
  killProcess,
  setTimer,
  spawnProcess,
  type System,
} from "../host/system.ts";
import { resolvePath } from "../programs/directory.ts";
import type { Program } from "../programs/program.ts";
import { readCommandLine } from "./command-line.ts";
import { type Identity, say, sayDetail, type Voice, voiceOf } from "./log.ts";
import type { ReadConfiguration, ReadResult } from "./read.ts";
import { scriptAt } from "./run-command.ts";
import type { TypedSignals } from "./typed-signals.ts";

export const VERSION = "v2.2.7 (01/16,2022)";
const KERNEL =
  "Linux 6.1.0-56-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16) " +
  "(built for Linux 5.19.11)";

/** Recorded: from the first line to the children, and to "Startup complete". */
const FORK_US = 7_500;
export const COMPLETE_US = 3_500;
const CHILD_START_US = 2_500;
/** From a child's end for good to the parent's (recorded). */
const GIVE_UP_US = 4_300;

/** Exit status without a configuration file (measured). */
const NO_FILE = 6;
export const PID_FILE = "/run/keepalived.pid";

export type ChildKind = "checkers" | "vrrp";

export const CHILDREN: Readonly<
  Record<ChildKind, { program: string; title: string; pidFile: string }>
> = {
  checkers: {
    program: "keepalived-healthcheckers",
    title: "Healthcheck",
    pidFile: "/run/checkers.pid",
  },
  vrrp: { program: "keepalived-vrrp", title: "VRRP", pidFile: "/run/vrrp.pid" },
};

export interface Memory {
  readonly children: Map<ChildKind, number>;
  stopping: boolean;
  /** Pid of the child that ended for good. */
  fatal: number | undefined;
}

/** What runs, and how it reads its file. */
export interface Daemon {
  readonly system: System;
  readonly process: Process;
  readonly voice: Voice;
  readonly read: ReadConfiguration;
  readonly typed: TypedSignals | undefined;
}

/** The parent, whose files are read by this reader; `typed` is what only a shell asks for. */
export function keepalivedWith(read: ReadConfiguration, typed?: TypedSignals): Program {
  return {
    startUs: 300,
    // SIGQUIT changes nothing (measured, 2.2.7).
    signals: ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGQUIT"],
    run(process, reason, system) {
      const daemon = { system, process, voice: voiceOf(process, "Keepalived"), read, typed };
      if (reason.kind === "start") {
        if (typed === undefined) return startDaemon(daemon, readCommandLine(process.argv).file);
        return typed.startTyped(daemon);
      }
      const memory = process.memory as Memory;
      switch (reason.kind) {
        case "timer":
          return onTimer(daemon, memory, reason.key);
        case "signal":
          return onSignal(daemon, memory, reason.signal);
        case "child":
          return childEnded(daemon, memory, reason);
        default:
          return;
      }
    },
  };
}

export function startDaemon(daemon: Daemon, path: string): void {
  const { system, process, voice } = daemon;
  const { host } = system;
  const tell = (text: string): void => say(system, process, voice, text);
  process.memory = { children: new Map(), stopping: false, fatal: undefined } satisfies Memory;
  tell(`Starting Keepalived ${VERSION}`);
  tell(`Running on ${KERNEL}`);
  tell(`Command line: ${process.argv.map((word) => `'${word}'`).join(" ")}`);
  if (!opened(daemon, path)) return stopped(daemon, NO_FILE);
  if (daemon.typed?.isRunning(daemon) === true) {
    tell("daemon is already running");
    return exitProcess(system, process, 0);
  }
  for (const pidFile of [PID_FILE, "/run/vrrp.pid", "/run/checkers.pid"]) {
    if (removeFile(host, pidFile)) tell(`Remove a zombie pid file ${pidFile}`);
  }
  writeFile(system, PID_FILE, `${process.pid}\n`);
  sayDiagnostics(system, process, voice, readOwnConfiguration(system, process, daemon.read));
  setTimer(system, process, "fork", system.sim.now + FORK_US);
}

/** Tells of the file; false when it is not there (measured, 2.2.7). */
export function opened({ system, process, voice }: Daemon, path: string): boolean {
  if (plainFile(system.host, path, system.sim) === undefined) {
    say(system, process, voice, `Config files missing '${path}'.`);
    return false;
  }
  sayDetail(system, process, voice, `Opening file '${path}'.`);
  say(system, process, voice, `Configuration file ${path}`);
  return true;
}

/** What the process's file says, as this host reads it now. */
export function readOwnConfiguration(
  system: System,
  process: Process,
  read: ReadConfiguration,
  reloads = false,
): ReadResult {
  const { host, sim } = system;
  const { file: path, task } = readCommandLine(process.argv);
  const text = plainFile(host, path, sim) ?? "";
  return read(text, {
    path,
    nics: [...host.nics.keys()],
    files: (pattern) => matchingFiles(host, pattern),
    scriptAt: (file) => scriptAt(system, file),
    starts: task !== "test",
    reloads,
  });
}

/** The host's files that a pattern of `*` and `?` means, in the order of their names. */
function matchingFiles(host: Host, pattern: string): (readonly [path: string, text: string])[] {
  const literal = resolvePath("/", pattern).replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const source = literal.replaceAll("*", "[^/]*").replaceAll("?", "[^/]");
  const files = [...host.files].filter(([path]) => new RegExp(`^${source}$`).test(path));
  return files.map(([path, { content }]) => [path, content] as const).sort();
}

/** The lines that one process has to say about the file. */
export function sayDiagnostics(
  system: System,
  process: Process,
  voice: Voice,
  read: ReadResult,
  isMeant: (text: string) => boolean = () => true,
): void {
  for (const { process: identity, text } of read.logged) {
    if (identity === voice.identity && isMeant(text)) say(system, process, voice, text);
  }
}

function onTimer(daemon: Daemon, memory: Memory, key: string): void {
  const { system, process, voice } = daemon;
  switch (key) {
    case "complete":
      return say(system, process, voice, "Startup complete");
    case "give up":
      return giveUp(daemon, memory);
    case "fork":
      return startChildren(daemon, memory);
    default:
      return daemon.typed?.onTypedTimer(daemon, key);
  }
}

function startChildren(daemon: Daemon, memory: Memory): void {
  const { system, process, voice } = daemon;
  const read = readOwnConfiguration(system, process, daemon.read);
  const notice = "setting config option max_auto_priority should result in better";
  say(system, process, voice, `NOTICE: ${notice} keepalived performance`);
  const { instances, virtualServers } = read.config;
  const { runs } = readCommandLine(process.argv);
  if (instances.length === 0 && virtualServers.length === 0) {
    say(system, process, voice, "Warning - keepalived has no configuration to run");
  }
  // A child is started only when the file has its kind of block (K78).
  if (virtualServers.length > 0 && runs.checkers) {
    startChild(daemon, memory, "checkers");
  }
  if (instances.length > 0 && runs.vrrp) startChild(daemon, memory, "vrrp");
  setTimer(system, process, "complete", system.sim.now + COMPLETE_US);
}

export function startChild(daemon: Daemon, memory: Memory, kind: ChildKind): void {
  const { system, process, voice } = daemon;
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

export function onSignal(daemon: Daemon, memory: Memory, signal: string): void {
  const { system, process, voice } = daemon;
  if (memory.stopping || signal === "SIGQUIT") return;
  if (signal === "SIGHUP") return daemon.typed?.reloadDaemon(daemon, memory);
  if (signal === "SIGUSR1" || signal === "SIGUSR2") {
    return daemon.typed?.askChildren(daemon, memory, signal);
  }
  memory.stopping = true;
  say(system, process, voice, "Stopping");
  for (const pid of memory.children.values()) killProcess(system, pid, "SIGTERM");
  if (memory.children.size === 0) stopped(daemon);
}

function childEnded(daemon: Daemon, memory: Memory, ended: Wake & { kind: "child" }): void {
  const { system, process } = daemon;
  const kind = [...memory.children].find(([, pid]) => pid === ended.pid)?.[0];
  if (kind === undefined) return;
  memory.children.delete(kind);
  removeFile(system.host, CHILDREN[kind].pidFile);
  if (memory.stopping) {
    if (memory.children.size === 0) stopped(daemon);
    return;
  }
  if (ended.code === PERMANENT_ERROR && ended.signal === undefined) {
    memory.fatal = ended.pid;
    for (const key of ["complete", "reloaded"]) clearTimer(process, key);
    return setTimer(system, process, "give up", system.sim.now + GIVE_UP_US);
  }
  daemon.typed?.respawn(daemon, memory, kind, ended);
}

/** Exit status of a child whose configuration cannot run (K94). */
export const PERMANENT_ERROR = 2;

/** A configuration that cannot run ends the whole daemon, the other child too (K94, K190). */
function giveUp(daemon: Daemon, memory: Memory): void {
  const { system, process, voice } = daemon;
  const text = `pid ${memory.fatal} exited with permanent error CONFIG. Terminating`;
  say(system, process, voice, text);
  memory.stopping = true;
  for (const pid of memory.children.values()) killProcess(system, pid, "SIGTERM");
  if (memory.children.size === 0) stopped(daemon);
}

function stopped(daemon: Daemon, status = 0): void {
  const { system, process, voice } = daemon;
  const usage = "CPU usage (self/children) user: 0.001686/0.000000 system: 0.000000/0.004621";
  sayDetail(system, process, voice, usage);
  say(system, process, voice, `Stopped Keepalived ${VERSION}`);
  removeFile(system.host, PID_FILE);
  exitProcess(system, process, status);
}

/** A child's last line (K93). */
export function sayStopped(system: System, process: Process, identity: Identity): void {
  const voice = voiceOf(process, identity);
  const used = " - used 0.000000 user time, 0.002097 system time";
  say(system, process, voice, `Stopped${voice.detailed ? used : ""}`);
}
