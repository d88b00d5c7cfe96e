// The meaning of a virtual_server block (K125-K131); its checkers are read elsewhere.
import type { ServiceName } from "../ipvs/admin.ts";
import type { RealServerConfig, VirtualServerConfig } from "./config.ts";
import { parseIp } from "../wire/address.ts";
import { type OfAll, readCheckers } from "./read-checkers.ts";
import { commandWords } from "./read-track.ts";
import { groupServices } from "./server-groups.ts";
import type { Statement } from "./tree.ts";
import { all, flag, has, integer, last, word } from "./values.ts";

const SCHEDULERS = "rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq twos".split(" ");
const FLAGS = ["sh-port", "sh-fallback", "mh-port", "mh-fallback", "flag-1", "flag-2", "flag-3"];
const METHODS = { NAT: "masq", DR: "route", TUN: "tunnel" } as const;
const MAX_COUNT = 2 ** 31 - 1;

/** undefined: it is not run, for an address of another kind or for want of servers. */
export function readVirtualServer(
  statement: Statement,
  ofAll: OfAll,
  groups: readonly Statement[],
): VirtualServerConfig | undefined {
  const { block } = statement;
  const address = word(statement) ?? "";
  const isMark = address === "fwmark";
  const group = address === "group" ? word(statement, 2) : undefined;
  const port = isMark || group !== undefined ? 0 : Number(word(statement, 2) ?? 0);
  if (!isMark && group === undefined && parseIp(address) === undefined) return undefined;
  const method = methodOf(lastOf(block, "lb_kind", "lvs_method")) ?? "masq";
  const realServers = readRealServers(statement, port, method, isMark, ofAll);
  if (realServers.length === 0) return undefined;
  const protocol = protocolOf(block) === "tcp" ? "tcp" : "udp";
  const mark = isMark ? Number(word(statement, 2) ?? 0) : 0;
  const own: ServiceName = isMark ? { mark } : { protocol, address, port };
  const services =
    group === undefined
      ? [own]
      : groupServices(groups.find((each) => word(each) === group)?.block ?? [], protocol);
  if (services.length === 0) return undefined;
  return {
    protocol,
    address: isMark ? "0.0.0.0" : group === undefined ? address : "",
    port,
    mark,
    group,
    services,
    scheduler: schedulerOf(block),
    method,
    persistence: readPersistence(block),
    onePacket: has(block, "ops"),
    ...readQuorum(block, realServers),
    omega: has(block, "omega"),
    haSuspend: has(block, "ha_suspend"),
    schedulerFlags: FLAGS.filter((flag) => has(block, flag)),
    quorumUp: commandWords(last(block, "quorum_up")),
    quorumDown: commandWords(last(block, "quorum_down")),
    sorryServerInhibit: isInhibited(block),
    sorryServer: readSorryServer(last(block, "sorry_server"), port, method),
    realServers:
      group === undefined
        ? realServers.map((each) => ({ ...each, port: portInTable(each, port, isMark) }))
        : realServers,
  };
}

/** Only translation can change a port (K129); the checkers go on asking the one that was written (lvs-c3). */
function portInTable(
  { port, method }: Pick<RealServerConfig, "port" | "method">,
  virtualPort: number,
  isMark: boolean,
): number {
  if (isMark) return 0;
  return method === "masq" ? port : virtualPort;
}

/** The keyword counts for the sorry server named before it (measured). */
function isInhibited(block: readonly Statement[] | undefined): boolean {
  const index = block?.findLastIndex(({ keyword }) => keyword === "sorry_server") ?? -1;
  return index >= 0 && has(block?.slice(index), "sorry_server_inhibit");
}

/** The second of two with the same address and port is removed. */
function readRealServers(
  statement: Statement,
  port: number,
  method: RealServerConfig["method"],
  isMark: boolean,
  ofAll: OfAll,
): RealServerConfig[] {
  const servers = all(statement.block, "real_server")
    .map((each) => readRealServer(each, statement, port, method, ofAll))
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
  virtualPort: number,
  method: RealServerConfig["method"],
): VirtualServerConfig["sorryServer"] {
  const address = word(statement);
  if (address === undefined || parseIp(address) === undefined) return undefined;
  const port = Number(word(statement, 2) ?? virtualPort);
  return { address, port: portInTable({ port, method }, virtualPort, false) };
}

function readRealServer(
  statement: Statement,
  virtual: Statement,
  virtualPort: number,
  method: RealServerConfig["method"],
  ofAll: OfAll,
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
    // Its service's has no argument.
    inhibitOnFailure:
      flag(last(block, "inhibit_on_failure")) ?? has(virtual.block, "inhibit_on_failure"),
    notifyUp: commandWords(last(block, "notify_up")),
    notifyDown: commandWords(last(block, "notify_down")),
    checkers: readCheckers([statement, virtual], address, given, ofAll),
  };
}
