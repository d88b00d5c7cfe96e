// nc (OpenBSD's, as Debian has it): tries ports (-z), talks over a connection, listens (-l), with TCP
// or UDP (-u). Left out: proxies, UNIX sockets, TLS, ranges beyond a few ports.
import type { Process } from "../host/process.ts";
import type { SocketError, UdpSocket } from "../host/socket.ts";
import {
  clearTimer,
  closeSocket,
  exitProcess,
  read,
  readFile,
  setTimer,
  write,
} from "../host/system.ts";
import { acceptTcp, connectTcp, listenTcp, receiveTcpData, sendTcp } from "../host/tcp.ts";
import { openUdp, sendUdp } from "../host/udp.ts";
import { resolveName } from "./curl-options.ts";
import { readShortOptions, secondsToUs } from "./options.ts";
import type { Program, System } from "./program.ts";
import { bytesOf, decodeUtf8 } from "./utf8.ts";

interface Options {
  readonly listens: boolean;
  readonly udp: boolean;
  readonly scans: boolean;
  readonly verbose: boolean;
  /** `-k`: after one connection the next. */
  readonly keeps: boolean;
  /** `-N` and `-q`: ends when standard input has ended. */
  readonly endsWithInput: boolean;
  readonly waitUs: number | undefined;
  readonly address: string;
  readonly name: string;
  readonly ports: readonly number[];
  readonly source: string | undefined;
  readonly sourcePort: number | undefined;
}

interface Memory {
  readonly options: Options;
  /** Which of the ports it is at. */
  index: number;
  listener: number;
  socket: number;
  connected: boolean;
  failed: boolean;
  /** Who sent the first datagram, when it listens for them. */
  peer: { readonly address: string; readonly port: number } | undefined;
}

interface Context {
  readonly process: Process;
  readonly system: System;
  readonly memory: Memory;
}

const USAGE =
  "usage: nc [-klNnuvz] [-p source_port] [-q seconds] [-s source]\n" +
  "\t  [-w timeout] [destination] [port]\n";
const MOST_PORTS = 1024;
const SERVICES: Readonly<Record<number, string>> = {
  22: "ssh",
  53: "domain",
  80: "http",
  443: "https",
  3306: "mysql",
  6379: "redis",
  8080: "http-alt",
};
/** How long `-zu` waits for a complaint. */
const UDP_PROBE_US = 2_000_000;

export const nc: Program = {
  startUs: 4_000,
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    const context = { process, system, memory: process.memory as Memory };
    switch (reason.kind) {
      case "readable":
        return readInput(context);
      case "timer":
        return onTimer(context);
      case "socket":
        return context.memory.options.udp ? onDatagram(context) : onSocket(context, reason.socket);
      default:
        return;
    }
  },
};

function quit(process: Process, system: System, stderr: string): void {
  write(system, process, 2, stderr);
  exitProcess(system, process, 1);
}

function start(process: Process, system: System): void {
  const options = readOptions(process, system);
  if (typeof options === "string") return quit(process, system, options);
  const memory: Memory = {
    options,
    index: 0,
    listener: 0,
    socket: 0,
    connected: false,
    failed: false,
    peer: undefined,
  };
  process.memory = memory;
  const context = { process, system, memory };
  if (options.listens) listen(context);
  else connect(context);
}

function readOptions(process: Process, { host, sim }: System): Options | string {
  const read = readShortOptions("nc", process.argv.slice(1), "4klNnuvzdtw:p:q:s:i:");
  if ("complaint" in read) return read.complaint + USAGE;
  const { flags, values, rest } = read;
  const listens = flags.has("l");
  const [name = "", portText] = rest.length === 1 && listens ? ["0.0.0.0", rest[0]] : rest;
  const ports = portsOf(portText ?? values.get("p"));
  if (rest.length === 0 && values.get("p") === undefined) return USAGE;
  if (portText === undefined && !listens) return "nc: missing port number\n";
  if (ports === undefined) return `nc: port number invalid: ${portText ?? ""}\n`;
  const address = resolveName(name, readFile(host, "/etc/hosts", sim) ?? "");
  if (address === undefined && name !== "") {
    return `nc: getaddrinfo for host "${name}" port ${portText}: Name or service not known\n`;
  }
  const port = values.get("p");
  return {
    listens,
    udp: flags.has("u"),
    scans: flags.has("z"),
    verbose: flags.has("v"),
    keeps: flags.has("k"),
    endsWithInput: flags.has("N") || values.has("q"),
    waitUs: secondsToUs(values.get("w")),
    address: address ?? "0.0.0.0",
    name,
    ports,
    source: values.get("s"),
    sourcePort: port === undefined || listens ? undefined : Number(port),
  };
}

/** "80" or "80-82". */
function portsOf(text: string | undefined): number[] | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text ?? "");
  const [low, high] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (match === null || low < 1 || high > 65_535 || high < low) return undefined;
  return Array.from({ length: Math.min(MOST_PORTS, high - low + 1) }, (_, i) => low + i);
}

function listen({ process, system, memory }: Context): void {
  const { options } = memory;
  const port = options.ports[0] ?? 0;
  const opened = options.udp
    ? openUdp(system, process, { address: options.address, port })
    : listenTcp(system, process, { address: options.address, port, backlog: 1 });
  if ("error" in opened) return quit(process, system, `nc: ${ERRORS[opened.error]}\n`);
  const what = options.udp ? "Bound" : "Listening";
  if (options.verbose) {
    write(system, process, 2, `${what} on ${options.address} ${port}\n`);
  }
  if (options.udp) memory.socket = opened.socket;
  else memory.listener = opened.socket;
}

function connect(context: Context): void {
  const { process, system, memory } = context;
  const { options } = memory;
  const port = options.ports[memory.index];
  if (port === undefined) return exitProcess(system, process, memory.failed ? 1 : 0);
  if (options.udp) return connectUdp(context, port);
  const opened = connectTcp(system, process, {
    destination: options.address,
    port,
    ...(options.source !== undefined && { source: options.source }),
    ...(options.sourcePort !== undefined && { sourcePort: options.sourcePort }),
  });
  if ("error" in opened) return failConnect(context, ERRORS[opened.error]);
  memory.socket = opened.socket;
  if (options.waitUs !== undefined) {
    setTimer(system, process, "wait", system.sim.now + options.waitUs);
  }
}

function connectUdp(context: Context, port: number): void {
  const { process, system, memory } = context;
  const { options } = memory;
  const opened = openUdp(system, process, {
    ...(options.source !== undefined && { address: options.source }),
    ...(options.sourcePort !== undefined && { port: options.sourcePort }),
  });
  if ("error" in opened) return quit(process, system, `nc: ${ERRORS[opened.error]}\n`);
  memory.socket = opened.socket;
  memory.peer = { address: options.address, port };
  memory.connected = true;
  if (!options.scans) return readInput(context);
  send(context, "X");
  setTimer(system, process, "wait", system.sim.now + UDP_PROBE_US);
}

const ERRORS: Readonly<Record<SocketError, string>> = {
  EADDRINUSE: "Address already in use",
  EADDRNOTAVAIL: "Cannot assign requested address",
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  EHOSTUNREACH: "No route to host",
  ENETUNREACH: "Network is unreachable",
  ENODEV: "No such device",
  EPIPE: "Broken pipe",
  ETIMEDOUT: "Connection timed out",
};

function failConnect(context: Context, reason: string): void {
  const { process, system, memory } = context;
  const { options } = memory;
  clearTimer(process, "wait");
  memory.failed = true;
  closeSocket(system, memory.socket);
  // Without -v it fails in silence.
  if (options.verbose) {
    const protocol = options.udp ? "udp" : "tcp";
    const where = `${options.name} port ${options.ports[memory.index]} (${protocol})`;
    const text = reason.startsWith("timed out")
      ? `${where} ${reason}`
      : `${where} failed: ${reason}`;
    write(system, process, 2, `nc: connect to ${text}\n`);
  }
  next(context);
}

function next(context: Context): void {
  context.memory.index++;
  context.memory.connected = false;
  connect(context);
}

function succeed(context: Context): void {
  const { process, system, memory } = context;
  const { options } = memory;
  const port = options.ports[memory.index] ?? 0;
  clearTimer(process, "wait");
  memory.connected = true;
  if (options.verbose) {
    const protocol = options.udp ? "udp" : "tcp";
    const service = SERVICES[port] ?? "*";
    const text = `${options.name} ${port} port [${protocol}/${service}] succeeded!`;
    write(system, process, 2, `Connection to ${text}\n`);
  }
  if (!options.scans) return readInput(context);
  closeSocket(system, memory.socket);
  next(context);
}

function onTimer(context: Context): void {
  const { process, system, memory } = context;
  const { options } = memory;
  // Nobody complained of the datagram: the port counts as open.
  if (options.udp && options.scans) return succeed(context);
  if (memory.connected) return exitProcess(system, process, 0);
  failConnect(context, "timed out: Operation now in progress");
}

function onSocket(context: Context, id: number): void {
  const { process, system, memory } = context;
  if (id === memory.listener) return accept(context);
  if (id !== memory.socket) return;
  const socket = system.host.sockets.get(id);
  if (!memory.connected) {
    if (socket?.kind === "tcp" && socket.state === "SYN-SENT") return;
    if (socket?.kind === "tcp" && socket.state !== "CLOSED") return succeed(context);
    const error = socket?.kind === "tcp" ? socket.error : undefined;
    return failConnect(context, ERRORS[error ?? "ECONNREFUSED"]);
  }
  const { data, end, error } = receiveTcpData(system, id);
  write(system, process, 1, decodeUtf8(data).text);
  rearm(context);
  if (error !== undefined || end) hangUp(context);
}

function accept(context: Context): void {
  const { process, system, memory } = context;
  const { options } = memory;
  if (memory.connected) return;
  const accepted = acceptTcp(system, process, memory.listener);
  if (accepted === undefined) return;
  memory.socket = accepted;
  memory.connected = true;
  const socket = system.host.sockets.get(accepted);
  if (options.verbose && socket?.kind === "tcp") {
    const who = `${socket.remoteAddress} ${socket.remotePort}`;
    write(system, process, 2, `Connection received on ${who}\n`);
  }
  readInput(context);
  onSocket(context, accepted);
}

/** The other end has gone. */
function hangUp(context: Context): void {
  const { process, system, memory } = context;
  closeSocket(system, memory.socket);
  memory.connected = false;
  if (!memory.options.listens || !memory.options.keeps) return exitProcess(system, process, 0);
  accept(context);
}

function onDatagram(context: Context): void {
  const { process, system, memory } = context;
  const socket = system.host.sockets.get(memory.socket);
  if (socket?.kind !== "udp") return;
  if (socket.error !== undefined) {
    socket.error = undefined;
    if (memory.options.scans) return failConnect(context, ERRORS.ECONNREFUSED);
    return exitProcess(system, process, 1);
  }
  const { received } = socket;
  socket.received = [];
  for (const { source, sourcePort, data } of received) {
    if (memory.peer === undefined) {
      memory.peer = { address: source, port: sourcePort };
      if (memory.options.verbose) {
        write(system, process, 2, `Connection received on ${source} ${sourcePort}\n`);
      }
      memory.connected = true;
      readInput(context);
    }
    write(system, process, 1, decodeUtf8(data).text);
  }
  rearm(context);
}

/** `-w` counts from the last thing that happened. */
function rearm({ process, system, memory }: Context): void {
  const { waitUs } = memory.options;
  if (waitUs !== undefined && process.ended === undefined) {
    setTimer(system, process, "wait", system.sim.now + waitUs);
  }
}

function send({ system, memory }: Context, data: string): void {
  if (!memory.options.udp) return sendTcp(system, memory.socket, data);
  const socket = system.host.sockets.get(memory.socket) as UdpSocket | undefined;
  if (socket === undefined || memory.peer === undefined) return;
  const { address, port } = memory.peer;
  sendUdp(system, socket, { destination: address, port }, data);
}

/** Standard input goes to the other end; at its end nc stays, unless it was told to go. */
function readInput(context: Context): void {
  const { process, system, memory } = context;
  if (!memory.connected) return;
  for (;;) {
    const taken = read(system, process, 0);
    if (taken === "wait") return rearm(context);
    if (taken.data !== "") send(context, bytesOf(taken.data));
    if (!taken.end) continue;
    if (memory.options.endsWithInput) return exitProcess(system, process, 0);
    return rearm(context);
  }
}
