// MISC_CHECK: a command whose exit status decides (K147, K89).
import type { Wake } from "../host/process.ts";
import { clearTimer, killProcess, setTimer } from "../host/system.ts";
import {
  again,
  bringUp,
  type Check,
  type CheckKind,
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

/** The next round is set before the command runs: the period does not stretch with it. */
function beginMisc(check: Check, config: MiscCheckerConfig): void {
  const { speaker, checker, index } = check;
  const { system, process } = speaker;
  again(check, config.delayLoopUs);
  if (checker.pid !== undefined) return;
  checker.pid = runCommand(system, process, config.command);
  checker.timedOut = false;
  if (checker.pid === undefined) return judge(check, config, 0);
  setTimer(system, process, `timeout ${index}`, system.sim.now + config.timeoutUs);
}

/** It has taken too long: SIGTERM, and SIGKILL if that does not help (K106). */
function miscTimeout({ speaker, checker, index }: Check): void {
  const { system, process } = speaker;
  if (checker.pid === undefined) return;
  const signal = checker.timedOut ? "SIGKILL" : "SIGTERM";
  checker.timedOut = true;
  killProcess(system, checker.pid, signal);
  if (signal === "SIGKILL") return;
  setTimer(system, process, `timeout ${index}`, system.sim.now + PATIENCE_US);
}

function miscEnded(check: Check, ended: Wake & { kind: "child" }): void {
  const { checker, speaker, index } = check;
  checker.pid = undefined;
  clearTimer(speaker.process, `timeout ${index}`);
  judge(check, checker.config as MiscCheckerConfig, ended.code);
}

function judge(check: Check, config: MiscCheckerConfig, status: number): void {
  const { checker, speaker } = check;
  const isWeight = config.dynamic && status >= WEIGHT_OFFSET;
  const isGood = !checker.timedOut && (status === 0 || isWeight);
  if (!isGood) return fail(check, config, status);
  const isNews = !checker.up || !checker.hasRun;
  checker.hasRun = true;
  checker.failures = 0;
  if (isNews) {
    tell(check, `${subject(check, config)} succeeded.`);
    bringUp(check);
  }
  if (!config.dynamic) return;
  const { pool, server } = serverOf(check);
  if (pool === undefined || server === undefined) return;
  const weight = isWeight ? status - WEIGHT_OFFSET : server.config.weight;
  changeWeight(speaker, pool, server, weight);
}

function fail(check: Check, config: MiscCheckerConfig, status: number): void {
  const { checker } = check;
  const { retries, delayBeforeRetryUs } = config;
  if (checker.hasRun && checker.failures < retries) {
    checker.failures++;
    return again(check, delayBeforeRetryUs);
  }
  if (checker.up || !checker.hasRun) tell(check, failureText(check, config, status));
  checker.hasRun = true;
  checker.failures = 0;
  if (checker.up) takeDown(check);
}

function failureText(check: Check, config: MiscCheckerConfig, status: number): string {
  const { retries } = config;
  const count = retries === 0 ? "with retry disabled" : `after ${retries} retries`;
  if (check.checker.timedOut) return `${subject(check, config)} timed out ${count}.`;
  const code = status === 0 ? DOWN : status;
  return `${subject(check, config)} failed ${count} (exited with status ${code}).`;
}

function subject(check: Check, { command }: MiscCheckerConfig): string {
  const names = `[${serverName(check)} VS ${virtualName(check)}]`;
  return `Misc check for ${names} by [${command[0] ?? ""}]`;
}
