// One checker of one server as data, and what its results lead to (K131-K147).
import { clearTimer, closeSocket, setTimer } from "../host/system.ts";
import type { CheckerConfig } from "./config.ts";
import { say } from "./log.ts";
import {
  type Pool,
  type Server,
  serverDown,
  serverText,
  serverUp,
  type Speaker,
  textOf,
} from "./pool.ts";

export interface Checker {
  config: CheckerConfig;
  /** Indexes into the pools and their servers. */
  readonly pool: number;
  readonly server: number;
  up: boolean;
  hasRun: boolean;
  /** Failures in a row that were to be tried again. */
  failures: number;
  /** Which url is asked now, and which have failed and not succeeded since (K140, K143). */
  url: number;
  failedUrls: readonly number[];
  socket: number | undefined;
  connected: boolean;
  received: string;
  /** The child of a MISC_CHECK, and whether it was told to end. */
  pid: number | undefined;
  timedOut: boolean;
  /** Waits for the virtual address to be here (K92). */
  suspended: boolean;
}

export interface CheckerMemory {
  pools: Pool[];
  checkers: Checker[];
}

export interface Check {
  readonly speaker: Speaker;
  readonly memory: CheckerMemory;
  readonly checker: Checker;
  readonly index: number;
}

export function newChecker(config: CheckerConfig, pool: number, server: number): Checker {
  return {
    config,
    pool,
    server,
    up: true,
    hasRun: false,
    failures: 0,
    url: 0,
    failedUrls: [],
    socket: undefined,
    connected: false,
    received: "",
    pid: undefined,
    timedOut: false,
    suspended: false,
  };
}

/** "[192.168.88.10]:tcp:80", the server it checks. */
export function serverName({ memory, checker }: Check): string {
  const pool = memory.pools[checker.pool];
  const server = pool?.servers[checker.server];
  return pool === undefined || server === undefined ? "" : serverText(pool, server.config);
}

export function virtualName({ memory, checker }: Check): string {
  const pool = memory.pools[checker.pool];
  return pool === undefined ? "" : textOf(pool);
}

/** Ends an attempt: its socket and its time limit go. */
export function finish({ speaker, checker, index }: Check): void {
  const { system, process } = speaker;
  clearTimer(process, `timeout ${index}`);
  if (checker.socket !== undefined) closeSocket(system, checker.socket);
  checker.socket = undefined;
  checker.received = "";
}

export function again({ speaker, index }: Check, delayUs: number): void {
  const { system, process } = speaker;
  setTimer(system, process, `check ${index}`, system.sim.now + delayUs);
}

/** The time limit of a step of the attempt (K144). */
export function limit({ speaker, index }: Check, delayUs: number): void {
  const { system, process } = speaker;
  setTimer(system, process, `timeout ${index}`, system.sim.now + delayUs);
}

/** All checkers of a server must be up (K126). */
export function bringUp(check: Check): void {
  const { speaker, memory, checker } = check;
  checker.up = true;
  const siblings = memory.checkers.filter(
    (each) => each.pool === checker.pool && each.server === checker.server,
  );
  const { pool, server } = serverOf(check);
  if (pool === undefined || server === undefined) return;
  if (siblings.every(({ up }) => up)) serverUp(speaker, pool, server);
}

export function takeDown(check: Check): void {
  check.checker.up = false;
  const { pool, server } = serverOf(check);
  if (pool !== undefined && server !== undefined) serverDown(check.speaker, pool, server);
}

export function serverOf({ memory, checker }: Check): {
  readonly pool: Pool | undefined;
  readonly server: Server | undefined;
} {
  const pool = memory.pools[checker.pool];
  return { pool, server: pool?.servers[checker.server] };
}

/**
 * A failed attempt of any checker but HTTP_GET: tried again `retry` times, also while the server is
 * down (README, health checks 3); at the very first check one failure is enough (K133).
 */
export function failPlain(check: Check, name: string, reason = ""): void {
  const { checker } = check;
  const { retries, delayBeforeRetryUs, delayLoopUs } = checker.config;
  if (checker.hasRun && checker.failures < retries) {
    checker.failures++;
    return again(check, delayBeforeRetryUs);
  }
  if (checker.up || !checker.hasRun) {
    const counted = retries > 0 && checker.hasRun;
    const end = counted ? `failed after ${retries} retries.` : "failed.";
    tell(check, reason === "" ? `${name} on service ${serverName(check)} ${end}` : reason);
  }
  checker.hasRun = true;
  checker.failures = 0;
  if (checker.up) takeDown(check);
  again(check, delayLoopUs);
}

/** A good attempt of any checker but HTTP_GET: one is enough (K140). */
export function succeedPlain(check: Check, text: string): void {
  const { checker } = check;
  const isNews = !checker.up || !checker.hasRun;
  checker.hasRun = true;
  checker.failures = 0;
  if (isNews) {
    tell(check, text);
    bringUp(check);
  }
}

export function tell({ speaker }: Check, text: string): void {
  say(speaker.system, speaker.process, speaker.voice, text);
}
