// keepalived's checker process (K85-K92, K131-K147): one checker a server, each with its own round
// of connecting, asking, waiting and drawing its conclusion. Both directors check always (K123).
// Left out: SMTP_CHECK, DNS_CHECK, FILE_CHECK and BFD_CHECK, which are read and count as up.
import { sayPrinting } from "./statistics.ts";
import type { Process, Wake } from "../host/process.ts";
import { exitProcess, setTimer } from "../host/system.ts";
import { connectTcp } from "../host/tcp.ts";
import { assert } from "../kernel/assert.ts";
import { takeDraw } from "../kernel/draws.ts";
import type { Program } from "../programs/program.ts";
import { askHttp, failHttp, readHttp } from "./check-http.ts";
import { beginMisc, miscEnded, miscTimeout } from "./check-misc.ts";
import {
  again,
  type Check,
  type Checker,
  type CheckerMemory,
  failPlain,
  finish,
  limit,
  newChecker,
  serverName,
  succeedPlain,
} from "./checker.ts";
import { readCommandLine } from "./command-line.ts";
import { readOwnConfiguration, sayDiagnostics, sayStopped } from "./daemon.ts";
import { say, sayDebug, voiceOf } from "./log.ts";
import { type Pool, serverText, type Speaker, startPool, stopPool, textOf } from "./pool.ts";
import type { ReadConfiguration } from "./read.ts";
import type { TypedSignals } from "./typed-signals.ts";

/** The first check comes a second, and a random part of the warm-up, after the start (K132). */
const FIRST_CHECK_US = 1_000_000;

/** The checkers, whose files are read by this reader. */
export function healthcheckersWith(read: ReadConfiguration, signals?: TypedSignals): Program {
  return {
    startUs: 2_500,
    signals: ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"],
    run(process, reason, system) {
      const voice = voiceOf(process, "Keepalived_healthcheckers");
      const speaker: Speaker = { system, process, voice };
      if (reason.kind === "start") return start(speaker, read);
      const memory = process.memory as CheckerMemory;
      switch (reason.kind) {
        case "timer":
          return onTimer(speaker, memory, reason.key);
        case "socket":
          return onSocket(speaker, memory, reason.socket);
        case "child":
          return onChild(speaker, memory, reason);
        case "netlink":
          return onNews(speaker, memory);
        case "signal":
          if (reason.signal === "SIGTERM") return stop(speaker, memory);
          assert(signals !== undefined, `${reason.signal} without a shell`);
          if (reason.signal === "SIGHUP") reload(speaker, memory, read, signals);
          if (reason.signal === "SIGUSR1") sayPrinting(system, process, voice, "checker");
          return;
        case "readable":
          return;
      }
    },
  };
}

/** Which servers a host's checkers believe to be alive, for those who only look. */
export function checkedPools(processes: Iterable<Process>): readonly Pool[] {
  for (const process of processes) {
    if (process.program !== "keepalived-healthcheckers" || process.memory === undefined) continue;
    return (process.memory as CheckerMemory).pools;
  }
  return [];
}

function start(speaker: Speaker, reader: ReadConfiguration): void {
  const { system, process, voice } = speaker;
  const read = readOwnConfiguration(system, process, reader);
  sayDiagnostics(system, process, voice, read);
  sayDebug(system, process, voice, "Initializing ipvs");
  const pools = read.config.virtualServers.map((config) => startPool(speaker, config));
  const memory: CheckerMemory = { pools, checkers: [] };
  process.memory = memory;
  activateAll(speaker, memory, []);
}

/** SIGHUP: servers keep their state, checkers begin their rounds anew (K151). */
function reload(
  speaker: Speaker,
  memory: CheckerMemory,
  reader: ReadConfiguration,
  { reloadPools }: TypedSignals,
): void {
  const { system, process, voice } = speaker;
  say(system, process, voice, "Reloading");
  const read = readOwnConfiguration(system, process, reader);
  sayDiagnostics(system, process, voice, read);
  sayDebug(system, process, voice, "Reinitializing ipvs");
  for (const [index, checker] of memory.checkers.entries()) {
    finish({ speaker, memory, checker, index });
  }
  process.timers.clear();
  const before = memory.checkers.map((checker) => ({ checker, name: fullName(memory, checker) }));
  memory.pools = reloadPools(speaker, memory.pools, read.config.virtualServers);
  activateAll(speaker, memory, before);
}

interface Former {
  readonly checker: Checker;
  readonly name: string;
}

/** Makes a checker for each one in the file; what it knew of its server before goes on. */
function activateAll(speaker: Speaker, memory: CheckerMemory, before: readonly Former[]): void {
  const { system, process, voice } = speaker;
  memory.checkers = memory.pools.flatMap((pool, index) =>
    pool.servers.flatMap(({ config, alive }, server) =>
      config.checkers.map((checker) => ({
        ...newChecker(checker, index, server),
        up: alive && !checker.alpha,
      })),
    ),
  );
  for (const checker of memory.checkers) {
    const name = fullName(memory, checker);
    const former = before.find((each) => each.name === name)?.checker;
    if (former === undefined) continue;
    const { up, hasRun, failedUrls } = former;
    Object.assign(checker, { up, hasRun, failedUrls });
  }
  for (const [index, checker] of memory.checkers.entries()) {
    activate({ speaker, memory, checker, index });
  }
  say(system, process, voice, "Activating BFD healthchecker");
}

/** Tells one checker from all others, across a reload. */
function fullName(memory: CheckerMemory, { pool: index, server, config }: Checker): string {
  const pool = memory.pools[index];
  const own = pool?.servers[server];
  if (pool === undefined || own === undefined) return "";
  return `${textOf(pool)} ${serverText(pool, own.config)} ${config.type}`;
}

function activate(check: Check): void {
  const { speaker, memory, checker, index } = check;
  const pool = memory.pools[checker.pool];
  const server = pool?.servers[checker.server];
  if (pool === undefined || server === undefined) return;
  const { system, process, voice } = speaker;
  const { host, sim } = system;
  checker.suspended = pool.config.haSuspend && !isHere(speaker, pool);
  const verb = checker.suspended ? "Deactivating" : "Activating";
  const names = `${serverText(pool, server.config)} for VS ${textOf(pool)}`;
  say(system, process, voice, `${verb} healthchecker for service ${names}`);
  if (checker.suspended) return;
  const { warmupUs } = checker.config;
  const of = `${server.config.address}:${server.config.port}`;
  const drawn = takeDraw(sim.world, host.name, "first-check", of);
  const first = drawn ?? FIRST_CHECK_US + sim.random() * warmupUs;
  setTimer(system, process, `check ${index}`, sim.now + first);
}

/** Whether the virtual address is one of this host's (K92). */
function isHere({ system }: Speaker, { config }: Pool): boolean {
  return [...system.host.nics.values()].some((nic) =>
    nic.addresses.some(({ address }) => address === config.address),
  );
}

/** An address has come or gone: services with `ha_suspend` check only while it is here (K92). */
function onNews(speaker: Speaker, memory: CheckerMemory): void {
  const { system, process, voice } = speaker;
  for (const [poolIndex, pool] of memory.pools.entries()) {
    if (!pool.config.haSuspend) continue;
    const own = [...memory.checkers.entries()].filter(([, each]) => each.pool === poolIndex);
    const here = isHere(speaker, pool);
    if (own.every(([, { suspended }]) => suspended !== here)) continue;
    const word = here ? "added" : "removed";
    const text = `Netlink reflector reports IP ${pool.config.address} ${word}`;
    say(system, process, voice, text);
    for (const [index, checker] of own) {
      const check = { speaker, memory, checker, index };
      if (here) activate(check);
      else suspend(check, pool);
    }
  }
}

function suspend(check: Check, pool: Pool): void {
  const { speaker, checker, index } = check;
  const { system, process, voice } = speaker;
  finish(check);
  process.timers.delete(`check ${index}`);
  checker.suspended = true;
  const names = `${serverName(check)} for VS ${textOf(pool)}`;
  say(system, process, voice, `Suspending healthchecker for service ${names}`);
}

function onTimer(speaker: Speaker, memory: CheckerMemory, key: string): void {
  const [what, text] = key.split(" ");
  const index = Number(text);
  const checker = memory.checkers[index];
  if (checker === undefined) return;
  const check = { speaker, memory, checker, index };
  if (what === "check") return begin(check);
  // Nothing came within connect_timeout (K144).
  const reason = checker.connected ? "Timeout HTTP read server" : "Timeout connecting server";
  fail(check, reason);
}

function begin(check: Check): void {
  const { config } = check.checker;
  switch (config.type) {
    case "MISC_CHECK":
      return beginMisc(check, config);
    case "HTTP_GET":
    case "SSL_GET":
    case "TCP_CHECK":
      return beginTcp(check);
    case "UDP_CHECK":
    case "PING_CHECK":
      return again(check, config.delayLoopUs);
  }
}

function beginTcp(check: Check): void {
  const { speaker, checker } = check;
  const { system, process } = speaker;
  const { connectIp, connectPort, connectTimeoutUs } = checker.config;
  const opened = connectTcp(system, process, { destination: connectIp, port: connectPort });
  if ("error" in opened) return fail(check, "Error connecting server");
  checker.socket = opened.socket;
  checker.connected = false;
  checker.received = "";
  limit(check, connectTimeoutUs);
}

function onSocket(speaker: Speaker, memory: CheckerMemory, socket: number): void {
  const index = memory.checkers.findIndex((each) => each.socket === socket);
  const checker = memory.checkers[index];
  const connection = speaker.system.host.sockets.get(socket);
  if (checker === undefined || connection?.kind !== "tcp") return;
  const check = { speaker, memory, checker, index };
  if (connection.state === "CLOSED") return fail(check, "Error connecting server");
  if (connection.state === "SYN-SENT") return;
  const { config } = checker;
  if (config.type === "TCP_CHECK") return succeedTcp(check);
  if (config.type !== "HTTP_GET" && config.type !== "SSL_GET") return;
  if (checker.connected) return readHttp(check, config, socket);
  checker.connected = true;
  askHttp(check, config, socket);
}

function succeedTcp(check: Check): void {
  finish(check);
  succeedPlain(check, `TCP connection to ${serverName(check)} success.`);
  again(check, check.checker.config.delayLoopUs);
}

function fail(check: Check, reason: string): void {
  const { config } = check.checker;
  switch (config.type) {
    case "HTTP_GET":
    case "SSL_GET":
      return failHttp(check, config, reason);
    case "MISC_CHECK":
      return miscTimeout(check);
    default:
      finish(check);
      return failPlain(check, config.type);
  }
}

function onChild(speaker: Speaker, memory: CheckerMemory, ended: Wake & { kind: "child" }): void {
  const index = memory.checkers.findIndex((each) => each.pid === ended.pid);
  const checker = memory.checkers[index];
  if (checker?.config.type !== "MISC_CHECK") return;
  miscEnded({ speaker, memory, checker, index }, checker.config, ended);
}

function stop(speaker: Speaker, { pools }: CheckerMemory): void {
  const { system, process } = speaker;
  const { keepsServices } = readCommandLine(process.argv);
  for (const pool of pools) stopPool(speaker, pool, keepsServices);
  sayStopped(system, process, "Keepalived_healthcheckers");
  exitProcess(system, process, 0);
}
