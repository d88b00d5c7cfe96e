// The meaning of a real_server's common checkers (K126, K131). Left out: where a check comes from
// (bindto, bind_port, bind_if, fwmark).
import type { CheckerConfig, HttpCheckerConfig } from "./config.ts";
import { commandWords } from "./read-track.ts";
import type { Statement } from "./tree.ts";
import { all, flag, has, integer, last, seconds, word } from "./values.ts";

const SECOND_US = 1_000_000;
const MAX_COUNT = 2 ** 31 - 1;
const MAX_SECONDS = 4294.967295;
const RETRIES: Readonly<Record<string, number>> = { MISC_CHECK: 0, DNS_CHECK: 3 };

/** What a block means of a kind that stands apart (read-more-checkers.ts). */
export type ReadMore = (statement: Statement, common: Common) => CheckerConfig | undefined;

/** What the whole file says to each checker. */
export interface OfAll {
  readonly readMore?: ReadMore | undefined;
  /** `checker_log_all_failures`: what a checker says of it does not count then (measured). */
  readonly logAllFailures: boolean;
}

/** `outer` are the server and its service. */
export function readCheckers(
  outer: readonly [Statement, Statement],
  address: string,
  port: number,
  { readMore, logAllFailures }: OfAll,
): CheckerConfig[] {
  const checkers: CheckerConfig[] = [];
  for (const each of outer[0].block ?? []) {
    const own = readCommon(each, outer, address, port);
    const common = { ...own, logAllFailures: own.logAllFailures || logAllFailures };
    const checker = readChecker(each, outer, common, readMore);
    if (checker !== undefined) checkers.push(checker);
  }
  return checkers;
}

function readChecker(
  statement: Statement,
  outer: readonly [Statement, Statement],
  common: Common,
  readMore: ReadMore | undefined,
): CheckerConfig | undefined {
  switch (statement.keyword) {
    case "HTTP_GET":
    case "SSL_GET":
      return readHttp(statement, outer, common);
    case "TCP_CHECK":
      return { type: "TCP_CHECK", ...common };
    case "MISC_CHECK":
      return readMisc(statement, common);
    default:
      return readMore?.(statement, common);
  }
}

/** The time limit is the pause between checks unless it says otherwise (K131). */
function readMisc({ block }: Statement, common: Common): CheckerConfig | undefined {
  const command = commandWords(last(block, "misc_path"));
  if (command === undefined) return undefined;
  const limit = { min: 0.000001, max: MAX_SECONDS, defaultUs: common.delayLoopUs };
  const timeoutUs = seconds(last(block, "misc_timeout"), limit);
  return { type: "MISC_CHECK", ...common, command, timeoutUs, dynamic: has(block, "misc_dynamic") };
}

export type Common = Omit<HttpCheckerConfig, "type" | "urls" | "httpVersion" | "fastRecovery">;

/**
 * A checker's own value, else its server's, else the service's, else the default (K126, K131). One
 * out of its range is none. Only a checker may do without retries.
 */
function readCommon(
  checker: Statement,
  outer: readonly [Statement, Statement],
  address: string,
  port: number,
): Common {
  const blocks = [checker, ...outer].map(({ block }) => block);
  const time = (key: string, min: number, defaultUs: number): number =>
    blocks
      .map((block) => seconds(last(block, key), { min, max: MAX_SECONDS, defaultUs: -1 }))
      .find((each) => each >= 0) ?? defaultUs;
  const retries = blocks
    .map((block, depth) => ({ said: last(block, "retry") ?? last(block, "nb_get_retry"), depth }))
    .map(({ said, depth }) =>
      integer(said, { min: Math.min(depth, 1), max: MAX_COUNT, default: -1 }),
    )
    .find((each) => each >= 0);
  const [own, server, service] = blocks;
  const isHttp = checker.keyword === "HTTP_GET" || checker.keyword === "SSL_GET";
  const isDns = checker.keyword === "DNS_CHECK";
  const delayLoopUs = time("delay_loop", 0.000001, 60 * SECOND_US);
  return {
    connectIp: word(last(checker.block, "connect_ip")) ?? address,
    connectPort: Number(word(last(checker.block, "connect_port")) ?? port),
    connectTimeoutUs: time("connect_timeout", 0.000001, 5 * SECOND_US),
    delayLoopUs,
    warmupUs: time("warmup", 0, delayLoopUs),
    retries: retries ?? RETRIES[checker.keyword] ?? 1,
    delayBeforeRetryUs: time(
      "delay_before_retry",
      0,
      isDns ? delayLoopUs : (isHttp ? 3 : 1) * SECOND_US,
    ),
    logAllFailures: flag(last(own, "log_all_failures")) ?? false,
    // A service's has no argument.
    alpha: flag(last(own, "alpha")) ?? flag(last(server, "alpha")) ?? has(service, "alpha"),
  };
}

function readHttp(
  checker: Statement,
  outer: readonly Statement[],
  common: Common,
): HttpCheckerConfig {
  const urls = all(checker.block, "url").map((url) => ({
    path: word(last(url.block, "path")) ?? "/",
    // The innermost one counts (K141).
    virtualHost: [url, checker, ...outer]
      .map(({ block }) => word(last(block, "virtualhost")))
      .find((each) => each !== undefined),
    digest: word(last(url.block, "digest")),
    statusCodes:
      has(url.block, "digest") && !has(url.block, "status_code")
        ? undefined
        : readStatusCodes(last(url.block, "status_code")),
  }));
  const type = checker.keyword === "SSL_GET" ? "SSL_GET" : "HTTP_GET";
  const version = word(last(checker.block, "http_protocol"));
  const httpVersion = version === "1.1" || version === "1.0C" ? version : "1.0";
  const fastRecovery = flag(last(checker.block, "fast_recovery")) ?? false;
  return { type, ...common, httpVersion, fastRecovery, urls };
}

/** Numbers and ranges; 200 to 299 by default (K142). */
function readStatusCodes(statement: Statement | undefined): readonly (readonly [number, number])[] {
  const codes = (statement?.words.slice(1) ?? []).flatMap(({ text }) => {
    const range = statusRange(text);
    return range === undefined ? [] : [range];
  });
  return codes.length > 0 ? codes : [[200, 299]];
}

/** "200" or "200-299"; undefined when it is no such thing. */
export function statusRange(text: string): readonly [number, number] | undefined {
  if (!/^\d+(-\d+)?$/.test(text)) return undefined;
  const [low = 0, high = low] = text.split("-").map(Number);
  return low >= 100 && high <= 599 && low <= high ? [low, high] : undefined;
}
