// What a failed attempt of a PING_, UDP_ or DNS_CHECK leads to.
import { again, type Check, finish, isNews, takeDown, tell } from "./checker.ts";

export interface Failure {
  /** For `log_all_failures`, of an attempt that is to be tried again. */
  readonly between?: string | undefined;
  /** Of the attempt that decides. */
  readonly last: readonly string[];
}

/**
 * A failed attempt of a PING_, UDP_ or DNS_CHECK: while its server is up it is tried again `retry`
 * times, except at the very first check; while it is down it is not (measured with 2.2.7).
 */
export function failDatagram(check: Check, { between, last }: Failure): void {
  const { checker } = check;
  const { retries, delayBeforeRetryUs, delayLoopUs, logAllFailures } = checker.config;
  finish(check);
  if (checker.up && checker.hasRun && checker.failures < retries) {
    checker.failures++;
    if (logAllFailures && between !== undefined) tell(check, between);
    return again(check, delayBeforeRetryUs);
  }
  if (isNews(checker)) for (const text of last) tell(check, text);
  checker.hasRun = true;
  checker.failures = 0;
  if (checker.up) takeDown(check);
  again(check, delayLoopUs);
}
