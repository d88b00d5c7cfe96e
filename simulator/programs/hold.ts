// hold N TARGET[:PORT]: opens N TCP connections one after the other, asks for / on each, says which
// server answered, and keeps them open; with --every it asks again and says what became of each.
import type { Process } from "../host/process.ts";
import type { SocketError } from "../host/socket.ts";
import { clearTimer, closeSocket, exitProcess, setTimer, write } from "../host/system.ts";
import { connectTcp, receiveTcpData, sendTcp } from "../host/tcp.ts";
import { parseIp } from "../wire/address.ts";
import { secondsToUs } from "./options.ts";
import type { Program, System } from "./program.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
/** From an answer to opening the next connection, and to the next question in a round. */
const TURN_US = 500;
const ROUND_TURN_US = 60;
/** From its last answer to its end. */
const END_US = 4_500;
/** From a connection's standing to the first question on it (recorded). */
const FIRST_ASK_US = 480;

interface Options {
  readonly count: number;
  readonly target: string;
  readonly port: number;
  readonly sources: readonly string[];
  readonly sourcePort: number;
  readonly holdUs: number;
  readonly gapUs: number;
  readonly everyUs: number;
  readonly timeoutUs: number;
}

interface Memory {
  readonly options: Options;
  readonly startedAt: number;
  /** Connections that live: which one it was, and its socket. */
  held: { readonly index: number; readonly socket: number }[];
  /** Connections opened so far. */
  opened: number;
  /** What it waits for now. */
  current:
    { index: number; socket: number; since: number; answer: string; asked: boolean } | undefined;
  /** Connections still to be asked in this round. */
  round: number[];
  nextRoundAt: number;
}

interface Context {
  readonly process: Process;
  readonly system: System;
  readonly memory: Memory;
}

export const hold: Program = {
  startUs: 92_000,
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    const context = { process, system, memory: process.memory as Memory };
    if (reason.kind === "timer") return onTimer(context, reason.key);
    if (reason.kind === "socket" && reason.socket === context.memory.current?.socket) {
      onSocket(context);
    }
  },
};

const USAGE =
  "usage: hold N TARGET[:PORT] [--src A,B] [--sport P] [--secs S] [--gap G]" +
  " [--every E] [--timeout T]\n";

function start(process: Process, system: System): void {
  const options = readOptions(process.argv.slice(1));
  if (options === undefined) {
    write(system, process, 2, USAGE);
    return exitProcess(system, process, 2);
  }
  const memory: Memory = {
    options,
    startedAt: system.sim.now,
    held: [],
    opened: 0,
    current: undefined,
    round: [],
    nextRoundAt: 0,
  };
  process.memory = memory;
  openNext({ process, system, memory });
}

function readOptions(args: readonly string[]): Options | undefined {
  const words: string[] = [];
  const values = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (!arg.startsWith("--")) words.push(arg);
    else if (arg !== "--quiet") values.set(arg.slice(2), args[++i] ?? "");
  }
  const [count = "", where = ""] = words;
  const [target = "", port = "80"] = where.split(":");
  if (!/^\d+$/.test(count) || parseIp(target) === undefined) return undefined;
  const time = (name: string, usual: number): number =>
    secondsToUs(values.get(name)) ?? usual * 1_000_000;
  return {
    count: Number(count),
    target,
    port: Number(port),
    sources: (values.get("src") ?? "").split(",").filter((source) => source !== ""),
    sourcePort: Number(values.get("sport") ?? 0),
    holdUs: time("secs", 10),
    gapUs: time("gap", 0.05),
    everyUs: time("every", 0),
    timeoutUs: time("timeout", 3),
  };
}

function openNext(context: Context): void {
  const { process, system, memory } = context;
  const { options } = memory;
  if (memory.opened >= options.count) return beginHolding(context);
  const index = ++memory.opened;
  const source = options.sources[(index - 1) % Math.max(1, options.sources.length)];
  const sourcePort = options.sourcePort === 0 ? undefined : options.sourcePort + index - 1;
  const opened = connectTcp(system, process, {
    destination: options.target,
    port: options.port,
    ...(source !== undefined && { source }),
    ...(sourcePort !== undefined && { sourcePort }),
  });
  const since = system.sim.now;
  if ("error" in opened) {
    memory.current = { index, socket: 0, since, answer: "", asked: false };
    return lose(context, errorText(opened.error));
  }
  memory.current = { index, socket: opened.socket, since, answer: "", asked: false };
  setTimer(system, process, "timeout", waitEnd(since, options));
}

/** poll(2) rings up to a thousandth late, and at most 100 ms (recorded: 6.006 s for 6 s). */
function waitEnd(now: number, { timeoutUs }: Options): number {
  return now + timeoutUs + Math.min(timeoutUs / 1000, 100_000);
}

function onTimer(context: Context, key: string): void {
  switch (key) {
    case "open":
      return openNext(context);
    case "first":
      return askFirst(context);
    case "timeout":
      return lose(context, "timed out");
    case "round":
      return beginRound(context);
    case "ask":
      return askNext(context);
    case "end":
      return end(context);
  }
}

/** Its list of connections is given up from the last to the first (recorded). */
function end({ process, system, memory }: Context): void {
  for (const { socket } of memory.held.toReversed()) closeSocket(system, socket);
  exitProcess(system, process, 0);
}

function askFirst({ process, system, memory }: Context): void {
  if (memory.current === undefined) return;
  sendTcp(system, memory.current.socket, REQUEST);
  setTimer(system, process, "timeout", waitEnd(system.sim.now, memory.options));
}

function onSocket(context: Context): void {
  const { process, system, memory } = context;
  const { current } = memory;
  const socket = system.host.sockets.get(current?.socket ?? 0);
  if (current === undefined) return;
  if (socket?.kind !== "tcp") return lose(context, errorText("ECONNRESET"));
  if (socket.state === "SYN-SENT") return;
  if (socket.state === "CLOSED" && !current.asked) {
    return lose(context, errorText(socket.error ?? "ECONNREFUSED"));
  }
  if (!current.asked) {
    current.asked = true;
    return setTimer(system, process, "first", system.sim.now + FIRST_ASK_US);
  }
  const { data, end, error } = receiveTcpData(system, current.socket);
  current.answer += data;
  const body = bodyOf(current.answer);
  if (body !== undefined) return answered(context, body);
  if (error !== undefined) return lose(context, errorText(error));
  if (end) lose(context, "closed by peer");
}

/** The body once it is complete by its Content-Length. */
function bodyOf(answer: string): string | undefined {
  const end = answer.indexOf("\r\n\r\n");
  const length = /\r\ncontent-length:\s*(\d+)/i.exec(answer.slice(0, Math.max(0, end)))?.[1];
  if (end < 0 || length === undefined) return undefined;
  const body = answer.slice(end + 4);
  return body.length >= Number(length) ? body.slice(0, Number(length)).trim() : undefined;
}

function answered(context: Context, body: string): void {
  const { system, memory, process } = context;
  const { current, options } = memory;
  if (current === undefined) return;
  clearTimer(process, "timeout");
  memory.current = undefined;
  const socket = system.host.sockets.get(current.socket);
  if (memory.nextRoundAt !== 0) {
    const ms = Math.round((system.sim.now - current.since) / 1000);
    say(context, current, `ok ${body} (${ms} ms)`);
    return setTimer(system, process, "ask", system.sim.now + ROUND_TURN_US);
  }
  const own = socket?.kind === "tcp" ? `${socket.localAddress}:${socket.localPort}` : "";
  say(context, current, `${own} -> ${body}`);
  memory.held.push({ index: current.index, socket: current.socket });
  setTimer(system, process, "open", system.sim.now + options.gapUs + TURN_US);
}

/** A connection that could not be opened, or that did not answer any more. */
function lose(context: Context, reason: string): void {
  const { system, process, memory } = context;
  const { current, options } = memory;
  if (current === undefined) return;
  clearTimer(process, "timeout");
  memory.current = undefined;
  closeSocket(system, current.socket);
  if (memory.nextRoundAt === 0) {
    say(context, current, `FAILED ${reason}`);
    return setTimer(system, process, "open", system.sim.now + options.gapUs + TURN_US);
  }
  const after = ((system.sim.now - current.since) / 1_000_000).toFixed(3);
  say(context, current, `LOST after ${after} s: ${reason}`);
  memory.held = memory.held.filter(({ socket }) => socket !== current.socket);
  setTimer(system, process, "ask", system.sim.now + TURN_US);
}

function beginHolding(context: Context): void {
  const { process, system, memory } = context;
  const { holdUs, everyUs } = memory.options;
  if (everyUs === 0) {
    return setTimer(system, process, "end", memory.startedAt + holdUs);
  }
  memory.nextRoundAt = system.sim.now + everyUs;
  setTimer(system, process, "round", memory.nextRoundAt);
}

function beginRound(context: Context): void {
  const { memory, system } = context;
  memory.nextRoundAt = Math.max(memory.nextRoundAt + memory.options.everyUs, system.sim.now);
  memory.round = memory.held.map(({ socket }) => socket);
  askNext(context);
}

function askNext(context: Context): void {
  const { process, system, memory } = context;
  const socket = memory.round.shift();
  const held = memory.held.find((each) => each.socket === socket);
  if (held === undefined) {
    const isOver = system.sim.now >= memory.startedAt + memory.options.holdUs;
    if (isOver || memory.held.length === 0) {
      return setTimer(system, process, "end", system.sim.now + END_US);
    }
    return setTimer(system, process, "round", memory.nextRoundAt);
  }
  const since = system.sim.now;
  memory.current = { index: held.index, socket: held.socket, since, answer: "", asked: true };
  setTimer(system, process, "timeout", waitEnd(since, memory.options));
  sendTcp(system, held.socket, REQUEST);
  onSocket(context);
}

const ERRORS: Readonly<Record<SocketError, string>> = {
  EADDRINUSE: "[Errno 98] Address already in use",
  EADDRNOTAVAIL: "[Errno 99] Cannot assign requested address",
  ECONNREFUSED: "[Errno 111] Connection refused",
  ECONNRESET: "[Errno 104] Connection reset by peer",
  EHOSTUNREACH: "[Errno 113] No route to host",
  ENETUNREACH: "[Errno 101] Network is unreachable",
  ENODEV: "[Errno 19] No such device",
  EPIPE: "[Errno 32] Broken pipe",
  ETIMEDOUT: "[Errno 110] Connection timed out",
};

function errorText(error: SocketError): string {
  return ERRORS[error];
}

/** " 1 t=0.002 192.168.88.2:39578 -> 192.168.88.12" */
function say(
  { process, system, memory }: Context,
  { index, since }: { readonly index: number; readonly since: number },
  text: string,
): void {
  // In a round the time is that of the question.
  const at = memory.nextRoundAt === 0 ? system.sim.now : since;
  const time = ((at - memory.startedAt) / 1_000_000).toFixed(3);
  write(system, process, 1, `${String(index).padStart(2)} t=${time} ${text}\n`);
}
