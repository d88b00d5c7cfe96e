// hold N TARGET[:PORT]: a small program of the lab's own. Opens N connections one after the other,
// asks for / on each, prints who answered, and keeps them open; with --every S it asks again.
import type { Process } from "../host/process.ts";
import { exitProcess, setTimer, clearTimer, write } from "../host/system.ts";
import type { SocketError } from "../host/socket.ts";
import { parseIp } from "../wire/address.ts";
import {
  ask,
  closeExchange,
  type Exchange,
  openExchange,
  parseAnswer,
  proceed,
} from "./http-client.ts";
import type { Program, System } from "./program.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const USAGE = "usage: hold N TARGET[:PORT] [--src A,B] [--secs S] [--gap G] [--every E] [--timeout T]\n";

interface Memory {
  readonly count: number;
  readonly host: string;
  readonly port: number;
  readonly sources: readonly string[];
  readonly sourcePort: number;
  readonly gapUs: number;
  readonly everyUs: number;
  readonly timeoutUs: number;
  readonly startedAt: number;
  readonly endsAt: number;
  /** Connections that are open, by their number. */
  readonly open: Map<number, Exchange>;
  opened: number;
  /** The connection that is being opened or asked now; 0 for none. */
  current: number;
  askedAt: number;
  /** When the next round of questions begins. */
  roundAt: number;
  round: number[];
  phase: "opening" | "holding";
}

export const hold: Program = {
  startUs: 98_000,
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    const memory = process.memory as Memory;
    if (reason.kind === "socket") return onSocket(process, memory, reason.socket, system);
    if (reason.kind === "timer") return onTimer(process, memory, reason.key, system);
  },
};

function start(process: Process, system: System): void {
  const words = process.argv.slice(1);
  const value = (name: string, byDefault: string): string => {
    const at = words.indexOf(name);
    return at < 0 ? byDefault : (words[at + 1] ?? byDefault);
  };
  const [count = "", target = ""] = words;
  const [host = "", port = "80"] = target.split(":");
  if (!/^\d+$/.test(count) || parseIp(host) === undefined) {
    write(system, process, 2, USAGE);
    return exitProcess(system, process, 2);
  }
  const us = (name: string, byDefault: string): number => Number(value(name, byDefault)) * 1e6;
  const { now } = system.sim;
  process.memory = {
    count: Number(count),
    host,
    port: Number(port),
    sources: value("--src", "").split(",").filter((word) => word !== ""),
    sourcePort: Number(value("--sport", "0")),
    gapUs: us("--gap", "0.05"),
    everyUs: us("--every", "0"),
    timeoutUs: us("--timeout", "3"),
    startedAt: now,
    endsAt: now + us("--secs", "10"),
    open: new Map(),
    opened: 0,
    current: 0,
    askedAt: now,
    roundAt: 0,
    round: [],
    phase: "opening",
  } satisfies Memory;
  openNext(process, process.memory as Memory, system);
}

function openNext(process: Process, memory: Memory, system: System): void {
  if (memory.opened >= memory.count) return beginHolding(process, memory, system);
  const number = ++memory.opened;
  memory.current = number;
  memory.askedAt = system.sim.now;
  const source = memory.sources[(number - 1) % Math.max(1, memory.sources.length)];
  const sourcePort = memory.sourcePort === 0 ? undefined : memory.sourcePort + number - 1;
  const exchange = openExchange(system, process, {
    destination: memory.host,
    port: memory.port,
    ...(source !== undefined && { source }),
    ...(sourcePort !== undefined && { sourcePort }),
  });
  memory.open.set(number, exchange);
  setTimer(system, process, "timeout", system.sim.now + memory.timeoutUs);
  if (exchange.step === "failed") failed(process, memory, exchange.error, system);
}

function onSocket(process: Process, memory: Memory, socket: number, system: System): void {
  const exchange = memory.open.get(memory.current);
  if (exchange?.socket !== socket) return;
  proceed(system, exchange);
  if (exchange.step === "connected") return ask(system, exchange, REQUEST);
  if (exchange.step === "failed") return failed(process, memory, exchange.error, system);
  if (exchange.step === "answered") answered(process, memory, exchange, system);
}

function answered(process: Process, memory: Memory, exchange: Exchange, system: System): void {
  clearTimer(process, "timeout");
  const body = parseAnswer(exchange.received, "GET")?.body.trim() ?? "";
  const number = String(memory.current).padStart(2);
  const time = clock(memory, system);
  if (memory.phase === "opening") {
    const connection = system.host.sockets.get(exchange.socket);
    const local = connection?.kind === "tcp" ? connection : undefined;
    const own = `${local?.localAddress ?? ""}:${local?.localPort ?? 0}`;
    write(system, process, 1, `${number} t=${time} ${own} -> ${body}\n`);
  } else {
    const ms = Math.round((system.sim.now - memory.askedAt) / 1000);
    write(system, process, 1, `${number} t=${time} ok ${body} (${ms} ms)\n`);
  }
  next(process, memory, system);
}

const ERRORS: Readonly<Partial<Record<SocketError, string>>> = {
  ECONNREFUSED: "[Errno 111] Connection refused",
  ECONNRESET: "[Errno 104] Connection reset by peer",
  EHOSTUNREACH: "[Errno 113] No route to host",
  ENETUNREACH: "[Errno 101] Network is unreachable",
  ETIMEDOUT: "[Errno 110] Connection timed out",
  EADDRNOTAVAIL: "[Errno 99] Cannot assign requested address",
};

function failed(
  process: Process,
  memory: Memory,
  error: SocketError | "timed out" | undefined,
  system: System,
): void {
  clearTimer(process, "timeout");
  const exchange = memory.open.get(memory.current);
  const named = error === undefined || error === "timed out" ? undefined : ERRORS[error];
  const text = error === "timed out" ? error : (named ?? "closed by peer");
  const number = String(memory.current).padStart(2);
  const time = clock(memory, system);
  const after = ((system.sim.now - memory.askedAt) / 1e6).toFixed(3);
  const words = memory.phase === "opening" ? "FAILED" : `LOST after ${after} s:`;
  write(system, process, 1, `${number} t=${time} ${words} ${text}\n`);
  memory.open.delete(memory.current);
  if (exchange !== undefined) closeExchange(system, exchange);
  next(process, memory, system);
}

function next(process: Process, memory: Memory, system: System): void {
  memory.current = 0;
  if (memory.phase === "holding") return askNext(process, memory, system);
  setTimer(system, process, "next", system.sim.now + memory.gapUs);
}

function beginHolding(process: Process, memory: Memory, system: System): void {
  memory.phase = "holding";
  memory.roundAt = system.sim.now;
  nextRound(process, memory, system);
}

function nextRound(process: Process, memory: Memory, system: System): void {
  const { now } = system.sim;
  const over = memory.everyUs === 0 || now >= memory.endsAt || memory.open.size === 0;
  if (over) return setTimer(system, process, "end", Math.max(now, memory.endsAt));
  memory.roundAt = Math.max(memory.roundAt + memory.everyUs, now);
  memory.round = [...memory.open.keys()];
  setTimer(system, process, "round", memory.roundAt);
}

function askNext(process: Process, memory: Memory, system: System): void {
  const number = memory.round.shift();
  const exchange = number === undefined ? undefined : memory.open.get(number);
  if (number === undefined || exchange === undefined) return nextRound(process, memory, system);
  memory.current = number;
  memory.askedAt = system.sim.now;
  setTimer(system, process, "timeout", system.sim.now + memory.timeoutUs);
  ask(system, exchange, REQUEST);
}

function onTimer(process: Process, memory: Memory, key: string, system: System): void {
  switch (key) {
    case "next":
      return openNext(process, memory, system);
    case "round":
      return askNext(process, memory, system);
    case "timeout":
      return failed(process, memory, "timed out", system);
    case "end":
      return exitProcess(system, process, 0);
  }
}

function clock(memory: Memory, system: System): string {
  return ((system.sim.now - memory.startedAt) / 1e6).toFixed(3);
}
