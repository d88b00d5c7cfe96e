// A web server as the recordings have it: nginx 1.22.1 (openresty's core) with one page. It speaks
// HTTP/1.0 and 1.1 with keep-alive. Left out: workers as processes of their own.
import { ACCESS_LOG_PATH, appendFile, removeFile } from "../host/files.ts";
import type { Process } from "../host/process.ts";
import { clearTimer, closeSocket, exitProcess, setTimer } from "../host/system.ts";
import { acceptTcp, receiveTcpData, sendTcp } from "../host/tcp.ts";
import { accessLine, answerTo, parseRequest } from "./nginx-answer.ts";
import type { NginxMemory, NginxStarting } from "./nginx-start.ts";
import type { Program, System } from "./program.ts";

/** From the request to the first byte of the answer, and from the answer to the close. */
const ANSWER_US = 210;
const CLOSE_US = 70;
/** From the client's goodbye to ours. */
const GOODBYE_US = 140;
/** Without `starting` a server that runs serves on, and none may be started or reloaded. */
export function nginxWith(starting?: NginxStarting): Program {
  const known = (): NginxStarting => {
    if (starting === undefined) throw new Error("These programs start no nginx.");
    return starting;
  };
  return {
    startUs: 12_000,
    signals: ["SIGQUIT", "SIGTERM", "SIGHUP"],
    run(process, reason, system) {
      if (reason.kind === "start") return known().start(process, system);
      const memory = process.memory as NginxMemory;
      switch (reason.kind) {
        case "socket":
          return onSocket(process, memory, reason.socket, system);
        case "timer":
          return onTimer(process, memory, reason.key, system);
        case "signal":
          if (reason.signal === "SIGHUP") return known().reload(process, memory, system);
          return end(process, memory, system);
        default:
          return;
      }
    },
  };
}

function end(process: Process, memory: NginxMemory, system: System): void {
  removeFile(system.host, memory.configuration.pidFile);
  system.sim.record(system.host, "mark", { what: "web-server", up: false });
  exitProcess(system, process, 0);
}

function onSocket(process: Process, memory: NginxMemory, socket: number, system: System): void {
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

function readRequest(process: Process, memory: NginxMemory, socket: number, system: System): void {
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

function onTimer(process: Process, memory: NginxMemory, key: string, system: System): void {
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

function hangUp(process: Process, memory: NginxMemory, socket: number, system: System): void {
  memory.requests.delete(socket);
  clearTimer(process, `answer ${socket}`);
  closeSocket(system, socket);
}
