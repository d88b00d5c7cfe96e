// What a program asks of its host: processes, descriptors, timers, the log. Left out: users,
// sessions and job control beyond the signals that the lessons send.
import type { Sim } from "../kernel/sim.ts";
import { assert } from "../kernel/assert.ts";
import { appendFile, writeFile } from "./files.ts";
import { readFile } from "./read-file.ts";
import type { Host } from "./host.ts";
import { leaveGroup } from "./igmp.ts";
import { freePort } from "./ports.ts";
import type { OpenFile, Process, Signal, Wake } from "./process.ts";
import { closeSocket as closeTcpSocket } from "./tcp.ts";

export interface System {
  readonly host: Host;
  readonly sim: Sim;
}

/** Process 1: parent of commands and daemons, heir of orphans. */
export const INIT = 1;

export interface Spawn {
  readonly program: string;
  readonly argv: readonly string[];
  readonly parent: number;
  readonly files: Map<number, OpenFile>;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Before its first action, in place of the program's own `startUs`. */
  readonly delayUs?: number;
  readonly memory?: unknown;
}

/** fork and exec: the program's first wake comes after its start-up time. */
export function spawnProcess({ host, sim }: System, spawn: Spawn): Process {
  const startUs = spawn.delayUs ?? sim.startUs(spawn.program);
  assert(startUs !== undefined, `no program ${spawn.program}`);
  const process: Process = {
    pid: ++host.lastPid,
    parent: spawn.parent,
    program: spawn.program,
    argv: spawn.argv,
    startedAt: sim.now,
    directory: spawn.directory,
    environment: spawn.environment,
    files: new Map(spawn.files),
    timers: new Map(),
    memory: spawn.memory,
    frozen: false,
    pending: [],
    begun: false,
  };
  for (const file of process.files.values()) openAgain(host, file);
  host.processes.set(process.pid, process);
  sim.wake(host, process.pid, { kind: "start" }, sim.now + startUs);
  return process;
}

/** Programs that asked for SIGTERM when their parent dies (README VRRP 8). */
const ASKED_FOR_DEATH: readonly string[] = ["keepalived-vrrp", "keepalived-healthcheckers"];

/** Ends a process: closes what it holds and tells its parent. */
export function exitProcess(system: System, process: Process, code: number, signal?: Signal): void {
  const { host, sim } = system;
  if (process.ended !== undefined) return;
  process.ended = signal === undefined ? { code } : { code, signal };
  for (const fd of [...process.files.keys()]) closeFile(system, process, fd);
  for (const socket of [...host.sockets.values()]) {
    if (socket.pid === process.pid) closeSocket(system, socket.id);
  }
  host.processes.delete(process.pid);
  sim.record(host, "process.ended", { pid: process.pid, program: process.program, code });
  for (const child of host.processes.values()) {
    if (child.parent !== process.pid) continue;
    child.parent = INIT;
    if (!ASKED_FOR_DEATH.includes(child.program)) continue;
    child.orphanedAt = sim.now;
    killProcess(system, child.pid, "SIGTERM");
  }
  const news: Wake = { kind: "child", pid: process.pid, code, ...(signal && { signal }) };
  sim.wake(host, process.parent, news);
}

/** Numbers of the signals, for exit statuses above 128. */
const SIGNAL_NUMBERS: Readonly<Record<Signal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
};

/** `kill`: false when there is no such process. What a program does not catch, it dies of. */
export function killProcess(system: System, pid: number, signal: Signal): boolean {
  const { host, sim } = system;
  const process = host.processes.get(pid);
  if (process === undefined) return false;
  sim.record(host, "process.signal", { pid, program: process.program, signal });
  switch (signal) {
    case "SIGKILL":
      // Who has just lost its parent acts on that first, also where both are killed (README VRRP 8).
      if (process.orphanedAt === sim.now) sim.wake(host, pid, { kind: "signal", signal });
      else endBySignal(system, process, signal);
      return true;
    case "SIGSTOP":
      process.frozen = true;
      return true;
    case "SIGCONT":
      thaw(host, process, sim);
      return true;
    default:
      sim.wake(host, pid, { kind: "signal", signal });
      return true;
  }
}

/** What a program does with a signal it has no handler for: it dies. */
export function endBySignal(system: System, process: Process, signal: Signal): void {
  exitProcess(system, process, 128 + SIGNAL_NUMBERS[signal], signal);
}

export function signalNumber(signal: Signal): number {
  return SIGNAL_NUMBERS[signal];
}

/** What waited while the process stood still comes now, in the order in which it came. */
function thaw(host: Host, process: Process, sim: Sim): void {
  process.frozen = false;
  const waiting = process.pending;
  process.pending = [];
  for (const reason of waiting) sim.wake(host, process.pid, reason);
}

// Descriptors

export function openPipe({ host }: System): number {
  const id = ++host.lastPipe;
  host.pipes.set(id, { id, data: "", readers: 0, writers: 0, waiting: [] });
  return id;
}

/** A second holder of an open file: pipes count their ends. */
function openAgain(host: Host, file: OpenFile): void {
  const pipe = file.kind === "pipe" ? host.pipes.get(file.pipe) : undefined;
  if (pipe === undefined || file.kind !== "pipe") return;
  if (file.end === "read") pipe.readers++;
  else pipe.writers++;
}

/** Puts `file` under descriptor `fd`, closing what was there. */
export function setFile(system: System, process: Process, fd: number, file: OpenFile): void {
  openAgain(system.host, file);
  closeFile(system, process, fd);
  process.files.set(fd, file);
}

export function closeFile(system: System, process: Process, fd: number): void {
  const file = process.files.get(fd);
  process.files.delete(fd);
  if (file?.kind === "socket") closeSocket(system, file.socket);
  if (file?.kind !== "pipe") return;
  const pipe = system.host.pipes.get(file.pipe);
  if (pipe === undefined) return;
  if (file.end === "read") pipe.readers--;
  else pipe.writers--;
  if (pipe.writers === 0) wakeReaders(system, pipe.id);
  if (pipe.readers <= 0 && pipe.writers <= 0) system.host.pipes.delete(pipe.id);
}

/** Writes text to a descriptor. False when nobody can read it any more: the writer dies of that. */
export function write(system: System, process: Process, fd: number, text: string): boolean {
  const file = process.files.get(fd);
  if (file === undefined || text === "") return true;
  switch (file.kind) {
    case "null":
    case "socket":
      return true;
    case "console": {
      const { label, stream } = file;
      system.sim.record(system.host, "console.output", { label, stream, text });
      return true;
    }
    case "file":
      appendFile(system, file.path, text);
      return true;
    case "pipe":
      if (writePipe(system, file.pipe, text)) return true;
      endBySignal(system, process, "SIGPIPE");
      return false;
  }
}

function writePipe(system: System, id: number, text: string): boolean {
  const pipe = system.host.pipes.get(id);
  if (pipe === undefined || pipe.readers === 0) return false;
  pipe.data += text;
  wakeReaders(system, id);
  return true;
}

function wakeReaders({ host, sim }: System, id: number): void {
  const pipe = host.pipes.get(id);
  if (pipe === undefined) return;
  const { waiting } = pipe;
  pipe.waiting = [];
  for (const pid of waiting) sim.wake(host, pid, { kind: "readable", fd: 0 });
}

/** Takes what can be read now. "wait" means: a wake of kind "readable" follows. */
export function read(
  { host, sim }: System,
  process: Process,
  fd: number,
): { data: string; end: boolean } | "wait" {
  const file = process.files.get(fd);
  if (file?.kind === "file") {
    const content = readFile(host, file.path, sim) ?? "";
    const data = content.slice(file.offset);
    file.offset = content.length;
    return { data, end: true };
  }
  const pipe = file?.kind === "pipe" ? host.pipes.get(file.pipe) : undefined;
  if (pipe === undefined) return { data: "", end: true };
  if (pipe.data === "" && pipe.writers > 0) {
    if (!pipe.waiting.includes(process.pid)) pipe.waiting.push(process.pid);
    return "wait";
  }
  const { data } = pipe;
  pipe.data = "";
  return { data, end: pipe.writers === 0 };
}

// Sockets

/** Closes a socket of any kind. */
export function closeSocket(system: System, id: number): void {
  const { host, sim } = system;
  const socket = host.sockets.get(id);
  if (socket === undefined) return;
  switch (socket.kind) {
    case "tcp":
    case "tcp-listener":
      return closeTcpSocket(system, id);
    case "udp":
      freePort(host, socket.localPort);
      break;
    case "raw":
      if (socket.group !== undefined && socket.nic !== undefined) {
        leaveGroup(host, socket.nic, socket.group, sim);
      }
      break;
    case "packet":
      break;
  }
  host.taps = host.taps.filter((tap) => tap !== id);
  host.sockets.delete(id);
}

// Timers

/** One timer for each key; setting it again moves it. */
export function setTimer({ host, sim }: System, process: Process, key: string, at: number): void {
  const deadline = Math.max(sim.now, Math.ceil(at));
  process.timers.set(key, deadline);
  sim.alarm(host, deadline, "process", `${process.pid} ${key}`);
}

export function clearTimer(process: Process, key: string): void {
  process.timers.delete(key);
}

/** The process alarm: key is "<pid> <timer>". */
export function processAlarm(host: Host, key: string, sim: Sim): void {
  const space = key.indexOf(" ");
  const process = host.processes.get(Number(key.slice(0, space)));
  const timer = key.slice(space + 1);
  const deadline = process?.timers.get(timer);
  if (process === undefined || deadline === undefined || deadline > sim.now) return;
  process.timers.delete(timer);
  sim.wake(host, process.pid, { kind: "timer", key: timer });
}

// The log

/** A line to syslog: /var/log/messages is made from these. */
export function logLine(
  host: Host,
  sim: Sim,
  line: { identity: string; pid: number; severity?: number; text: string },
): void {
  const { identity, pid, severity = 6, text } = line;
  host.log = Object.freeze({ at: sim.now, identity, pid, severity, text, previous: host.log });
  sim.record(host, "log", { identity, pid, severity, text });
}

export { readFile, writeFile };
