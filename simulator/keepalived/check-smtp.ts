// SMTP_CHECK (K89, K131): a mail server's banner, HELO and QUIT, as measured with keepalived 2.2.7.
// An answer is one line; one that says that more lines follow is a bad one.
import { receiveTcpData, sendTcp } from "../host/tcp.ts";
import {
  again,
  type Check,
  type CheckKind,
  finish,
  isNews,
  limit,
  serverName,
  succeedPlain,
  takeDown,
  tell,
} from "./checker.ts";
import { connectionState, openConnection } from "./check-tcp.ts";
import type { SmtpCheckerConfig } from "./config.ts";

/** What the answers begin with, and what is said of others; whatever answers QUIT is good. */
const ANSWERS = [
  { begins: "220 ", otherwise: "Bad greeting banner from" },
  { begins: "250 ", otherwise: "Bad HELO response from" },
  { begins: "", otherwise: "" },
] as const;

export const smtpCheck: CheckKind = {
  begin(check) {
    if (openConnection(check)) return;
    const { connectIp } = check.checker.config;
    fail(check, `Network unreachable for server ${connectIp} - real server ${where(check)}`);
  },
  hear(check, socket) {
    const state = connectionState(socket);
    const { checker } = check;
    if (state === "opening") return;
    if (state === "closed" && !checker.connected) return failAt(check, "Could not connect to");
    checker.connected = true;
    read(check, socket.id);
  },
  timeout(check) {
    failAt(check, check.checker.connected ? "Read timeout from" : "Connection timeout to");
  },
};

function read(check: Check, socket: number): void {
  const { checker, speaker } = check;
  const config = checker.config as SmtpCheckerConfig;
  const { data, end, error } = receiveTcpData(speaker.system, socket);
  checker.received += data;
  const line = checker.received.indexOf("\n");
  if (line < 0) {
    if (end || error !== undefined) return failAt(check, "Read failure from");
    return limit(check, config.connectTimeoutUs);
  }
  const { begins, otherwise } = ANSWERS[checker.answers] ?? ANSWERS[2];
  if (!checker.received.startsWith(begins)) return failAt(check, otherwise);
  checker.received = checker.received.slice(line + 1);
  checker.answers++;
  if (checker.answers === ANSWERS.length) {
    return succeedPlain(check, `Remote SMTP server ${serverName(check)} succeed on service.`);
  }
  sendTcp(speaker.system, socket, checker.answers === 1 ? `HELO ${config.helo}\r\n` : "QUIT\r\n");
  limit(check, config.connectTimeoutUs);
}

/** "[192.168.88.10]:25", which it speaks to. */
function where({ checker: { config } }: Check): string {
  return `[${config.connectIp}]:${config.connectPort}`;
}

function failAt(check: Check, what: string): void {
  fail(check, `${what} server ${where(check)}`);
}

/**
 * Tried again `retry` times at the very first check, too, and while the server is down; the log
 * names the reason of the last attempt, with `log_all_failures` of each.
 */
function fail(check: Check, reason: string): void {
  const { checker } = check;
  const { retries, delayBeforeRetryUs, delayLoopUs, logAllFailures } = checker.config;
  finish(check);
  const isLast = checker.failures >= retries;
  if (isNews(checker) && (isLast || logAllFailures)) tell(check, `SMTP_CHECK ${reason}`);
  if (!isLast) {
    checker.failures++;
    return again(check, delayBeforeRetryUs);
  }
  checker.hasRun = true;
  checker.failures = 0;
  if (checker.up) takeDown(check);
  again(check, delayLoopUs);
}
