// One HTTP request over one connection, step by step, for curl, hold and the traffic program. The
// caller owns the record and hands on the wakes of its socket.
import { closeSocket } from "../host/system.ts";
import type { Process } from "../host/process.ts";
import type { SocketError } from "../host/socket.ts";
import { connectTcp, receiveTcpData, sendTcp } from "../host/tcp.ts";
import type { Ip } from "../wire/address.ts";
import type { System } from "./program.ts";

export interface Exchange {
  socket: number;
  step: "connecting" | "connected" | "asked" | "answered" | "failed";
  readonly method: string;
  readonly openedAt: number;
  received: string;
  ended: boolean;
  error: SocketError | undefined;
}

export function openExchange(
  system: System,
  process: Process,
  to: { destination: Ip; port: number; source?: Ip; sourcePort?: number },
  method = "GET",
): Exchange {
  const opened = connectTcp(system, process, to);
  const failed = "error" in opened;
  return {
    socket: failed ? 0 : opened.socket,
    step: failed ? "failed" : "connecting",
    method,
    openedAt: system.sim.now,
    received: "",
    ended: false,
    error: failed ? opened.error : undefined,
  };
}

/** Sends the request; the answer then comes with wakes of the socket. */
export function ask(system: System, exchange: Exchange, request: string): void {
  exchange.step = "asked";
  exchange.received = "";
  sendTcp(system, exchange.socket, request);
}

/** Takes in what a wake of the socket brought. */
export function proceed(system: System, exchange: Exchange): void {
  const connection = system.host.sockets.get(exchange.socket);
  if (connection?.kind !== "tcp") return;
  if (exchange.step === "connecting") {
    if (connection.state === "CLOSED") return fail(exchange, connection.error);
    if (connection.state !== "SYN-SENT") exchange.step = "connected";
    return;
  }
  const { data, end, error } = receiveTcpData(system, exchange.socket);
  exchange.received += data;
  exchange.ended ||= end;
  if (exchange.step !== "asked") return;
  const answer = parseAnswer(exchange.received, exchange.method);
  const complete = answer !== undefined && answer.body.length >= answer.length;
  if (complete || (exchange.ended && answer !== undefined)) exchange.step = "answered";
  else if (error !== undefined) fail(exchange, error);
  else if (exchange.ended) fail(exchange, undefined);
}

export function closeExchange(system: System, exchange: Exchange): void {
  if (exchange.socket !== 0) closeSocket(system, exchange.socket);
}

function fail(exchange: Exchange, error: SocketError | undefined): void {
  exchange.step = "failed";
  exchange.error = error;
}

export interface Answer {
  readonly head: string;
  readonly body: string;
  readonly status: number;
  /** Bytes the body should have; Infinity when only the end of the connection tells. */
  readonly length: number;
}

/** The answer so far, once its head is complete. */
export function parseAnswer(received: string, method: string): Answer | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = received.slice(0, end + 4);
  const declared = /^content-length:\s*(\d+)/im.exec(head)?.[1];
  const length = method === "HEAD" ? 0 : declared === undefined ? Infinity : Number(declared);
  const body = received.slice(end + 4, end + 4 + length);
  return { head, body, length, status: Number(head.slice(9, 12)) };
}
