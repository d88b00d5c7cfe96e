// curl 7.88.1: HTTP requests one after the other, over one connection while it stands, each as a
// sequence of small steps. Left out: requests side by side, chunked bodies, TLS, sending bodies.
import type { Process } from "../host/process.ts";
import {
  clearTimer,
  closeSocket,
  exitProcess,
  readFile,
  setTimer,
  write,
  writeFile,
} from "../host/system.ts";
import { isLocalAddress } from "../host/route.ts";
import { connectTcp, receiveTcpData, sendTcp } from "../host/tcp.ts";
import type { TcpConnection } from "../host/tcp-state.ts";
import { parseIp } from "../wire/address.ts";
import {
  type CurlOptions,
  expandUrl,
  parseUrl,
  readCurlOptions,
  resolveName,
} from "./curl-options.ts";
import { marked, meterLine, meterStart, requestText, writeOut } from "./curl-text.ts";
import { resolvePath } from "./directory.ts";
import {
  isComplete,
  mayReuse,
  newTransfer,
  type Place,
  type Transfer,
  transferValues,
} from "./curl-transfer.ts";
import type { Program, System } from "./program.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Recorded: from connected to the request, and from the last byte to the FIN. */
const REQUEST_US = 450;
const CLOSE_US = 340;
/** The meter's first lines take time, which counts (recorded: refused "after 3 ms"). */
const METER_US = 3_000;

interface Context {
  readonly process: Process;
  readonly system: System;
  readonly transfer: Transfer;
}

export const curl: Program = {
  startUs: 25_000,
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    const transfer = process.memory as Transfer;
    const context = { process, system, transfer };
    if (reason.kind === "timer") return onTimer(context, reason.key);
    if (reason.kind === "socket" && reason.socket === transfer.socket) onSocket(context);
  },
};

function start(process: Process, system: System): void {
  const options = readCurlOptions(process.argv.slice(1));
  if ("complaint" in options) return quit(process, system, options.complaint, 2);
  const urls = options.urls.flatMap(expandUrl);
  begin({ process, system }, { options, urls, index: 0 }, undefined);
}

/** The next address, over the connection before when it leads to the same place. */
function begin(
  { process, system }: Pick<Context, "process" | "system">,
  place: Place,
  before: Transfer | undefined,
): void {
  const { host, sim } = system;
  const { options, urls, index } = place;
  const text = urls[index] ?? "";
  const say = (words: string): string => (options.silent && !options.showErrors ? "" : words);
  const url = parseUrl(text);
  if (url === undefined) {
    return quit(process, system, say("curl: (3) URL using bad/illegal format or missing URL\n"), 3);
  }
  if (url.scheme !== "http" && url.scheme !== "https") {
    const words = `curl: (1) Protocol "${url.scheme}" not supported or disabled in libcurl\n`;
    return quit(process, system, say(words), 1);
  }
  const address = resolveName(url.host, readFile(host, "/etc/hosts", sim) ?? "");
  if (address === undefined) {
    return quit(process, system, say(`curl: (6) Could not resolve host: ${url.host}\n`), 6);
  }
  const transfer = newTransfer({ ...place, url, address, startedAt: sim.now });
  process.memory = transfer;
  const context = { process, system, transfer };
  if (hasMeter(process, options)) write(system, process, 2, meterStart());
  if (before !== undefined && mayReuse(before, transfer, system)) return reuse(context, before);
  if (before !== undefined) closeSocket(system, before.socket);
  if (!hasMeter(process, options)) return open(context);
  transfer.startedAt = sim.now - METER_US / 3;
  setTimer(system, process, "open", sim.now + (METER_US * 2) / 3);
}

function open(context: Context): void {
  const { process, system, transfer } = context;
  const { options, url, address } = transfer;
  if (options.verbose) write(system, process, 2, `*   Trying ${address}:${url.port}...\n`);
  const source = sourceOf(system, options.from);
  if (options.from !== undefined && source === undefined) {
    return fail(context, 45, `Couldn't bind to '${options.from}'`);
  }
  if (source !== undefined && !isLocalAddress(system.host, source)) {
    return fail(context, 45, "bind failed with errno 99: Cannot assign requested address");
  }
  const { portUse } = system.host.tcp;
  const sourcePort = options.localPorts.find((port) => !portUse.has(port));
  if (options.localPorts.length > 0 && sourcePort === undefined) {
    return fail(context, 45, "bind failed with errno 98: Address already in use");
  }
  const opened = connectTcp(system, process, {
    destination: address,
    port: url.port,
    ...(source !== undefined && { source }),
    ...(sourcePort !== undefined && { sourcePort }),
  });
  if ("error" in opened) return fail(context, 7, connectFailure(context));
  transfer.socket = opened.socket;
  setTimers(context);
}

function reuse(context: Context, before: Transfer): void {
  const { process, system, transfer } = context;
  const { host } = transfer.url;
  transfer.socket = before.socket;
  transfer.step = "connected";
  transfer.connectedAt = system.sim.now;
  transfer.isReused = true;
  transfer.localAddress = before.localAddress;
  transfer.localPort = before.localPort;
  if (transfer.options.verbose) {
    write(system, process, 2, `* Re-using existing connection #0 with host ${host}\n`);
  }
  setTimers(context);
  setTimer(system, process, "request", system.sim.now + REQUEST_US);
}

function sourceOf({ host }: System, from: string | undefined): string | undefined {
  if (from === undefined || parseIp(from) !== undefined) return from;
  return host.nics.get(from)?.addresses[0]?.address;
}

function setTimers({ process, system, transfer }: Context): void {
  const { maxTimeUs, connectTimeoutUs } = transfer.options;
  const { now } = system.sim;
  // curl looks at its clock in whole milliseconds, one later than asked.
  if (maxTimeUs !== undefined && maxTimeUs > 0) {
    setTimer(system, process, "max-time", now + maxTimeUs + 1_000);
  }
  if (connectTimeoutUs !== undefined && connectTimeoutUs > 0) {
    setTimer(system, process, "connect-timeout", now + connectTimeoutUs + 1_000);
  }
  if (hasMeter(process, transfer.options)) setTimer(system, process, "meter", now + 1_000_000);
}

/** The meter shows unless it is silenced or the body goes to a terminal. */
function hasMeter(process: Process, { silent, output }: CurlOptions): boolean {
  return !silent && (output !== undefined || !isTerminal(process));
}

function isTerminal(process: Process): boolean {
  return process.files.get(1)?.kind === "console" && process.environment["TERM"] !== "dumb";
}

function onTimer(context: Context, key: string): void {
  const { process, system, transfer } = context;
  const elapsedMs = Math.floor((system.sim.now - transfer.startedAt) / 1000);
  switch (key) {
    case "open":
      return open(context);
    case "request":
      return ask(context);
    case "close":
      return finish(context);
    case "meter": {
      if (transfer.step === "done") return;
      const { received, length = 0 } = transfer;
      const elapsed = system.sim.now - transfer.startedAt - 1_000_000;
      write(system, process, 2, meterLine(received, length, elapsed));
      return setTimer(system, process, "meter", system.sim.now + 1_000_000);
    }
    case "connect-timeout":
      if (transfer.step !== "connecting") return;
      return fail(context, 28, `${failedAfter(context)} ms: Timeout was reached`);
    case "max-time": {
      if (transfer.step === "connecting") {
        return fail(context, 28, `Connection timed out after ${elapsedMs} milliseconds`);
      }
      const { received, length } = transfer;
      const bytes =
        length === undefined ? `${received} bytes` : `${received} out of ${length} bytes`;
      const text = `Operation timed out after ${elapsedMs} milliseconds with ${bytes} received`;
      return transfer.step === "done" ? undefined : fail(context, 28, text);
    }
  }
}

function onSocket(context: Context): void {
  const { process, system, transfer } = context;
  const socket = system.host.sockets.get(transfer.socket);
  if (transfer.step === "done") return;
  if (transfer.step === "connecting") {
    if (socket?.kind !== "tcp" || socket.state === "CLOSED") {
      return failConnect(context, socket as TcpConnection | undefined);
    }
    if (socket.state === "SYN-SENT") return;
    const { host, port } = transfer.url;
    transfer.step = "connected";
    transfer.connectedAt = system.sim.now;
    transfer.localAddress = socket.localAddress;
    transfer.localPort = socket.localPort;
    if (transfer.options.verbose) {
      write(system, process, 2, `* Connected to ${host} (${transfer.address}) port ${port} (#0)\n`);
    }
    setTimer(system, process, "request", system.sim.now + REQUEST_US);
    return;
  }
  const { data, end, error } = receiveTcpData(system, transfer.socket);
  take(context, data);
  if (isComplete(transfer)) return succeed(context);
  if (error !== undefined) return fail(context, 56, "Recv failure: Connection reset by peer");
  if (end) ended(context);
}

function failConnect(context: Context, socket: TcpConnection | undefined): void {
  if (socket?.error === "ETIMEDOUT") return fail(context, 28, connectFailure(context));
  fail(context, 7, connectFailure(context));
}

function connectFailure(context: Context): string {
  return `${failedAfter(context)} ms: Couldn't connect to server`;
}

function failedAfter({ system, transfer }: Context): string {
  const elapsedMs = Math.floor((system.sim.now - transfer.startedAt) / 1000);
  return `Failed to connect to ${transfer.url.host} port ${transfer.url.port} after ${elapsedMs}`;
}

function ask(context: Context): void {
  const { process, system, transfer } = context;
  const text = requestText(transfer.options, transfer.url);
  if (transfer.url.scheme === "https") {
    return fail(context, 35, "error:0A00010B:SSL routines::wrong version number");
  }
  transfer.step = "asked";
  if (transfer.options.verbose) write(system, process, 2, marked(">", text));
  sendTcp(system, transfer.socket, text);
  onSocket(context);
}

/** Sorts what has come into head and body. */
function take(context: Context, data: string): void {
  const { system, transfer } = context;
  if (data === "") return;
  if (transfer.firstByteAt === 0) transfer.firstByteAt = system.sim.now;
  if (transfer.status !== 0) return takeBody(context, data);
  transfer.head += data;
  const end = transfer.head.indexOf("\r\n\r\n");
  if (end < 0) return;
  const body = transfer.head.slice(end + 4);
  transfer.head = transfer.head.slice(0, end + 4);
  transfer.status = Number(/^HTTP\/\S+ (\d{3})/.exec(transfer.head)?.[1] ?? 200);
  const length = /\r\ncontent-length:\s*(\d+)/i.exec(transfer.head)?.[1];
  const { options } = transfer;
  transfer.length = length === undefined ? undefined : Number(length);
  if (options.verbose) write(system, context.process, 2, marked("<", transfer.head));
  if (options.include || options.head) put(context, transfer.head);
  if (body !== "") takeBody(context, body);
}

function takeBody(context: Context, data: string): void {
  const { transfer, system, process } = context;
  const room = transfer.length === undefined ? Infinity : transfer.length - transfer.received;
  const body = data.slice(0, room);
  transfer.received += body.length;
  // Whoever sees the body need not be told of it.
  const isSeen = transfer.options.output === undefined && isTerminal(process);
  if (transfer.options.verbose && !isSeen) {
    write(system, process, 2, `{ [${body.length} bytes data]\n`);
  }
  if (transfer.options.failOnError && transfer.status >= 400) return;
  const { text, rest } = decodeUtf8(transfer.pendingBytes + body);
  transfer.pendingBytes = rest;
  put(context, text);
}

function put({ process, system, transfer }: Context, text: string): void {
  const { output } = transfer.options;
  if (output === undefined || output === "-") {
    write(system, process, 1, text);
    return;
  }
  const name = output === "\0remote" ? (transfer.url.path.split("/").at(-1) ?? "") : output;
  const path = resolvePath(process.directory, name === "" ? "curl_response" : name);
  const isFirst = transfer.received <= text.length;
  const before = isFirst ? "" : (readFile(system.host, path, system.sim) ?? "");
  writeFile(system, path, before + text);
}

/** The server has closed: in time only when it announced no length. */
function ended(context: Context): void {
  const { transfer } = context;
  if (transfer.status === 0) return fail(context, 52, "Empty reply from server");
  if (transfer.length === undefined) return succeed(context);
  const missing = transfer.length - transfer.received;
  fail(context, 18, `transfer closed with ${missing} bytes remaining to read`);
}

function succeed(context: Context): void {
  const { process, system, transfer } = context;
  const { options, status } = transfer;
  if (options.failOnError && status >= 400) {
    return fail(context, 22, `The requested URL returned error: ${status}`);
  }
  transfer.step = "done";
  if (hasMeter(process, options)) {
    const elapsed = Math.max(1, system.sim.now - transfer.startedAt);
    const { received, length = 0 } = transfer;
    write(system, process, 2, `${meterLine(received, length, elapsed)}\n`);
  }
  if (options.verbose) {
    write(system, process, 2, `* Connection #0 to host ${transfer.url.host} left intact\n`);
  }
  printWriteOut(context);
  setTimer(system, process, "close", system.sim.now + CLOSE_US);
}

function finish({ process, system, transfer }: Context): void {
  const { options, urls, index, code } = transfer;
  for (const timer of ["max-time", "connect-timeout", "meter"]) clearTimer(process, timer);
  if (index + 1 < urls.length) {
    return begin({ process, system }, { options, urls, index: index + 1 }, transfer);
  }
  closeSocket(system, transfer.socket);
  exitProcess(system, process, code);
}

function fail(context: Context, code: number, message: string): void {
  const { process, system, transfer } = context;
  const { options } = transfer;
  transfer.step = "done";
  transfer.code = code;
  if (hasMeter(process, options)) {
    const { received, length = 0 } = transfer;
    const elapsed = system.sim.now - transfer.startedAt;
    write(system, process, 2, `${meterLine(received, length, elapsed)}\n`);
  }
  if (options.verbose) write(system, process, 2, `* ${message}\n* Closing connection 0\n`);
  if (!options.silent || options.showErrors) {
    write(system, process, 2, `curl: (${code}) ${message}\n`);
  }
  printWriteOut(context);
  finish(context);
}

function printWriteOut({ process, system, transfer }: Context): void {
  const { writeOut: format } = transfer.options;
  if (format === undefined) return;
  write(system, process, 1, writeOut(format, transferValues(transfer, system.sim.now)));
}

function quit(process: Process, system: System, stderr: string, code: number): void {
  write(system, process, 2, stderr);
  exitProcess(system, process, code);
}
