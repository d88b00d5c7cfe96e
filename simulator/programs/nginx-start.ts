// How nginx comes to run: the command as typed, its configuration checked, its listeners opened, and
// the same again when it is told to reload.
import { writeFile } from "../host/files.ts";
import { readFile } from "../host/read-file.ts";
import type { Process } from "../host/process.ts";
import {
  closeSocket,
  exitProcess,
  INIT,
  killProcess,
  spawnProcess,
  write,
} from "../host/system.ts";
import { listenTcp } from "../host/tcp.ts";
import {
  NGINX_CONFIGURATION,
  type NginxConfiguration,
  readNginxConfiguration,
} from "./nginx-configuration.ts";
import type { System } from "./program.ts";

const BACKLOG = 511;
const MASTER = "nginx: master process /usr/sbin/nginx -c ";

/** The command line of a server that runs, as `ps` shows it. */
export function nginxCommand(file: string = NGINX_CONFIGURATION): string[] {
  return [MASTER + file];
}

/** What a running server remembers. */
export interface NginxMemory {
  configuration: NginxConfiguration;
  /** Listening sockets. */
  listeners: readonly number[];
  /** Bytes of a request that is not complete yet, by socket. */
  readonly requests: Map<number, string>;
}

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

function serve(process: Process, file: string, system: System): void {
  const configuration = loadConfiguration(file, system);
  if ("complaint" in configuration) return exitProcess(system, process, 1);
  const opened = listenOn(process, configuration, system);
  if ("complaint" in opened) return exitProcess(system, process, 1);
  const { listeners } = opened;
  process.memory = { configuration, listeners, requests: new Map() } satisfies NginxMemory;
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

/** A file with a mistake in it leaves everything as it was. */
function reload(process: Process, memory: NginxMemory, system: System): void {
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

function start(process: Process, system: System): void {
  const [command = ""] = process.argv;
  if (command.startsWith(MASTER)) serve(process, command.slice(MASTER.length), system);
  else obey(process, system);
}

export const nginxStarting = { start, reload };
export type NginxStarting = typeof nginxStarting;
