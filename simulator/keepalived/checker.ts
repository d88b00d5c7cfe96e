// One checker of one server as data, and what its results lead to (K131-K147).
import type { Wake } from "../host/process.ts";
import type { Socket } from "../host/socket.ts";
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
  /** Of an SMTP_CHECK: how many answers it has had. */
  answers: number;
  /** Tells the reply to this attempt of a PING_CHECK or DNS_CHECK from others. */
  identifier: number;
  /** The child of a MISC_CHECK, when it began, and whether it was told to end. */
  pid: number | undefined;
  begunAt: number;
  timedOut: boolean;
  /** Waits for the virtual address to be here (K92). */
  suspended: boolean;
}

export interface CheckerMemory {
  pools: Pool[];
  checkers: Checker[];
  /** Echo requests of this process: the first one's identifier, and how many there were. */
  pings?: { readonly first: number; sent: number };
}

/** One kind of checker: what begins an attempt, and what happens to one. */
export interface CheckKind {
  readonly begin: (check: Check) => void;
  /** Something happened to its socket. */
  readonly hear?: (check: Check, socket: Socket) => void;
  /** Its time limit has come. */
  readonly timeout?: (check: Check) => void;
  /** Its command has ended. */
  readonly ended?: (check: Check, child: Wake & { kind: "child" }) => void;
}

export type CheckKinds = Readonly<Partial<Record<CheckerConfig["type"], CheckKind>>>;

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
    answers: 0,
    identifier: 0,
    pid: undefined,
    begunAt: 0,
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
  if (siblings.every(({ up }) => up)) checker.up = serverUp(speaker, pool, server);
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

/** Whether the log hears of a result: one that changes something, or the first. */
export function isNews({ up, hasRun }: Checker): boolean {
  return up || !hasRun;
}

/** How keepalived ends the line of a failure that counts. */
export function afterRetries({ hasRun, config: { retries } }: Checker): string {
  return hasRun && retries > 0 ? `failed after ${retries} retries.` : "failed.";
}

/**
 * A failed attempt of a TCP_CHECK: tried again `retry` times, also while the server is
 * down (README, health checks 3); at the very first check one failure is enough (K133).
 */
export function failPlain(check: Check, name: string): void {
  const { checker } = check;
  const { retries, delayBeforeRetryUs, delayLoopUs } = checker.config;
  if (checker.hasRun && checker.failures < retries) {
    checker.failures++;
    return again(check, delayBeforeRetryUs);
  }
  if (isNews(checker)) {
    tell(check, `${name} on service ${serverName(check)} ${afterRetries(checker)}`);
  }
  checker.hasRun = true;
  checker.failures = 0;
  if (checker.up) takeDown(check);
  again(check, delayLoopUs);
}

/** A good attempt of any checker but HTTP_GET: one is enough (K140). */
export function succeedPlain(check: Check, text?: string): void {
  const { checker } = check;
  const changes = !checker.up || !checker.hasRun;
  finish(check);
  checker.hasRun = true;
  checker.failures = 0;
  if (changes) {
    if (text !== undefined) tell(check, text);
    bringUp(check);
  }
  again(check, checker.config.delayLoopUs);
}

export function tell({ speaker }: Check, text: string): void {
  say(speaker.system, speaker.process, speaker.voice, text);
}
