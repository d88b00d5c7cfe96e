// A web server as the recordings have it: nginx 1.22.1 (openresty's core) with one page. It speaks
// HTTP/1.0 and 1.1 with keep-alive. Left out: workers as processes of their own.
import { ACCESS_LOG_PATH, appendFile, readFile, removeFile, writeFile } from "../host/files.ts";
import type { Process, Wake } from "../host/process.ts";
import {
  clearTimer,
  closeSocket,
  exitProcess,
  INIT,
  killProcess,
  setTimer,
  spawnProcess,
  write,
} from "../host/system.ts";
import { acceptTcp, listenTcp, receiveTcpData, sendTcp } from "../host/tcp.ts";
import { accessLine, answerTo, parseRequest } from "./nginx-answer.ts";
import {
  NGINX_CONFIGURATION,
  type NginxConfiguration,
  readNginxConfiguration,
} from "./nginx-configuration.ts";
import type { Program, System } from "./program.ts";

/** From the request to the first byte of the answer, and from the answer to the close. */
const ANSWER_US = 210;
const CLOSE_US = 70;
/** From the client's goodbye to ours. */
const GOODBYE_US = 140;
const BACKLOG = 511;
const MASTER = "nginx: master process /usr/sbin/nginx -c ";

/** The command line of a server that runs, as `ps` shows it. */
export function nginxCommand(file: string = NGINX_CONFIGURATION): string[] {
  return [MASTER + file];
}

interface Memory {
  configuration: NginxConfiguration;
  /** Listening sockets. */
  listeners: readonly number[];
  /** Bytes of a request that is not complete yet, by socket. */
  readonly requests: Map<number, string>;
}

export const nginx: Program = {
  startUs: 12_000,
  signals: ["SIGQUIT", "SIGTERM", "SIGHUP"],
  run(process, reason, system) {
    if (reason.kind === "start") {
      const [command = ""] = process.argv;
      if (command.startsWith(MASTER)) return start(process, command.slice(MASTER.length), system);
      return obey(process, system);
    }
    const memory = process.memory as Memory;
    switch (reason.kind) {
      case "socket":
        return onSocket(process, memory, reason.socket, system);
      case "timer":
        return onTimer(process, memory, reason.key, system);
      case "signal":
        return onSignal(process, memory, reason, system);
      default:
        return;
    }
  },
};

/** The command as typed: checks the configuration, then starts the server or signals it. */
function obey(process: Process, system: System): void {
  const words = process.argv.slice(1);
  const after = (option: string): string | undefined => words[words.indexOf(option) + 1];
  const say = (text: string, code: number): void => {
    write(system, process, 2, text);
    exitProcess(system, process, code);
  };
  if (words.includes("-v")) return say("nginx version: nginx/1.22.1\n", 0);
  const file = (words.includes("-c") ? after("-c") : undefined) ?? NGINX_CONFIGURATION;
  const configuration = loadConfiguration(file, system);
  if ("complaint" in configuration) {
    const failed = words.includes("-t") ? `nginx: configuration file ${file} test failed\n` : "";
    return say(`nginx: [emerg] ${configuration.complaint}\n${failed}`, 1);
  }
  if (words.includes("-t")) {
    const done = `nginx: the configuration file ${file} syntax is ok\n`;
    return say(`${done}nginx: configuration file ${file} test is successful\n`, 0);
  }
  if (words.includes("-s")) return signal(process, configuration, after("-s") ?? "", system);
  const taken = listenOn(process, configuration, system);
  if ("complaint" in taken) return say(taken.complaint, 1);
  for (const listener of taken.listeners) closeSocket(system, listener);
  const files = new Map([0, 1, 2].map((fd) => [fd, { kind: "null" } as const]));
  const common = { parent: INIT, files, environment: {}, directory: "/", delayUs: 0 };
  spawnProcess(system, { program: "nginx", argv: nginxCommand(file), ...common });
  exitProcess(system, process, 0);
}

const SIGNALS = { stop: "SIGTERM", quit: "SIGQUIT", reload: "SIGHUP", reopen: "SIGHUP" } as const;

function signal(
  process: Process,
  { pidFile }: NginxConfiguration,
  name: string,
  system: System,
): void {
  const known = Object.keys(SIGNALS).find((each) => each === name) as
    keyof typeof SIGNALS | undefined;
  const pid = Number(readFile(system.host, pidFile, system.sim) ?? "0");
  const missing = `nginx: [error] open() "${pidFile}" failed (2: No such file or directory)\n`;
  if (known === undefined) write(system, process, 2, `nginx: invalid option: "-s ${name}"\n`);
  else if (!killProcess(system, pid, SIGNALS[known])) write(system, process, 2, missing);
  else return exitProcess(system, process, 0);
  exitProcess(system, process, 1);
}

/** Reads and checks the file that a server would start with. */
export function loadConfiguration(
  file: string,
  { host, sim }: System,
): NginxConfiguration | { readonly complaint: string } {
  const text = readFile(host, file, sim);
  if (text !== undefined) return readNginxConfiguration(text, file);
  return { complaint: `open() "${file}" failed (2: No such file or directory)` };
}

function start(process: Process, file: string, system: System): void {
  const configuration = loadConfiguration(file, system);
  if ("complaint" in configuration) return exitProcess(system, process, 1);
  const opened = listenOn(process, configuration, system);
  if ("complaint" in opened) return exitProcess(system, process, 1);
  const { listeners } = opened;
  process.memory = { configuration, listeners, requests: new Map() } satisfies Memory;
  writeFile(system, configuration.pidFile, `${process.pid}\n`);
  system.sim.record(system.host, "mark", { what: "web-server", up: true });
}

/** Opens what the configuration listens on; those in `kept` stay open. */
function listenOn(
  process: Process,
  { listens }: NginxConfiguration,
  system: System,
  kept: readonly number[] = [],
): { readonly listeners: readonly number[] } | { readonly complaint: string } {
  const listeners: number[] = [];
  for (const { address, port } of listens) {
    const own = kept.find((id) => {
      const socket = system.host.sockets.get(id);
      if (socket?.kind !== "tcp-listener") return false;
      return socket.localAddress === address && socket.localPort === port;
    });
    const opened =
      own === undefined
        ? listenTcp(system, process, { address, port, backlog: BACKLOG })
        : { socket: own };
    if ("error" in opened) {
      for (const id of listeners) if (!kept.includes(id)) closeSocket(system, id);
      const reason =
        opened.error === "EADDRINUSE"
          ? "98: Address already in use"
          : "99: Cannot assign requested address";
      const complaint = `nginx: [emerg] bind() to ${address}:${port} failed (${reason})\n`;
      return { complaint };
    }
    listeners.push(opened.socket);
  }
  return { listeners };
}

function onSignal(
  process: Process,
  memory: Memory,
  reason: Wake & { kind: "signal" },
  system: System,
): void {
  if (reason.signal === "SIGHUP") return reload(process, memory, system);
  removeFile(system.host, memory.configuration.pidFile);
  system.sim.record(system.host, "mark", { what: "web-server", up: false });
  exitProcess(system, process, 0);
}

/** A file with a mistake in it leaves everything as it was. */
function reload(process: Process, memory: Memory, system: System): void {
  const file = (process.argv[0] ?? "").slice(MASTER.length);
  const configuration = loadConfiguration(file, system);
  if ("complaint" in configuration) return;
  const opened = listenOn(process, configuration, system, memory.listeners);
  if ("complaint" in opened) return;
  for (const id of memory.listeners) {
    if (!opened.listeners.includes(id)) closeSocket(system, id);
  }
  memory.configuration = configuration;
  memory.listeners = opened.listeners;
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
  const answer = answerTo(request, memory.configuration, system);
  const connection = system.host.sockets.get(socket);
  const client = connection?.kind === "tcp" ? connection.remoteAddress : "-";
  const { accessLog } = memory.configuration;
  if (accessLog !== undefined) {
    writeAccess(accessLog, accessLine(request, answer, client, system.sim), system);
  }
  sendTcp(system, socket, answer.text);
  if (!request.keepAlive) {
    setTimer(system, process, `close ${socket}`, system.sim.now + CLOSE_US);
  } else if (text.slice(headEnd + 4).includes("\r\n\r\n")) {
    setTimer(system, process, `answer ${socket}`, system.sim.now + ANSWER_US);
  }
}

/** The usual log is kept by lines, which copies of the host share. */
function writeAccess(path: string, text: string, system: System): void {
  const { host } = system;
  if (path !== ACCESS_LOG_PATH) return void appendFile(system, path, text);
  host.accessLog = Object.freeze({ text, previous: host.accessLog });
}

function hangUp(process: Process, memory: Memory, socket: number, system: System): void {
  memory.requests.delete(socket);
  clearTimer(process, `answer ${socket}`);
  closeSocket(system, socket);
}
