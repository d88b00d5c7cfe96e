// keepalived's checker process (K85-K88, K131-K145): one checker a server, each with its own round
// of connecting, asking, waiting and drawing its conclusion. Both directors check always (K123).
import type { Process } from "../host/process.ts";
import { clearTimer, closeSocket, exitProcess, setTimer, type System } from "../host/system.ts";
import { connectTcp, receiveTcpData, sendTcp } from "../host/tcp.ts";
import { takeDraw } from "../kernel/draws.ts";
import type { Program } from "../programs/program.ts";
import type { CheckerConfig, HttpCheckerConfig } from "./config.ts";
import { readOwnConfiguration, sayDiagnostics, sayStopped } from "./daemon.ts";
import { say, sayDebug, voiceOf } from "./log.ts";
import {
  type Pool,
  serverDown,
  serverText,
  serverUp,
  type Speaker,
  startPool,
  stopPool,
  textOf,
} from "./pool.ts";

/** The first check comes a second, and a random part of the warm-up, after the start (K132). */
const FIRST_CHECK_US = 1_000_000;

interface Checker {
  readonly config: CheckerConfig;
  /** Indexes into the pools and their servers. */
  readonly pool: number;
  readonly server: number;
  up: boolean;
  hasRun: boolean;
  /** Failures in a row while up. */
  failures: number;
  /** Which url is asked now, and which have failed and not succeeded since (K140, K143). */
  url: number;
  failedUrls: readonly number[];
  socket: number | undefined;
  connected: boolean;
  received: string;
}

interface Memory {
  readonly pools: Pool[];
  readonly checkers: Checker[];
}

export const keepalivedHealthcheckers: Program = {
  startUs: 2_500,
  signals: ["SIGTERM", "SIGHUP"],
  run(process, reason, system) {
    const voice = voiceOf(process, "Keepalived_healthcheckers");
    const speaker: Speaker = { system, process, voice };
    if (reason.kind === "start") return start(speaker);
    const memory = process.memory as Memory;
    switch (reason.kind) {
      case "timer":
        return onTimer(speaker, memory, reason.key);
      case "socket":
        return onSocket(speaker, memory, reason.socket);
      case "signal":
        if (reason.signal === "SIGTERM") stop(speaker, memory);
        return;
      default:
        return;
    }
  },
};

/** Which servers a host's checkers believe to be alive, for those who only look. */
export function checkedPools(processes: Iterable<Process>): readonly Pool[] {
  for (const process of processes) {
    if (process.program !== "keepalived-healthcheckers" || process.memory === undefined) continue;
    return (process.memory as Memory).pools;
  }
  return [];
}

function start(speaker: Speaker): void {
  const { system, process, voice } = speaker;
  const read = readOwnConfiguration(system, process);
  sayDiagnostics(system, process, voice, read);
  sayDebug(system, process, voice, "Initializing ipvs");
  const pools = read.config.virtualServers.map((config) => startPool(speaker, config));
  const checkers = pools.flatMap((pool, index) => checkersOf(pool, index));
  process.memory = { pools, checkers } satisfies Memory;
  for (const [index, checker] of checkers.entries()) activate(speaker, pools, checker, index);
  say(system, process, voice, "Activating BFD healthchecker");
}

function checkersOf(pool: Pool, index: number): Checker[] {
  return pool.servers.flatMap(({ config, alive }, server) =>
    config.checkers.map((checker) => ({
      config: checker,
      pool: index,
      server,
      up: alive,
      hasRun: false,
      failures: 0,
      url: 0,
      failedUrls: [],
      socket: undefined,
      connected: false,
      received: "",
    })),
  );
}

function activate(speaker: Speaker, pools: readonly Pool[], checker: Checker, index: number): void {
  const pool = pools[checker.pool];
  const server = pool?.servers[checker.server];
  if (pool === undefined || server === undefined) return;
  const names = `${serverText(pool, server.config)} for VS ${textOf(pool)}`;
  tell(speaker, `Activating healthchecker for service ${names}`);
  const { system, process } = speaker;
  const { host, sim } = system;
  const { connectIp, connectPort, warmupUs } = checker.config;
  const drawn = takeDraw(sim.world, host.name, "first-check", `${connectIp}:${connectPort}`);
  const first = drawn ?? FIRST_CHECK_US + sim.random() * warmupUs;
  setTimer(system, process, `check ${index}`, sim.now + first);
}

function onTimer(speaker: Speaker, memory: Memory, key: string): void {
  const [what, text] = key.split(" ");
  const index = Number(text);
  const checker = memory.checkers[index];
  if (checker === undefined) return;
  if (what === "check") return begin(speaker, memory, checker, index);
  // Nothing came within connect_timeout (K144).
  fail(speaker, memory, checker, index);
}

function begin(speaker: Speaker, memory: Memory, checker: Checker, index: number): void {
  const { system, process } = speaker;
  const { connectIp, connectPort } = checker.config;
  const opened = connectTcp(system, process, { destination: connectIp, port: connectPort });
  if ("error" in opened) return fail(speaker, memory, checker, index);
  checker.socket = opened.socket;
  checker.connected = false;
  checker.received = "";
  limit(system, process, checker, index);
}

function limit(system: System, process: Process, checker: Checker, index: number): void {
  const at = system.sim.now + checker.config.connectTimeoutUs;
  setTimer(system, process, `timeout ${index}`, at);
}

function onSocket(speaker: Speaker, memory: Memory, socket: number): void {
  const index = memory.checkers.findIndex((each) => each.socket === socket);
  const checker = memory.checkers[index];
  const connection = speaker.system.host.sockets.get(socket);
  if (checker === undefined || connection?.kind !== "tcp") return;
  if (connection.state === "CLOSED") return fail(speaker, memory, checker, index);
  if (connection.state === "SYN-SENT") return;
  if (!checker.connected) {
    checker.connected = true;
    if (checker.config.type === "TCP_CHECK") return succeed(speaker, memory, checker, index);
    if (checker.config.type !== "HTTP_GET") return;
    sendTcp(speaker.system, socket, requestText(checker.config, checker.url));
    limit(speaker.system, speaker.process, checker, index);
    return;
  }
  const { data, end, error } = receiveTcpData(speaker.system, socket);
  checker.received += data;
  if (error !== undefined) return fail(speaker, memory, checker, index);
  if (!end) return limit(speaker.system, speaker.process, checker, index);
  if (isGoodAnswer(checker)) succeed(speaker, memory, checker, index);
  else fail(speaker, memory, checker, index);
}

/** HTTP/1.0, to the server's own address (K141). */
function requestText(config: HttpCheckerConfig, url: number): string {
  const path = config.urls[url]?.path ?? "/";
  const host = config.virtualHost ?? `${config.connectIp}:${config.connectPort}`;
  return `GET ${path} HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: ${host}\r\n\r\n`;
}

function isGoodAnswer({ config, url, received }: Checker): boolean {
  if (config.type !== "HTTP_GET") return true;
  const status = Number(/^HTTP\/\d\.\d (\d{3})/.exec(received)?.[1] ?? 0);
  const ranges = config.urls[url]?.statusCodes ?? [];
  return ranges.some(([low, high]) => status >= low && status <= high);
}

function succeed(speaker: Speaker, memory: Memory, checker: Checker, index: number): void {
  finish(speaker, checker, index);
  if (checker.config.type === "TCP_CHECK") tcpSucceeded(speaker, memory, checker);
  else if (checker.config.type === "HTTP_GET") {
    httpSucceeded(speaker, memory, checker, checker.config);
  }
  checker.hasRun = true;
  checker.failures = 0;
  again(speaker, checker, index, checker.config.delayLoopUs);
}

/** One good connection is enough (K140, K88). */
function tcpSucceeded(speaker: Speaker, memory: Memory, checker: Checker): void {
  if (checker.up && checker.hasRun) return;
  tell(speaker, `TCP connection to ${nameOf(memory, checker)} success.`);
  bringUp(speaker, memory, checker);
}

/**
 * A url that had failed is first forgiven; only the round after that brings the server back
 * (K140). Several urls take a round each (K143).
 */
function httpSucceeded(
  speaker: Speaker,
  memory: Memory,
  checker: Checker,
  config: HttpCheckerConfig,
): void {
  const name = nameOf(memory, checker);
  const path = config.urls[checker.url]?.path ?? "/";
  if (!checker.up && checker.hasRun) {
    tell(speaker, `HTTP status code success to ${name} url(${path})`);
  }
  if (checker.failedUrls.includes(checker.url)) {
    checker.failedUrls = checker.failedUrls.filter((url) => url !== checker.url);
    return;
  }
  checker.url++;
  if (checker.url < config.urls.length) return;
  checker.url = 0;
  if (checker.up && checker.hasRun) return;
  tell(speaker, `Remote Web server ${name} succeed on service.`);
  bringUp(speaker, memory, checker);
}

/** While up a failure is tried again before it counts; at the very first check it counts (K133). */
function fail(speaker: Speaker, memory: Memory, checker: Checker, index: number): void {
  finish(speaker, checker, index);
  const { config } = checker;
  if (!checker.up) {
    noteFailedUrl(checker);
    checker.hasRun = true;
    const pause = Math.max(config.delayLoopUs, config.delayBeforeRetryUs);
    return again(speaker, checker, index, pause);
  }
  if (checker.hasRun && checker.failures < config.retries) {
    checker.failures++;
    return again(speaker, checker, index, config.delayBeforeRetryUs);
  }
  sayFailed(speaker, memory, checker);
  noteFailedUrl(checker);
  checker.hasRun = true;
  checker.failures = 0;
  checker.up = false;
  const pool = memory.pools[checker.pool];
  const server = pool?.servers[checker.server];
  if (pool !== undefined && server !== undefined) serverDown(speaker, pool, server);
  again(speaker, checker, index, config.delayLoopUs);
}

function noteFailedUrl(checker: Checker): void {
  if (checker.config.type !== "HTTP_GET" || checker.failedUrls.includes(checker.url)) return;
  checker.failedUrls = [...checker.failedUrls, checker.url];
}

/** K87, K88; HTTP names its retries even where it did not use them (K133). */
function sayFailed(speaker: Speaker, memory: Memory, checker: Checker): void {
  const { type, retries } = checker.config;
  const kind = type === "HTTP_GET" ? "HTTP_CHECK" : "TCP_CHECK";
  const counts = retries > 0 && (type === "HTTP_GET" || checker.hasRun);
  const end = counts ? `failed after ${retries} retries.` : "failed.";
  tell(speaker, `${kind} on service ${nameOf(memory, checker)} ${end}`);
}

/** All checkers of a server must be up (K126). */
function bringUp(speaker: Speaker, memory: Memory, checker: Checker): void {
  checker.up = true;
  const siblings = memory.checkers.filter(
    (each) => each.pool === checker.pool && each.server === checker.server,
  );
  const pool = memory.pools[checker.pool];
  const server = pool?.servers[checker.server];
  if (pool === undefined || server === undefined) return;
  if (siblings.every(({ up }) => up)) serverUp(speaker, pool, server);
}

function finish({ system, process }: Speaker, checker: Checker, index: number): void {
  clearTimer(process, `timeout ${index}`);
  if (checker.socket !== undefined) closeSocket(system, checker.socket);
  checker.socket = undefined;
  checker.received = "";
}

function again({ system, process }: Speaker, _checker: Checker, index: number, us: number): void {
  setTimer(system, process, `check ${index}`, system.sim.now + us);
}

function nameOf(memory: Memory, checker: Checker): string {
  const pool = memory.pools[checker.pool];
  const server = pool?.servers[checker.server];
  return pool === undefined || server === undefined ? "" : serverText(pool, server.config);
}

function stop(speaker: Speaker, { pools }: Memory): void {
  for (const pool of pools) stopPool(speaker, pool);
  sayStopped(speaker.system, speaker.process, "Keepalived_healthcheckers");
  exitProcess(speaker.system, speaker.process, 0);
}

function tell({ system, process, voice }: Speaker, text: string): void {
  say(system, process, voice, text);
}
