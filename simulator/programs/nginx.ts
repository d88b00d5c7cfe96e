// A web server as the recordings have it: nginx 1.22.1 (openresty's core) with one page. It speaks
// HTTP/1.0 and 1.1 with keep-alive, and keeps an access log. Of its configuration it reads the
// addresses to listen on and where its process id goes. Left out: workers, locations.
import { civilDate, readFile, removeFile, writeFile } from "../host/files.ts";
import type { Process, Wake } from "../host/process.ts";
import {
  clearTimer,
  closeSocket,
  exitProcess,
  INIT,
  setTimer,
  spawnProcess,
  write,
} from "../host/system.ts";
import { acceptTcp, listenTcp, receiveTcpData, sendTcp } from "../host/tcp.ts";
import { type Ip, parseIp } from "../wire/address.ts";
import type { Program, System } from "./program.ts";

const ROOT = "/var/www";
const PID_FILE = "/run/nginx.pid";
const CONFIG = "/etc/nginx/rig.conf";
/** From the request to the first byte of the answer, and from the answer to the close. */
const ANSWER_US = 210;
const CLOSE_US = 70;
/** From the client's goodbye to ours. */
const GOODBYE_US = 140;

interface Memory {
  readonly listeners: readonly number[];
  readonly pidFile: string;
  /** Bytes of a request that is not complete yet, by socket. */
  readonly requests: Map<number, string>;
}

export const nginx: Program = {
  startUs: 12_000,
  signals: ["SIGQUIT", "SIGTERM", "SIGHUP"],
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    const memory = process.memory as Memory;
    switch (reason.kind) {
      case "socket":
        return onSocket(process, memory, reason.socket, system);
      case "timer":
        return onTimer(process, memory, reason.key, system);
      case "signal":
        return onSignal(process, reason, system);
      default:
        return;
    }
  },
};

function start(process: Process, system: System): void {
  const at = process.argv.indexOf("-c");
  const path = at < 0 ? CONFIG : (process.argv[at + 1] ?? CONFIG);
  const config = readFile(system.host, path, system.sim) ?? "";
  if (at >= 0 && config === "") {
    const text = `open() "${path}" failed (2: No such file or directory)`;
    write(system, process, 2, `nginx: [emerg] ${text}\n`);
    return exitProcess(system, process, 1);
  }
  // Typed in a shell, the server goes to the background.
  if (process.parent !== INIT) return goBackground(process, system);
  const listeners: number[] = [];
  for (const { address, port } of listens(config)) {
    const opened = listenTcp(system, process, { address, port, backlog: 511 });
    if ("error" in opened) return exitProcess(system, process, 1);
    listeners.push(opened.socket);
  }
  const pidFile = /^\s*pid\s+([^;\s]+);/m.exec(config)?.[1] ?? PID_FILE;
  process.memory = { listeners, pidFile, requests: new Map() } satisfies Memory;
  writeFile(system, pidFile, `${process.pid}\n`);
  system.sim.record(system.host, "mark", { what: "web-server", up: true });
}

function goBackground(process: Process, system: System): void {
  const files = new Map([0, 1, 2].map((fd) => [fd, { kind: "null" } as const]));
  const { argv } = process;
  const common = { parent: INIT, files, environment: {}, directory: "/", delayUs: 1_000 };
  spawnProcess(system, { program: "nginx", argv, ...common });
  exitProcess(system, process, 0);
}

/** `listen 0.0.0.0:8080 …;` lines; without any, port 80 on all addresses. */
function listens(config: string): { address: Ip; port: number }[] {
  const found = [...config.matchAll(/\blisten\s+([^;\s]+)/g)].map(([, where = ""]) => {
    const [first = "", second] = where.split(":");
    const address = second === undefined ? "0.0.0.0" : first.replace("*", "0.0.0.0");
    return { address, port: Number(second ?? first) };
  });
  const good = found.filter(({ address, port }) => parseIp(address) !== undefined && port > 0);
  return good.length > 0 ? good : [{ address: "0.0.0.0", port: 80 }];
}

function onSignal(process: Process, reason: Wake & { kind: "signal" }, system: System): void {
  if (reason.signal === "SIGHUP") return;
  removeFile(system.host, (process.memory as Memory).pidFile);
  system.sim.record(system.host, "mark", { what: "web-server", up: false });
  exitProcess(system, process, 0);
}

function onSocket(process: Process, memory: Memory, socket: number, system: System): void {
  if (memory.listeners.includes(socket)) {
    let accepted = acceptTcp(system, process, socket);
    while (accepted !== undefined) {
      memory.requests.set(accepted, "");
      readRequest(process, memory, accepted, system);
      accepted = acceptTcp(system, process, socket);
    }
    return;
  }
  if (memory.requests.has(socket)) readRequest(process, memory, socket, system);
}

function readRequest(process: Process, memory: Memory, socket: number, system: System): void {
  const { data, end, error } = receiveTcpData(system, socket);
  const request = (memory.requests.get(socket) ?? "") + data;
  memory.requests.set(socket, request);
  if (error !== undefined) return hangUp(process, memory, socket, system);
  if (request.includes("\r\n\r\n")) {
    setTimer(system, process, `answer ${socket}`, system.sim.now + ANSWER_US);
  } else if (end) {
    setTimer(system, process, `close ${socket}`, system.sim.now + GOODBYE_US);
  }
}

function onTimer(process: Process, memory: Memory, key: string, system: System): void {
  const [what, id] = key.split(" ");
  const socket = Number(id);
  if (!memory.requests.has(socket)) return;
  if (what === "close") return hangUp(process, memory, socket, system);
  const text = memory.requests.get(socket) ?? "";
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return;
  memory.requests.set(socket, text.slice(headEnd + 4));
  const request = parseRequest(text.slice(0, headEnd));
  const sent = answer(request, system);
  sendTcp(system, socket, sent);
  logAccess(system, socket, request, sent);
  if (!request.keepAlive) {
    setTimer(system, process, `close ${socket}`, system.sim.now + CLOSE_US);
  } else if (text.slice(headEnd + 4).includes("\r\n\r\n")) {
    setTimer(system, process, `answer ${socket}`, system.sim.now + ANSWER_US);
  }
}

function hangUp(process: Process, memory: Memory, socket: number, system: System): void {
  memory.requests.delete(socket);
  clearTimer(process, `answer ${socket}`);
  closeSocket(system, socket);
}

/** The combined format, one line a request. */
function logAccess(system: System, id: number, request: Request, sent: string): void {
  const socket = system.host.sockets.get(id);
  if (socket?.kind !== "tcp") return;
  const { host, sim } = system;
  const date = logDate(sim.world.startEpoch + Math.floor(sim.now / 1_000_000));
  const status = /^HTTP\/1\.1 (\d+)/.exec(sent)?.[1] ?? "000";
  const size = sent.length - (sent.indexOf("\r\n\r\n") + 4);
  const line = `"${request.line}" ${status} ${size} "-" "${request.agent}"`;
  const entry = `${socket.remoteAddress} - - [${date}] ${line}\n`;
  host.accessLog = Object.freeze({ text: entry, previous: host.accessLog });
}

/** "23/Nov/2026:02:57:53 +0000". */
function logDate(epoch: number): string {
  const { year, month, day } = civilDate(Math.floor(epoch / 86_400));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const seconds = epoch % 86_400;
  const time = `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${two(day)}/${MONTHS[month - 1]}/${year}:${time} +0000`;
}

interface Request {
  readonly line: string;
  readonly agent: string;
  readonly method: string;
  readonly path: string;
  readonly keepAlive: boolean;
  readonly isValid: boolean;
}

function parseRequest(head: string): Request {
  const [line = "", ...headers] = head.split("\r\n");
  const match = /^([A-Z]+) (\S+) HTTP\/1\.([01])$/.exec(line);
  const connection = headers
    .map((header) => /^connection:\s*(.*)$/i.exec(header)?.[1]?.toLowerCase())
    .find((value) => value !== undefined);
  const keepAlive = match?.[3] === "1" ? connection !== "close" : connection === "keep-alive";
  const agent = headers.find((header) => /^user-agent:/i.test(header));
  return {
    line,
    agent: agent?.replace(/^[^:]*:\s*/, "") ?? "-",
    method: match?.[1] ?? "",
    path: match?.[2] ?? "/",
    keepAlive: match !== null && keepAlive,
    isValid: match !== null,
  };
}

function answer(request: Request, { host, sim }: System): string {
  const wanted = request.path.split("?")[0] ?? "/";
  const path = ROOT + (wanted.endsWith("/") ? `${wanted}index.html` : wanted);
  const content = request.isValid ? readFile(host, path, sim) : undefined;
  const now = sim.world.startEpoch + Math.floor(sim.now / 1_000_000);
  if (content === undefined) {
    // A directory without its index may not be listed.
    const missing = wanted.endsWith("/") ? "403 Forbidden" : "404 Not Found";
    return errorPage(request, request.isValid ? missing : "400 Bad Request", now);
  }
  const body = bytesOf(content);
  const modified = host.files.get(path)?.modified ?? now;
  const headers = [
    "HTTP/1.1 200 OK",
    "Server: nginx/1.22.1",
    `Date: ${httpDate(now)}`,
    "Content-Type: text/html",
    `Content-Length: ${body.length}`,
    `Last-Modified: ${httpDate(modified)}`,
    `Connection: ${request.keepAlive ? "keep-alive" : "close"}`,
    `ETag: "${modified.toString(16)}-${body.length.toString(16)}"`,
    "Accept-Ranges: bytes",
  ];
  return `${headers.join("\r\n")}\r\n\r\n${request.method === "HEAD" ? "" : body}`;
}

function errorPage(request: Request, status: string, now: number): string {
  const body = [
    "<html>",
    `<head><title>${status}</title></head>`,
    "<body>",
    `<center><h1>${status}</h1></center>`,
    "<hr><center>nginx/1.22.1</center>",
    "</body>",
    "</html>",
    "",
  ].join("\r\n");
  const headers = [
    `HTTP/1.1 ${status}`,
    "Server: nginx/1.22.1",
    `Date: ${httpDate(now)}`,
    "Content-Type: text/html",
    `Content-Length: ${body.length}`,
    `Connection: ${request.keepAlive ? "keep-alive" : "close"}`,
  ];
  return `${headers.join("\r\n")}\r\n\r\n${request.method === "HEAD" ? "" : body}`;
}

/** UTF-8 bytes, one character each. */
function bytesOf(text: string): string {
  return unescape(encodeURIComponent(text));
}

const DAYS = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** "Mon, 23 Nov 2026 02:52:11 GMT" (RFC 9110 5.6.7). */
export function httpDate(epoch: number): string {
  const days = Math.floor(epoch / 86_400);
  const { year, month, day } = civilDate(days);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const seconds = epoch % 86_400;
  const time = `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${DAYS[days % 7]}, ${two(day)} ${MONTHS[month - 1]} ${year} ${time} GMT`;
}
