// traffic URL-HOST [--every S] [--timeout T]: a small program of the lab's own, a client that asks
// for a page again and again, each time on a new connection, and marks on the time line what came.
import type { Process } from "../host/process.ts";
import { exitProcess, setTimer } from "../host/system.ts";
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

interface Memory {
  readonly target: string;
  readonly everyUs: number;
  readonly timeoutUs: number;
  /** Requests on their way, by number. */
  readonly open: Map<number, Exchange>;
  sent: number;
}

export const traffic: Program = {
  startUs: 5_000,
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    const memory = process.memory as Memory;
    if (reason.kind === "socket") return onSocket(process, reason.socket, system);
    if (reason.kind !== "timer") return;
    if (reason.key === "next") return send(process, memory, system);
    giveUp(process, Number(reason.key), system);
  },
};

function start(process: Process, system: System): void {
  const [target = "", ...words] = process.argv.slice(1);
  if (parseIp(target) === undefined) return exitProcess(system, process, 2);
  const us = (name: string, byDefault: number): number => {
    const at = words.indexOf(name);
    return (at < 0 ? byDefault : Number(words[at + 1] ?? byDefault)) * 1_000_000;
  };
  process.memory = {
    target,
    everyUs: us("--every", 0.5),
    timeoutUs: us("--timeout", 1),
    open: new Map(),
    sent: 0,
  } satisfies Memory;
  send(process, process.memory as Memory, system);
}

function send(process: Process, memory: Memory, system: System): void {
  const { sim, host } = system;
  const n = ++memory.sent;
  sim.record(host, "mark", { what: "request", pid: process.pid, n, to: memory.target });
  const exchange = openExchange(system, process, { destination: memory.target, port: 80 });
  memory.open.set(n, exchange);
  setTimer(system, process, "next", sim.now + memory.everyUs);
  setTimer(system, process, String(n), sim.now + memory.timeoutUs);
  if (exchange.step === "failed") conclude(process, n, exchange, system);
}

function onSocket(process: Process, socket: number, system: System): void {
  const memory = process.memory as Memory;
  for (const [n, exchange] of memory.open) {
    if (exchange.socket !== socket) continue;
    proceed(system, exchange);
    if (exchange.step === "connected") {
      const request = `GET / HTTP/1.1\r\nHost: ${memory.target}\r\n\r\n`;
      ask(system, exchange, request);
    } else if (exchange.step === "answered" || exchange.step === "failed") {
      conclude(process, n, exchange, system);
    }
    return;
  }
}

function giveUp(process: Process, n: number, system: System): void {
  const memory = process.memory as Memory;
  const exchange = memory.open.get(n);
  if (exchange === undefined) return;
  const { openedAt } = exchange;
  const { pid } = process;
  system.sim.record(system.host, "mark", { what: "timed-out", pid, n, sentAt: openedAt });
  memory.open.delete(n);
  closeExchange(system, exchange);
}

function conclude(process: Process, n: number, exchange: Exchange, system: System): void {
  const memory = process.memory as Memory;
  const { pid } = process;
  const { openedAt: sentAt, error } = exchange;
  const server = parseAnswer(exchange.received, "GET")?.body.trim() ?? "";
  const fields =
    exchange.step === "answered"
      ? { what: "answered", pid, n, sentAt, server }
      : { what: "refused", pid, n, sentAt, error };
  system.sim.record(system.host, "mark", fields);
  memory.open.delete(n);
  closeExchange(system, exchange);
}
