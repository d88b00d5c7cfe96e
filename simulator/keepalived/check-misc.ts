// MISC_CHECK: a command whose exit status decides (K147, K89).
import type { Wake } from "../host/process.ts";
import { clearTimer, killProcess, signalNumber } from "../host/system.ts";
import {
  again,
  bringUp,
  type Check,
  type CheckKind,
  isNews,
  limit,
  serverName,
  serverOf,
  takeDown,
  tell,
  virtualName,
} from "./checker.ts";
import type { MiscCheckerConfig } from "./config.ts";
import { changeWeight } from "./pool.ts";
import { runCommand } from "./run-command.ts";

/** Between SIGTERM and SIGKILL for a command that takes too long. */
const PATIENCE_US = 2_000_000;
const DOWN = 1;
/** Exit statuses from here on are a weight and this number. */
const WEIGHT_OFFSET = 2;

export const miscCheck: CheckKind = {
  begin: (check) => {
    beginMisc(check, check.checker.config as MiscCheckerConfig);
  },
  timeout: miscTimeout,
  ended: miscEnded,
};

function beginMisc(check: Check, config: MiscCheckerConfig): void {
  const { speaker, checker } = check;
  const { system, process } = speaker;
  checker.begunAt = system.sim.now;
  checker.pid = runCommand(system, process, config.command);
  checker.timedOut = false;
  if (checker.pid === undefined) return judge(check, config, "exited with status 0", 0);
  limit(check, config.timeoutUs);
}

/** Counted from where the last attempt began, and not before it has ended (measured). */
function next(check: Check, delayUs: number): void {
  const { begunAt } = check.checker;
  again(check, Math.max(0, begunAt + delayUs - check.speaker.system.sim.now));
}

/** It has taken too long: SIGTERM, and SIGKILL if that does not help (K106). */
function miscTimeout(check: Check): void {
  const { speaker, checker } = check;
  if (checker.pid === undefined) return;
  const signal = checker.timedOut ? "SIGKILL" : "SIGTERM";
  checker.timedOut = true;
  killProcess(speaker.system, checker.pid, signal);
  if (signal === "SIGTERM") limit(check, PATIENCE_US);
}

function miscEnded(check: Check, { code, signal }: Wake & { kind: "child" }): void {
  const { checker, speaker, index } = check;
  checker.pid = undefined;
  clearTimer(speaker.process, `timeout ${index}`);
  const how =
    signal === undefined ? `exited with status ${code}` : `due to signal ${signalNumber(signal)}`;
  judge(check, checker.config as MiscCheckerConfig, how, signal === undefined ? code : DOWN);
}

/** `how` it ended, in the log's words. */
function judge(check: Check, config: MiscCheckerConfig, how: string, status: number): void {
  const { checker, speaker } = check;
  const isWeight = config.dynamic && status >= WEIGHT_OFFSET;
  const isGood = !checker.timedOut && (status === 0 || isWeight);
  if (!isGood) return fail(check, config, how);
  const isAwaited = !checker.up || !checker.hasRun;
  checker.hasRun = true;
  checker.failures = 0;
  next(check, config.delayLoopUs);
  const { pool, server } = serverOf(check);
  if (config.dynamic && pool !== undefined && server !== undefined) {
    const weight = isWeight ? status - WEIGHT_OFFSET : server.config.weight;
    changeWeight(speaker, pool, server, weight);
  }
  if (!isAwaited) return;
  tell(check, `${subject(check, config)} succeeded.`);
  bringUp(check);
}

/** Tried again only while the server is up, and not at the very first check (K133, measured). */
function fail(check: Check, config: MiscCheckerConfig, how: string): void {
  const { checker } = check;
  const { retries, delayBeforeRetryUs, delayLoopUs, logAllFailures } = config;
  if (checker.up && checker.hasRun && checker.failures < retries) {
    const { failures } = checker;
    const which =
      failures === 0 ? `, will do ${count(retries)}` : ` on retry ${failures}/${retries}`;
    if (logAllFailures) tell(check, failureText(check, config, which, how));
    checker.failures++;
    return next(check, delayBeforeRetryUs);
  }
  const which = retries === 0 ? " with retry disabled" : ` after ${count(retries)}`;
  if (isNews(checker)) tell(check, failureText(check, config, which, how));
  checker.hasRun = true;
  checker.failures = 0;
  next(check, delayLoopUs);
  if (checker.up) leave(check, config);
}

/** A weight from an exit status is forgotten when the server goes, without a word (measured). */
function leave(check: Check, { dynamic }: MiscCheckerConfig): void {
  takeDown(check);
  const { server } = serverOf(check);
  if (dynamic && server !== undefined) server.weight = server.config.weight;
}

function count(retries: number): string {
  return retries === 1 ? "1 retry" : `${retries} retries`;
}

function failureText(check: Check, config: MiscCheckerConfig, which: string, how: string): string {
  const isLate = check.checker.timedOut;
  const text = `${subject(check, config)} ${isLate ? "timed out" : "failed"}${which}`;
  return isLate ? `${text}.` : `${text} (${how}).`;
}

function subject(check: Check, { command }: MiscCheckerConfig): string {
  const names = `[${serverName(check)} VS ${virtualName(check)}]`;
  return `Misc check for ${names} by [${command[0] ?? ""}]`;
}
