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
export type ReadMore = (
  statement: Statement,
  /** Of the block, or of one within it, that one first. */
  commonOf: (...blocks: Statement[]) => Common,
) => readonly CheckerConfig[];

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
  const commonOf = (...own: Statement[]): Common => {
    const common = readCommon(own, outer, address, port);
    return { ...common, logAllFailures: common.logAllFailures || logAllFailures };
  };
  return (outer[0].block ?? []).flatMap((each) => {
    const checker = readChecker(each, outer, commonOf);
    return checker ?? readMore?.(each, commonOf) ?? [];
  });
}

function readChecker(
  statement: Statement,
  outer: readonly [Statement, Statement],
  commonOf: (checker: Statement) => Common,
): CheckerConfig | undefined {
  switch (statement.keyword) {
    case "HTTP_GET":
    case "SSL_GET":
      return readHttp(statement, outer, commonOf(statement));
    case "TCP_CHECK":
      return { type: "TCP_CHECK", ...commonOf(statement) };
    case "MISC_CHECK":
      return readMisc(statement, commonOf(statement));
    default:
      return undefined;
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
 * out of its range is none. Only a checker may do without retries. `own` is its block, or one within
 * it and it.
 */
function readCommon(
  own: readonly Statement[],
  outer: readonly [Statement, Statement],
  address: string,
  port: number,
): Common {
  const [server, service] = outer;
  const blocks = [...own, ...outer].map(({ block }) => block);
  const inner = blocks.slice(0, own.length);
  const outermost = own.at(-1)?.keyword ?? "";
  const said = (key: string): boolean | undefined =>
    inner.map((block) => flag(last(block, key))).find((each) => each !== undefined);
  const time = (key: string, min: number, defaultUs: number): number =>
    blocks
      .map((block) => seconds(last(block, key), { min, max: MAX_SECONDS, defaultUs: -1 }))
      .find((each) => each >= 0) ?? defaultUs;
  const retries = blocks
    .map((block, depth) => {
      const min = depth < own.length ? 0 : 1;
      const statement = last(block, "retry") ?? last(block, "nb_get_retry");
      return integer(statement, { min, max: MAX_COUNT, default: -1 });
    })
    .find((each) => each >= 0);
  const isHttp = outermost === "HTTP_GET" || outermost === "SSL_GET";
  const isDns = outermost === "DNS_CHECK";
  const delayLoopUs = time("delay_loop", 0.000001, 60 * SECOND_US);
  return {
    connectIp: word(last(inner[0], "connect_ip")) ?? address,
    connectPort: Number(word(last(inner[0], "connect_port")) ?? port),
    connectTimeoutUs: time("connect_timeout", 0.000001, 5 * SECOND_US),
    delayLoopUs,
    warmupUs: time("warmup", 0, delayLoopUs),
    retries: retries ?? RETRIES[outermost] ?? 1,
    delayBeforeRetryUs: time(
      "delay_before_retry",
      0,
      isDns ? delayLoopUs : (isHttp ? 3 : 1) * SECOND_US,
    ),
    logAllFailures: said("log_all_failures") ?? false,
    // A service's has no argument.
    alpha: said("alpha") ?? flag(last(server.block, "alpha")) ?? has(service.block, "alpha"),
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
