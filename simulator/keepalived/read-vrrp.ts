// The meaning of a vrrp_instance block (K20, K53, K58-K65).
import type { VirtualAddress, VrrpInstanceConfig } from "./config.ts";
import { readNotify, readTracking } from "./read-track.ts";
import type { Statement } from "./tree.ts";
import {
  addressWithPrefix,
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
const PASSWORD_LENGTH = 8;
const REPEATS = { min: 0, max: 2 ** 32 - 1 };

/** undefined when the instance cannot run at all (K190). */
export function readInstance(
  reader: Reader,
  statement: Statement,
  global: readonly Statement[] | undefined,
  nics: readonly string[],
): { config: VrrpInstanceConfig; fatal: boolean } | undefined {
  const { block } = statement;
  const name = word(statement);
  if (name === undefined) return undefined;
  const version = readVersion(reader, block, global);
  const auth = readAuthentication(reader, block, name, version);
  const state = readState(reader, block, name);
  const priority = readPriority(reader, block, state);
  const config: VrrpInstanceConfig = {
    name,
    state,
    nic: word(last(block, "interface")) ?? "",
    virtualRouterId: readRouterId(reader, block, name),
    priority,
    advertIntervalUs: readInterval(reader, statement, name, version),
    version,
    ...auth,
    addresses: readAddresses(reader, last(block, "virtual_ipaddress")),
    excludedAddresses: readAddresses(reader, last(block, "virtual_ipaddress_excluded")),
    ...readPreemption(reader, statement, name, state),
    ...readGarp(reader, block, global),
    downTimerAdverts: integer(reader, last(block, "down_timer_adverts"), {
      min: 1,
      max: 100,
      default: 3,
    }),
    lowerPriorityNoAdvert: has(block, "lower_prio_no_advert"),
    higherPrioritySendAdvert: has(block, "higher_prio_send_advert"),
    dontTrackPrimary: has(block, "dont_track_primary"),
    unicastPeers: (last(block, "unicast_peer")?.block ?? []).map(({ keyword }) => keyword),
    sourceIp: word(last(block, "unicast_src_ip")) ?? word(last(block, "mcast_src_ip")),
    track: readTracking(block),
    notify: readNotify(block),
  };
  return { config, fatal: !check(reader, statement, config, nics) };
}

function readVersion(
  reader: Reader,
  block: readonly Statement[] | undefined,
  global: readonly Statement[] | undefined,
): 2 | 3 {
  const range = { min: 2, max: 3, default: 2 };
  const common = integer(reader, last(global, "vrrp_version"), range);
  return integer(reader, last(block, "version"), { ...range, default: common }) === 3 ? 3 : 2;
}

/** Case sensitive; an unknown word means BACKUP (K22). */
function readState(
  reader: Reader,
  block: readonly Statement[] | undefined,
  name: string,
): "MASTER" | "BACKUP" {
  const statement = last(block, "state");
  const text = word(statement);
  if (statement === undefined || text === "MASTER" || text === "BACKUP") {
    return text === "MASTER" ? "MASTER" : "BACKUP";
  }
  complain(reader, statement, `(${name}) unknown state '${text}', defaulting to BACKUP`);
  return "BACKUP";
}

/** With `state MASTER` and no priority at all the priority is 255 (K22, recorded: vrrp-r). */
function readPriority(
  reader: Reader,
  block: readonly Statement[] | undefined,
  state: "MASTER" | "BACKUP",
): number {
  const statement = last(block, "priority");
  if (statement === undefined) return state === "MASTER" ? 255 : 100;
  const text = "Priority not valid! must be between 1 & 255. Using default 100";
  return integer(reader, statement, { min: 1, max: 255, default: 100 }, () => text);
}

function readRouterId(
  reader: Reader,
  block: readonly Statement[] | undefined,
  name: string,
): number {
  const range = { min: 1, max: 255, default: 0 };
  return integer(
    reader,
    last(block, "virtual_router_id"),
    range,
    (text) => `(${name}): VRID '${text}' not valid - must be between 1 & 255`,
  );
}

function readInterval(reader: Reader, statement: Statement, name: string, version: 2 | 3): number {
  const range = { min: 0.01, max: 255, defaultUs: SECOND_US };
  const intervalUs = seconds(reader, last(statement.block, "advert_int"), range);
  if (version === 3 || intervalUs % SECOND_US === 0) return intervalUs;
  const shown = (intervalUs / SECOND_US).toFixed(6);
  const text = `VRRPv2 advertisement interval ${shown}s must be an integer. rounding`;
  complainLater(reader, statement, `(${name}) ${text}`);
  return Math.max(SECOND_US, Math.round(intervalUs / SECOND_US) * SECOND_US);
}

function readAuthentication(
  reader: Reader,
  block: readonly Statement[] | undefined,
  name: string,
  version: 2 | 3,
): Pick<VrrpInstanceConfig, "authType" | "password"> {
  const none = { authType: 0, password: "" } as const;
  const statement = last(block, "authentication");
  const typeStatement = last(statement?.block, "auth_type");
  const passStatement = last(statement?.block, "auth_pass");
  if (statement === undefined || typeStatement === undefined) return none;
  const type = word(typeStatement);
  if (type !== "PASS" && type !== "AH") {
    complain(reader, typeStatement, `(${name}) unknown authentication type '${type ?? ""}'`);
    return none;
  }
  const password = readPassword(reader, passStatement);
  if (version === 3) {
    const text = "VRRP version 3 does not support authentication. Ignoring.";
    complainLater(reader, statement, `(${name}) ${text}`);
    return none;
  }
  if (password === "") {
    const text = "Authentication specified but no password given. Ignoring";
    complainLater(reader, statement, `(${name}) ${text}`);
    return none;
  }
  return { authType: type === "PASS" ? 1 : 2, password };
}

function readPassword(reader: Reader, statement: Statement | undefined): string {
  const text = word(statement) ?? "";
  if (statement === undefined || text.length <= PASSWORD_LENGTH) return text;
  complain(reader, statement, `Truncating auth_pass to ${PASSWORD_LENGTH} characters`);
  return text.slice(0, PASSWORD_LENGTH);
}

/** One entry a line: `ip[/prefix] [dev if] [label l] …` (K194). */
function readAddresses(reader: Reader, statement: Statement | undefined): VirtualAddress[] {
  const addresses: VirtualAddress[] = [];
  for (const entry of statement?.block ?? []) {
    const parsed = addressWithPrefix(entry.keyword);
    if (parsed === undefined) {
      const shown = entry.keyword.includes("/") ? entry.keyword : `${entry.keyword}/32`;
      complain(reader, entry, `VRRP parsed invalid IP ${shown}. skipping IP...`, 0);
      continue;
    }
    const nic = option(entry, "dev");
    const label = option(entry, "label");
    addresses.push({
      ...parsed,
      ...(nic !== undefined && { nic }),
      ...(label !== undefined && { label }),
    });
  }
  return addresses;
}

function option(entry: Statement, name: string): string | undefined {
  const at = entry.words.findIndex(({ text }) => text === name);
  return at < 0 ? undefined : entry.words[at + 1]?.text;
}

/** nopreempt and preempt_delay do not go with `state MASTER` (K33, K34). */
function readPreemption(
  reader: Reader,
  statement: Statement,
  name: string,
  state: "MASTER" | "BACKUP",
): Pick<VrrpInstanceConfig, "preempt" | "preemptDelayUs"> {
  const { block } = statement;
  const delayed = seconds(reader, last(block, "preempt_delay"), {
    min: 0,
    max: 1000,
    defaultUs: 0,
  });
  const refused = has(block, "nopreempt");
  if (state === "BACKUP") return { preempt: !refused, preemptDelayUs: refused ? 0 : delayed };
  if (refused) {
    const text = "Warning - nopreempt will not work with initial state MASTER - clearing";
    complainLater(reader, statement, `(${name}) ${text}`);
  }
  if (delayed > 0) {
    const text = "Warning - preempt delay will not work with initial state MASTER - clearing";
    complainLater(reader, statement, `(${name}) ${text}`);
  }
  return { preempt: true, preemptDelayUs: 0 };
}

/** An instance's own values, else global_defs', else the defaults (K59, K64, K65). */
function readGarp(
  reader: Reader,
  block: readonly Statement[] | undefined,
  global: readonly Statement[] | undefined,
): Pick<
  VrrpInstanceConfig,
  | "garpRepeat"
  | "garpDelayUs"
  | "garpRefreshUs"
  | "garpRefreshRepeat"
  | "garpLowerPriorityRepeat"
  | "garpLowerPriorityDelayUs"
> {
  const find = (key: string): Statement | undefined =>
    last(block, key) ?? last(global, `vrrp_${key}`);
  const delay = (key: string, defaultUs: number): number =>
    seconds(reader, find(key), { min: 0, max: 86_400, defaultUs });
  const repeat = (key: string, byDefault: number): number =>
    integer(reader, find(key), { ...REPEATS, default: byDefault });
  const garpRepeat = Math.max(1, repeat("garp_master_repeat", 5));
  const garpDelayUs = delay("garp_master_delay", 5 * SECOND_US);
  return {
    garpRepeat,
    garpDelayUs,
    garpRefreshUs: delay("garp_master_refresh", 0),
    garpRefreshRepeat: Math.max(1, repeat("garp_master_refresh_repeat", 1)),
    garpLowerPriorityRepeat: repeat("garp_lower_prio_repeat", garpRepeat),
    garpLowerPriorityDelayUs: delay("garp_lower_prio_delay", garpDelayUs),
  };
}

/** What stops a real start (K190); false when it does. */
function check(
  reader: Reader,
  statement: Statement,
  { name, nic, virtualRouterId, addresses }: VrrpInstanceConfig,
  nics: readonly string[],
): boolean {
  if (addresses.length === 0) {
    const text = `(${name}) No VIP specified; at least one is sensible`;
    complainLater(reader, statement, text);
  }
  if (virtualRouterId === 0) {
    complainLater(reader, statement, `(${name}) the virtual router id must be set`);
    return false;
  }
  if (nic === "") {
    complainLater(reader, statement, `(${name}) Unknown interface!`);
    return false;
  }
  if (nics.includes(nic)) return true;
  const [place] = all(statement.block, "interface");
  const text = `WARNING - interface ${nic} for vrrp_instance ${name} doesn't exist`;
  complain(reader, place ?? statement, text);
  complainLater(reader, statement, "Non-existent interface specified in configuration");
  return false;
}
