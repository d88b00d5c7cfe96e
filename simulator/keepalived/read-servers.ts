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
import {
  all,
  complain,
  complainLater,
  has,
  integer,
  last,
  type Reader,
  seconds,
  word,
} from "./values.ts";

const SECOND_US = 1_000_000;
const SCHEDULERS = "rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq twos".split(" ");
const FLAGS = ["sh-port", "sh-fallback", "mh-port", "mh-fallback", "flag-1", "flag-2", "flag-3"];
const METHODS = { NAT: "masq", DR: "route", TUN: "tunnel" } as const;
const MAX_COUNT = 2 ** 31 - 1;
const MAX_SECONDS = 4294.967295;

export function readVirtualServer(
  reader: Reader,
  statement: Statement,
): VirtualServerConfig | undefined {
  const { block } = statement;
  const address = word(statement) ?? "";
  const isMark = address === "fwmark";
  const port = isMark ? 0 : Number(word(statement, 2) ?? 0);
  if (!isMark && parseIp(address) === undefined) return undefined;
  const name = `[${address}]:${protocolWord(block)}:${port}`;
  const method = methodOf(last(block, "lb_kind") ?? last(block, "lvs_method")) ?? ("masq" as const);
  const realServers = all(block, "real_server")
    .map((each) => readRealServer(reader, each, statement, port, method))
    .filter((each) => each !== undefined);
  if (isMark && realServers.length > 0) complainOfMark(reader, statement, realServers);
  if (realServers.length === 0) {
    complainLater(reader, statement, `Virtual server ${name} has no real servers - ignoring`);
    return undefined;
  }
  return {
    protocol: readProtocol(reader, statement, name),
    address: isMark ? "0.0.0.0" : address,
    port,
    mark: isMark ? Number(word(statement, 2) ?? 0) : 0,
    scheduler: readScheduler(reader, statement, name),
    method: readMethod(reader, statement, name),
    persistence: readPersistence(reader, block),
    onePacket: has(block, "ops"),
    ...readQuorum(reader, statement, name, realServers),
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

function protocolWord(block: readonly Statement[] | undefined): string {
  return word(last(block, "protocol"))?.toLowerCase() ?? "none";
}

function readProtocol(reader: Reader, statement: Statement, name: string): "tcp" | "udp" {
  const given = protocolWord(statement.block);
  if (given === "tcp" || given === "udp") return given;
  const text = `Virtual server ${name}: no protocol set - defaulting to UDP`;
  if (given === "none") complainLater(reader, statement, text);
  return "udp";
}

function readScheduler(reader: Reader, statement: Statement, name: string): string {
  const chosen = last(statement.block, "lb_algo") ?? last(statement.block, "lvs_sched");
  const text = word(chosen);
  if (text !== undefined && SCHEDULERS.includes(text)) return text;
  if (chosen !== undefined) {
    complain(reader, chosen, `Invalid lvs_scheduler '${text ?? ""}' - ignoring`);
  }
  const missing = `Virtual server ${name}: no scheduler set, setting default 'wlc'`;
  complainLater(reader, statement, missing);
  return "wlc";
}

function readMethod(
  reader: Reader,
  statement: Statement,
  name: string,
): "route" | "masq" | "tunnel" {
  const chosen = last(statement.block, "lb_kind") ?? last(statement.block, "lvs_method");
  const text = word(chosen) ?? "";
  if (Object.hasOwn(METHODS, text)) return METHODS[text as keyof typeof METHODS];
  if (chosen !== undefined) {
    const unknown = `PARSER : unknown [${text}] routing method for virtual server.`;
    complain(reader, chosen, unknown);
  }
  const missing = `Virtual server ${name}: no forwarding method set, setting default NAT`;
  complainLater(reader, statement, missing);
  return "masq";
}

/** A mark stands for protocol and port (K129). */
function complainOfMark(
  reader: Reader,
  statement: Statement,
  servers: readonly { readonly address: string; readonly port: number }[],
): void {
  const name = `FWM ${word(statement, 2) ?? "0"}`;
  if (has(statement.block, "protocol")) {
    const text = "protocol specified for fwmark - protocol will be ignored";
    complainLater(reader, statement, `Warning: Virtual server ${name}: ${text}`);
  }
  for (const { address, port } of servers) {
    if (port === 0) continue;
    const server = `real server [${address}]:none:${port} has port specified - clearing`;
    complainLater(reader, statement, `WARNING - fwmark virtual server ${name}, ${server}`);
  }
}

function methodOf(statement: Statement | undefined): RealServerConfig["method"] | undefined {
  const text = word(statement) ?? "";
  return Object.hasOwn(METHODS, text) ? METHODS[text as keyof typeof METHODS] : undefined;
}

/** Without a value 360 s (K125). */
function readPersistence(
  reader: Reader,
  block: readonly Statement[] | undefined,
): VirtualServerConfig["persistence"] {
  const statement = last(block, "persistence_timeout");
  if (statement === undefined) return undefined;
  const range = { min: 1, max: 2_678_400, default: 360 };
  const timeout = integer(reader, statement, range);
  const mask = word(last(block, "persistence_granularity")) ?? "255.255.255.255";
  return { timeout, mask };
}

/** A quorum above the total weight is reduced to it (K134). */
function readQuorum(
  reader: Reader,
  statement: Statement,
  name: string,
  realServers: readonly RealServerConfig[],
): Pick<VirtualServerConfig, "quorum" | "hysteresis"> {
  const { block } = statement;
  const total = realServers.reduce((sum, { weight }) => sum + weight, 0);
  const quorum = integer(reader, last(block, "quorum"), { min: 1, max: MAX_COUNT, default: 1 });
  const hysteresis = integer(reader, last(block, "hysteresis"), {
    min: 0,
    max: MAX_COUNT,
    default: 0,
  });
  if (quorum <= total) return { quorum, hysteresis };
  const excess = `exceeds total weight of real servers ${total}, reducing quorum to ${total}`;
  complainLater(reader, statement, `Warning - quorum ${quorum} for ${name} ${excess}`);
  return { quorum: total, hysteresis };
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
  reader: Reader,
  statement: Statement,
  virtual: Statement,
  virtualPort: number,
  method: RealServerConfig["method"],
): RealServerConfig | undefined {
  const address = word(statement) ?? "";
  if (parseIp(address) === undefined) return undefined;
  const { block } = statement;
  const given = Number(word(statement, 2) ?? virtualPort);
  const commonWeight = integer(reader, last(virtual.block, "weight"), {
    min: 1,
    max: MAX_COUNT,
    default: 1,
  });
  const count = (key: string, byDefault: number): number =>
    integer(reader, last(block, key), { min: 0, max: MAX_COUNT, default: byDefault });
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
    checkers: readCheckers(reader, statement, virtual, address, given),
  };
}

function readCheckers(
  reader: Reader,
  statement: Statement,
  virtual: Statement,
  address: string,
  port: number,
): CheckerConfig[] {
  const checkers: CheckerConfig[] = [];
  for (const each of statement.block ?? []) {
    const common = readCommon(reader, each, [statement, virtual], address, port);
    const checker = readChecker(reader, each, common);
    if (checker !== undefined) checkers.push(checker);
  }
  return checkers;
}

function readChecker(
  reader: Reader,
  statement: Statement,
  common: Common,
): CheckerConfig | undefined {
  switch (statement.keyword) {
    case "HTTP_GET":
    case "SSL_GET":
      return readHttp(reader, statement, common);
    case "TCP_CHECK":
    case "UDP_CHECK":
    case "PING_CHECK":
      return { type: statement.keyword, ...common };
    case "MISC_CHECK":
      return readMisc(reader, statement, common);
    default:
      return undefined;
  }
}

/** The time limit is the pause between checks unless it says otherwise (K131). */
function readMisc(reader: Reader, { block }: Statement, common: Common): CheckerConfig | undefined {
  const command = commandWords(last(block, "misc_path"));
  if (command === undefined) return undefined;
  const limit = { min: 0.000001, max: MAX_SECONDS, defaultUs: common.delayLoopUs };
  const timeoutUs = seconds(reader, last(block, "misc_timeout"), limit);
  return { type: "MISC_CHECK", ...common, command, timeoutUs, dynamic: has(block, "misc_dynamic") };
}

type Common = Omit<
  HttpCheckerConfig,
  "type" | "urls" | "virtualHost" | "httpVersion" | "fastRecovery"
>;

/** A checker's own value, else its server's, else the service's, else the default (K126, K131). */
function readCommon(
  reader: Reader,
  checker: Statement,
  outer: readonly Statement[],
  address: string,
  port: number,
): Common {
  const find = (key: string): Statement | undefined =>
    [checker, ...outer].map(({ block }) => last(block, key)).find((each) => each !== undefined);
  const time = (key: string, min: number, defaultUs: number): number =>
    seconds(reader, find(key), { min, max: MAX_SECONDS, defaultUs });
  const isHttp = checker.keyword === "HTTP_GET" || checker.keyword === "SSL_GET";
  const delayLoopUs = time("delay_loop", 0.000001, 60 * SECOND_US);
  return {
    connectIp: word(last(checker.block, "connect_ip")) ?? address,
    connectPort: Number(word(last(checker.block, "connect_port")) ?? port),
    connectTimeoutUs: time("connect_timeout", 0.000001, 5 * SECOND_US),
    delayLoopUs,
    warmupUs: time("warmup", 0, delayLoopUs),
    retries: integer(reader, find("retry") ?? find("nb_get_retry"), {
      min: 0,
      max: MAX_COUNT,
      default: checker.keyword === "MISC_CHECK" ? 0 : 1,
    }),
    delayBeforeRetryUs: time("delay_before_retry", 0, (isHttp ? 3 : 1) * SECOND_US),
    logAllFailures: has(checker.block, "log_all_failures"),
    alpha: [checker, ...outer].some(({ block }) => has(block, "alpha")),
  };
}

function readHttp(reader: Reader, checker: Statement, common: Common): HttpCheckerConfig {
  const urls = all(checker.block, "url").map((url) => ({
    path: word(last(url.block, "path")) ?? "/",
    digest: word(last(url.block, "digest")),
    statusCodes:
      has(url.block, "digest") && !has(url.block, "status_code")
        ? undefined
        : readStatusCodes(reader, last(url.block, "status_code")),
  }));
  const virtualHost = word(last(checker.block, "virtualhost"));
  const type = checker.keyword === "SSL_GET" ? "SSL_GET" : "HTTP_GET";
  const httpVersion = word(last(checker.block, "http_protocol"))?.startsWith("1.1") ? "1.1" : "1.0";
  const fastRecovery = has(checker.block, "fast_recovery");
  return { type, ...common, virtualHost, httpVersion, fastRecovery, urls };
}

/** Numbers and ranges; 200 to 299 by default (K142). */
function readStatusCodes(
  reader: Reader,
  statement: Statement | undefined,
): readonly (readonly [number, number])[] {
  const codes: (readonly [number, number])[] = [];
  for (const { text } of statement?.words.slice(1) ?? []) {
    const [first = "", second = first] = text.split("-");
    const [low, high] = [Number(first), Number(second)];
    const isValid = low >= 100 && high <= 599 && low <= high;
    if (isValid) codes.push([low, high]);
    else if (statement !== undefined) {
      complain(reader, statement, `Invalid HTTP_GET status code '${text}'`);
    }
  }
  return codes.length > 0 ? codes : [[200, 299]];
}
