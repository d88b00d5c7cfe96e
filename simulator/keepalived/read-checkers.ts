// The meaning of a real_server's checkers (K126, K131). Left out: BFD_CHECK, and where a check comes
// from (bindto, bind_port, bind_if, fwmark).
import type {
  CheckerConfig,
  DnsCheckerConfig,
  FileCheckerConfig,
  HttpCheckerConfig,
  UdpCheckerConfig,
} from "./config.ts";
import { commandWords } from "./read-track.ts";
import type { Statement } from "./tree.ts";
import { all, has, integer, last, seconds, word } from "./values.ts";

const SECOND_US = 1_000_000;
const MAX_COUNT = 2 ** 31 - 1;
const MAX_SECONDS = 4294.967295;
const MAX_LENGTH = 65_535;
/** The numbers of DNS question types (RFC 1035, 3596, 4034). */
const QUERY_TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  RRSIG: 46,
  DNSKEY: 48,
};

const RETRIES: Readonly<Record<string, number>> = { MISC_CHECK: 0, DNS_CHECK: 3 };

/** `outer` are the server and its service, `files` the track_file blocks of the whole text. */
export function readCheckers(
  outer: readonly [Statement, Statement],
  address: string,
  port: number,
  files: readonly Statement[],
): CheckerConfig[] {
  const checkers: CheckerConfig[] = [];
  for (const each of outer[0].block ?? []) {
    const common = readCommon(each, outer, address, port);
    const checker = readChecker(each, common, files);
    if (checker !== undefined) checkers.push(checker);
  }
  return checkers;
}

function readChecker(
  statement: Statement,
  common: Common,
  files: readonly Statement[],
): CheckerConfig | undefined {
  const { block } = statement;
  switch (statement.keyword) {
    case "HTTP_GET":
    case "SSL_GET":
      return readHttp(statement, common);
    case "TCP_CHECK":
    case "PING_CHECK":
      return { type: statement.keyword, ...common };
    case "UDP_CHECK":
      return readUdp(statement, common);
    case "DNS_CHECK":
      return readDns(statement, common);
    case "SMTP_CHECK": {
      const helo = word(last(block, "helo_name")) ?? "smtpchecker.keepalived.org";
      return { type: "SMTP_CHECK", ...common, helo };
    }
    case "MISC_CHECK":
      return readMisc(statement, common);
    case "FILE_CHECK":
      return readFileCheck(statement, common, files);
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

/** What the lengths and contents of a reply must be counts only where contents are given. */
function readUdp({ block }: Statement, common: Common): UdpCheckerConfig {
  const length = (key: string, byDefault: number): number =>
    integer(last(block, key), { min: 0, max: MAX_LENGTH, default: byDefault });
  const required = last(block, "require_reply");
  return {
    type: "UDP_CHECK",
    ...common,
    payload: hexBytes(last(block, "payload")),
    needsReply: required !== undefined,
    reply: hexBytes(required),
    minimumReply: length("min_reply_length", 0),
    maximumReply: length("max_reply_length", 255),
  };
}

/**
 * "0102 03": the bytes as characters; undefined for anything else. keepalived 2.2.7 refuses a
 * closing "ff", too, and every mask (measured).
 */
export function hexBytes(statement: Statement | undefined): string | undefined {
  const words = statement?.words.slice(1).flatMap(({ text }) => text.trim().split(/\s+/)) ?? [];
  const isHex = words.length > 0 && words.every((each) => /^[\da-f]+$/i.test(each));
  if (!isHex) return undefined;
  const bytes = words.flatMap((each) => each.match(/../g) ?? [each]);
  const codes = bytes.map((each) => Number.parseInt(each, 16));
  return codes.at(-1) === 255 ? undefined : String.fromCharCode(...codes);
}

/** An unknown type stands for SOA, a name with an empty label for the root. */
function readDns({ block }: Statement, common: Common): DnsCheckerConfig {
  const type = word(last(block, "type")) ?? "";
  const queryType = QUERY_TYPES[type] ?? 6;
  const name = word(last(block, "name")) ?? "";
  return { type: "DNS_CHECK", ...common, queryType, name: hasEmptyLabel(name) ? "" : name };
}

/** A first label of one character counts as empty, too (measured). */
function hasEmptyLabel(name: string): boolean {
  return name !== "." && /^.?\.|\.\./.test(name);
}

/** A checker's own weight, else its file's, else 1 (K110). */
function readFileCheck(
  { block }: Statement,
  common: Common,
  files: readonly Statement[],
): FileCheckerConfig | undefined {
  const name = word(last(block, "track_file"));
  const file = files.find((each) => word(each) === name);
  const path = word(last(file?.block, "file"));
  if (name === undefined || path === undefined) return undefined;
  const weight = last(block, "weight") ?? last(file?.block, "weight");
  const start = last(file?.block, "init_file");
  return {
    type: "FILE_CHECK",
    ...common,
    alpha: false,
    name,
    path,
    weight: integer(weight, { min: -MAX_COUNT, max: MAX_COUNT, default: 1 }),
    reverse: word(weight, 2) === "reverse",
    initial: start === undefined ? undefined : Number.parseInt(word(start) ?? "0", 10) || 0,
    overwrites: start?.words.some(({ text }) => text === "overwrite") ?? false,
  };
}

type Common = Omit<
  HttpCheckerConfig,
  "type" | "urls" | "virtualHost" | "httpVersion" | "fastRecovery"
>;

/** A checker's own value, else its server's, else the service's, else the default (K126, K131). */
function readCommon(
  checker: Statement,
  outer: readonly Statement[],
  address: string,
  port: number,
): Common {
  const find = (key: string): Statement | undefined =>
    [checker, ...outer].map(({ block }) => last(block, key)).find((each) => each !== undefined);
  const time = (key: string, min: number, defaultUs: number): number =>
    seconds(find(key), { min, max: MAX_SECONDS, defaultUs });
  const isHttp = checker.keyword === "HTTP_GET" || checker.keyword === "SSL_GET";
  const isDns = checker.keyword === "DNS_CHECK";
  const delayLoopUs = time("delay_loop", 0.000001, 60 * SECOND_US);
  return {
    connectIp: word(last(checker.block, "connect_ip")) ?? address,
    connectPort: Number(word(last(checker.block, "connect_port")) ?? port),
    connectTimeoutUs: time("connect_timeout", 0.000001, 5 * SECOND_US),
    delayLoopUs,
    warmupUs: time("warmup", 0, delayLoopUs),
    retries: integer(find("retry") ?? find("nb_get_retry"), {
      min: 0,
      max: MAX_COUNT,
      default: RETRIES[checker.keyword] ?? 1,
    }),
    delayBeforeRetryUs: time(
      "delay_before_retry",
      0,
      isDns ? delayLoopUs : (isHttp ? 3 : 1) * SECOND_US,
    ),
    logAllFailures: has(checker.block, "log_all_failures"),
    alpha: [checker, ...outer].some(({ block }) => has(block, "alpha")),
  };
}

function readHttp(checker: Statement, common: Common): HttpCheckerConfig {
  const urls = all(checker.block, "url").map((url) => ({
    path: word(last(url.block, "path")) ?? "/",
    digest: word(last(url.block, "digest")),
    statusCodes:
      has(url.block, "digest") && !has(url.block, "status_code")
        ? undefined
        : readStatusCodes(last(url.block, "status_code")),
  }));
  const virtualHost = word(last(checker.block, "virtualhost"));
  const type = checker.keyword === "SSL_GET" ? "SSL_GET" : "HTTP_GET";
  const httpVersion = word(last(checker.block, "http_protocol"))?.startsWith("1.1") ? "1.1" : "1.0";
  const fastRecovery = has(checker.block, "fast_recovery");
  return { type, ...common, virtualHost, httpVersion, fastRecovery, urls };
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
