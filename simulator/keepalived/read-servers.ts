// The meaning of a virtual_server block and its checkers (K125-K131).
import type {
  CheckerConfig,
  HttpCheckerConfig,
  RealServerConfig,
  VirtualServerConfig,
} from "./config.ts";
import { parseIp } from "../wire/address.ts";
import { commandWords } from "./read-track.ts";
import type { Statement } from "./tree.ts";
import { all, has, integer, last, seconds, word } from "./values.ts";

const SECOND_US = 1_000_000;
const SCHEDULERS = "rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq twos".split(" ");
const FLAGS = ["sh-port", "sh-fallback", "mh-port", "mh-fallback", "flag-1", "flag-2", "flag-3"];
const METHODS = { NAT: "masq", DR: "route", TUN: "tunnel" } as const;
const MAX_COUNT = 2 ** 31 - 1;
const MAX_SECONDS = 4294.967295;

/** undefined: it is not run, for an address of another kind or for want of servers. */
export function readVirtualServer(statement: Statement): VirtualServerConfig | undefined {
  const { block } = statement;
  const address = word(statement) ?? "";
  const isMark = address === "fwmark";
  const port = isMark ? 0 : Number(word(statement, 2) ?? 0);
  if (!isMark && parseIp(address) === undefined) return undefined;
  const method = methodOf(lastOf(block, "lb_kind", "lvs_method")) ?? "masq";
  const realServers = readRealServers(statement, port, method, isMark);
  if (realServers.length === 0) return undefined;
  return {
    protocol: protocolOf(block) === "tcp" ? "tcp" : "udp",
    address: isMark ? "0.0.0.0" : address,
    port,
    mark: isMark ? Number(word(statement, 2) ?? 0) : 0,
    scheduler: schedulerOf(block),
    method,
    persistence: readPersistence(block),
    onePacket: has(block, "ops"),
    ...readQuorum(block, realServers),
    alpha: has(block, "alpha"),
    omega: has(block, "omega"),
    haSuspend: has(block, "ha_suspend"),
    inhibitOnFailure: has(block, "inhibit_on_failure"),
    schedulerFlags: FLAGS.filter((flag) => has(block, flag)),
    quorumUp: commandWords(last(block, "quorum_up")),
    quorumDown: commandWords(last(block, "quorum_down")),
    sorryServerInhibit: has(block, "sorry_server_inhibit"),
    sorryServer: readSorryServer(last(block, "sorry_server"), port),
    realServers: isMark ? realServers.map((each) => ({ ...each, port: 0 })) : realServers,
  };
}

/** The second of two with the same address and port is removed. */
function readRealServers(
  statement: Statement,
  port: number,
  method: RealServerConfig["method"],
  isMark: boolean,
): RealServerConfig[] {
  const servers = all(statement.block, "real_server")
    .map((each) => readRealServer(each, statement, port, method))
    .filter((each) => each !== undefined);
  return servers.filter(
    (each, i) =>
      isMark ||
      !servers.slice(0, i).some((one) => one.address === each.address && one.port === each.port),
  );
}

function lastOf(
  block: readonly Statement[] | undefined,
  ...keywords: readonly string[]
): Statement | undefined {
  return block?.findLast(({ keyword }) => keywords.includes(keyword));
}

/** Undefined when none is set, or no valid one. */
export function protocolOf(block: readonly Statement[] | undefined): string | undefined {
  const words = all(block, "protocol").map((each) => word(each)?.toLowerCase() ?? "");
  return words.findLast((each) => ["tcp", "udp", "sctp"].includes(each));
}

function schedulerOf(block: readonly Statement[] | undefined): string {
  return chosenScheduler(block) ?? "wlc";
}

export function chosenScheduler(block: readonly Statement[] | undefined): string | undefined {
  const words = block?.filter(({ keyword }) => keyword === "lb_algo" || keyword === "lvs_sched");
  return words?.map((each) => word(each) ?? "").findLast((each) => SCHEDULERS.includes(each));
}

/** As the file names it; undefined when it names none. */
export function chosenMethod(block: readonly Statement[] | undefined): string | undefined {
  const kinds = block?.filter(({ keyword }) => keyword === "lb_kind" || keyword === "lvs_method");
  return kinds?.map((each) => word(each) ?? "").findLast((each) => Object.hasOwn(METHODS, each));
}

function methodOf(statement: Statement | undefined): RealServerConfig["method"] | undefined {
  const text = word(statement) ?? "";
  return Object.hasOwn(METHODS, text) ? METHODS[text as keyof typeof METHODS] : undefined;
}

/** Without a value 360 s (K125), with an invalid one none. */
export function readPersistence(
  block: readonly Statement[] | undefined,
): VirtualServerConfig["persistence"] {
  const statement = last(block, "persistence_timeout");
  if (statement === undefined) return undefined;
  const isBare = statement.words.length === 1;
  const timeout = integer(statement, { min: 1, max: 2_678_400, default: isBare ? 360 : 0 });
  if (timeout === 0) return undefined;
  const mask = word(last(block, "persistence_granularity")) ?? "255.255.255.255";
  return { timeout, mask };
}

/** A quorum above the total weight is reduced to it (K134), and the hysteresis below the quorum. */
function readQuorum(
  block: readonly Statement[] | undefined,
  realServers: readonly RealServerConfig[],
): Pick<VirtualServerConfig, "quorum" | "hysteresis"> {
  const total = realServers.reduce((sum, { weight }) => sum + weight, 0);
  const given = integer(last(block, "quorum"), { min: 1, max: MAX_COUNT, default: 1 });
  const slack = integer(last(block, "hysteresis"), { min: 0, max: MAX_COUNT, default: 0 });
  const quorum = Math.min(given, total);
  return { quorum, hysteresis: slack < quorum ? slack : Math.max(0, quorum - 1) };
}

function readSorryServer(
  statement: Statement | undefined,
  port: number,
): VirtualServerConfig["sorryServer"] {
  const address = word(statement);
  if (address === undefined || parseIp(address) === undefined) return undefined;
  return { address, port: Number(word(statement, 2) ?? port) };
}

function readRealServer(
  statement: Statement,
  virtual: Statement,
  virtualPort: number,
  method: RealServerConfig["method"],
): RealServerConfig | undefined {
  const address = word(statement) ?? "";
  if (parseIp(address) === undefined) return undefined;
  const { block } = statement;
  const given = Number(word(statement, 2) ?? virtualPort);
  const commonWeight = integer(last(virtual.block, "weight"), {
    min: 1,
    max: MAX_COUNT,
    default: 1,
  });
  const count = (key: string, byDefault: number): number =>
    integer(last(block, key), { min: 0, max: MAX_COUNT, default: byDefault });
  return {
    address,
    port: given,
    weight: count("weight", commonWeight),
    upperThreshold: count("uthreshold", 0),
    lowerThreshold: count("lthreshold", 0),
    method: methodOf(last(block, "lvs_method") ?? last(block, "lb_kind")) ?? method,
    inhibitOnFailure: has(block, "inhibit_on_failure") || has(virtual.block, "inhibit_on_failure"),
    notifyUp: commandWords(last(block, "notify_up")),
    notifyDown: commandWords(last(block, "notify_down")),
    checkers: readCheckers(statement, virtual, address, given),
  };
}

function readCheckers(
  statement: Statement,
  virtual: Statement,
  address: string,
  port: number,
): CheckerConfig[] {
  const checkers: CheckerConfig[] = [];
  for (const each of statement.block ?? []) {
    const common = readCommon(each, [statement, virtual], address, port);
    const checker = readChecker(each, [statement, virtual], common);
    if (checker !== undefined) checkers.push(checker);
  }
  return checkers;
}

function readChecker(
  statement: Statement,
  outer: readonly Statement[],
  common: Common,
): CheckerConfig | undefined {
  switch (statement.keyword) {
    case "HTTP_GET":
    case "SSL_GET":
      return readHttp(statement, outer, common);
    case "TCP_CHECK":
    case "UDP_CHECK":
    case "PING_CHECK":
      return { type: statement.keyword, ...common };
    case "MISC_CHECK":
      return readMisc(statement, common);
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

type Common = Omit<HttpCheckerConfig, "type" | "urls" | "httpVersion" | "fastRecovery">;

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
      default: checker.keyword === "MISC_CHECK" ? 0 : 1,
    }),
    delayBeforeRetryUs: time("delay_before_retry", 0, (isHttp ? 3 : 1) * SECOND_US),
    logAllFailures: has(checker.block, "log_all_failures"),
    alpha: [checker, ...outer].some(({ block }) => has(block, "alpha")),
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
  const httpVersion = word(last(checker.block, "http_protocol"))?.startsWith("1.1") ? "1.1" : "1.0";
  const fastRecovery = has(checker.block, "fast_recovery");
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
