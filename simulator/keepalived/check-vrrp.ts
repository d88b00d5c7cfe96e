// What keepalived says of VRRP after it has read the whole file (K190, K209): what stops it, then
// sync groups, then instance by instance.
import { parseIp } from "../wire/address.ts";
import type { VrrpInstanceConfig } from "./config.ts";
import { PASSWORD_LENGTH, refusesPreemption } from "./read-vrrp.ts";
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

const YES = ["on", "yes", "true"];
const NO = ["off", "no", "false"];
const SECOND_US = 1_000_000;

export interface ReadInstance {
  readonly statement: Statement;
  readonly config: VrrpInstanceConfig;
}

/** What the whole file holds besides instances and groups. */
export interface Found {
  readonly missingNic: Statement | undefined;
  readonly tellScripts: () => void;
  /** Of scripts, by name. */
  readonly weights: ReadonlyMap<string, number>;
  /** `vrrp_strict` for all (K48). */
  readonly strict: boolean;
}

/** False when a real start ends here (K190). */
export function checkVrrp(
  reader: Reader,
  instances: readonly ReadInstance[],
  groups: readonly Statement[],
  found: Found,
): boolean {
  if (found.missingNic !== undefined) {
    complainLater(reader, found.missingNic, "Non-existent interface specified in configuration");
    return false;
  }
  found.tellScripts();
  if (!instances.every((each) => canRun(reader, each))) return false;
  checkGroups(reader, groups, instances);
  const grouped = groupedNames(groups);
  const finished = instances.every((each) => checkInstance(reader, each, grouped, found));
  tellTwice(reader, instances, groups);
  return finished && checkRouterIds(reader, instances);
}

function tellLongPasswords(reader: Reader, { block }: Statement): void {
  for (const each of all(block, "auth_pass")) {
    if ((word(each) ?? "").length <= PASSWORD_LENGTH) continue;
    complain(reader, each, `Truncating auth_pass to ${PASSWORD_LENGTH} characters`);
  }
}

/** The later BACKUP does not count (K174). */
function tellStates(reader: Reader, { statement, config }: ReadInstance): void {
  let isMaster = false;
  for (const each of all(statement.block, "state")) {
    const text = word(each);
    if (text === "MASTER") isMaster = true;
    if (!isMaster || text !== "BACKUP") continue;
    complain(reader, each, `(${config.name}) state previously set as MASTER - ignoring BACKUP`);
  }
}

/** What is told at its own line. */
export function tellLines(reader: Reader, instance: ReadInstance): void {
  tellStates(reader, instance);
  for (const each of all(instance.statement.block, "authentication")) {
    tellLongPasswords(reader, each);
  }
}

function canRun(reader: Reader, { statement, config }: ReadInstance): boolean {
  const { name, virtualRouterId, nic } = config;
  if (virtualRouterId === 0) {
    complainLater(reader, statement, `(${name}) the virtual router id must be set`);
    return false;
  }
  if (nic !== "") return true;
  complainLater(reader, statement, `(${name}) Unknown interface!`);
  return false;
}

function checkGroups(
  reader: Reader,
  groups: readonly Statement[],
  instances: readonly ReadInstance[],
): void {
  const taken = new Set<string>();
  const names = instances.map(({ config }) => config.name);
  for (const group of groups) {
    const name = word(group) ?? "";
    const list = last(group.block, "group")?.block ?? [];
    const listed = list.flatMap(({ words }) => words.map(({ text }) => text));
    if (listed.length === 0) {
      complainLater(reader, group, `Sync group ${name} has no virtual router(s). removing`);
      continue;
    }
    const members = listed.filter((member) => isMember(reader, group, member, names, taken));
    const none = "no matching virtual router found in group declaration - removing";
    const alone = "has only 1 virtual router(s) - this probably isn't what you want";
    if (members.length === 0) complainLater(reader, group, `Sync group ${name}, ${none}`);
    else if (members.length === 1) complainLater(reader, group, `Sync group ${name} ${alone}`);
  }
}

function isMember(
  reader: Reader,
  group: Statement,
  member: string,
  names: readonly string[],
  taken: Set<string>,
): boolean {
  const name = word(group) ?? "";
  if (!names.includes(member)) {
    const text = `Virtual router ${member} specified in sync group ${name} doesn't exist - ignoring`;
    complainLater(reader, group, text);
    return false;
  }
  if (taken.has(member)) {
    const text = `Virtual router ${member} cannot exist in more than one sync group`;
    complainLater(reader, group, `${text}; ignoring ${name}`);
    return false;
  }
  taken.add(member);
  return true;
}

/** False when the instance stops the process. */
function checkInstance(
  reader: Reader,
  { statement, config }: ReadInstance,
  grouped: ReadonlySet<string>,
  found: Found,
): boolean {
  const { name, version } = config;
  const say = (text: string): void => complainLater(reader, statement, `(${name}) ${text}`);
  const strict = last(statement.block, "strict_mode");
  const given = strict === undefined ? undefined : booleanOf(strict);
  const isStrict = given ?? found.strict;
  const hasAddress = config.addresses.length + config.excludedAddresses.length > 0;
  if (config.addresses.length === 0) {
    if (version === 3 || isStrict || has(statement.block, "native_ipv6")) {
      say("No VIP specified; at least one is required");
      return false;
    }
    say("No VIP specified; at least one is sensible");
  }
  if (isStrict) checkStrict(statement, config, say);
  checkUnicast(statement, say);
  checkPriority(statement, config, say);
  if (!isStrict) checkAuthentication(statement, version, say);
  checkPreemption(statement, config, say);
  checkInterval(statement, version, say);
  if (config.track.nics.some((each) => each.name === config.nic)) {
    say(`Ignoring track_interface ${config.nic} since own interface`);
  }
  if (config.priority === 255) tellOwnersWeights(config, found.weights, say);
  if (has(statement.block, "vmac_xmit_base") && !has(statement.block, "use_vmac")) {
    say("vmac_xmit_base is only valid with a vmac");
  }
  if (!hasAddress) say("No VIP specified; at least one is sensible");
  if (grouped.has(name)) checkWeights(config, found.weights, say);
  return true;
}

/** The priority of an address's owner never changes (K102): what has a weight is not tracked. */
function tellOwnersWeights(
  { track, nic }: VrrpInstanceConfig,
  weights: ReadonlyMap<string, number>,
  say: Say,
): void {
  for (const { name, weight } of track.nics) {
    if (weight !== 0 && name !== nic) {
      say(`ignoring ${name} tracked interface due to address owner`);
    }
  }
  for (const { name, weight } of track.scripts) {
    const isWeighed = (weight ?? weights.get(name) ?? 0) !== 0;
    if (isWeighed) say(`ignoring tracked script ${name} with weights due to address_owner`);
  }
}

/** Members of a group lose what they track with a weight, unless it says otherwise (K112). */
function checkWeights(
  { track, nic }: VrrpInstanceConfig,
  weights: ReadonlyMap<string, number>,
  say: Say,
): void {
  for (const { name, weight } of track.nics) {
    if (weight === 0 || name === nic) continue;
    say(`ignoring ${name} tracked interface weight due to SYNC group`);
  }
  for (const { name, weight } of track.scripts) {
    if ((weight ?? weights.get(name) ?? 0) === 0) continue;
    say(`ignoring tracked script ${name} with weights due to SYNC group`);
  }
}

function groupedNames(groups: readonly Statement[]): ReadonlySet<string> {
  const losing = groups.filter(({ block }) => !has(block, "sync_group_tracking_weight"));
  const lists = losing.flatMap(({ block }) => last(block, "group")?.block ?? []);
  return new Set(lists.flatMap(({ words }) => words.map(({ text }) => text)));
}

/** A member's own interface need not be tracked by its group (measured, 2.2.7). */
function tellTwice(
  reader: Reader,
  instances: readonly ReadInstance[],
  groups: readonly Statement[],
): void {
  for (const { statement, config } of instances) {
    const own = groups.filter(({ block }) =>
      last(block, "group")?.block?.some(({ words }) => words.some((w) => w.text === config.name)),
    );
    const tracked = own.flatMap(({ block }) => last(block, "track_interface")?.block ?? []);
    if (!tracked.some(({ keyword }) => keyword === config.nic)) continue;
    const text = `track_interface ${config.nic} is configured on VRRP instance and sync group.`;
    complainLater(reader, statement, `(${config.name}) ${text} ${REMOVE_ONE}`);
  }
}

const REMOVE_ONE = "Remove vrrp instance or sync group config";

type Say = (text: string) => void;

function checkUnicast({ block }: Statement, say: Say): void {
  const keywords = ["unicast_peer", "unicast_src_ip", "check_unicast_src", "old_unicast_checksum"];
  if (!keywords.some((keyword) => has(block, keyword))) return;
  const peers = last(block, "unicast_peer")?.block ?? [];
  if (peers.some(({ keyword }) => parseIp(keyword) !== undefined)) return;
  const usage = "This usage is deprecated - please update your configuration.";
  const what = "A unicast keyword has been specified without any unicast peers.";
  say(`${what} Defaulting to multicast. ${usage}`);
}

function wantsMaster({ block }: Statement): boolean {
  const states = all(block, "state").map((each) => word(each) ?? "");
  return states.includes("MASTER");
}

function checkPriority(statement: Statement, config: VrrpInstanceConfig, say: Say): void {
  const isOwner = !has(statement.block, "priority") || config.priority === 255;
  if (config.authType !== 2 || isOwner || !wantsMaster(statement)) return;
  say("Initial state master is incompatible with AH authentication - clearing");
}

/** What strict mode does not go with; the mode itself is not acted on (K48). */
function checkStrict({ block }: Statement, config: VrrpInstanceConfig, say: Say): void {
  if ((config.state === "MASTER") !== (config.priority === 255)) {
    say("State MASTER must match being address owner");
  }
  const type = word(last(last(block, "authentication")?.block, "auth_type"));
  if (type === "PASS" || type === "AH") {
    say("Strict mode does not support authentication. Ignoring.");
  }
  if (config.preemptDelayUs > 0) say("preempt_delay is incompatible with strict mode - resetting");
  if (config.downTimerAdverts !== 3) {
    say("down_timer_adverts is incompatible with strict mode - resetting");
  }
  if (has(block, "accept") && config.version === 2) {
    const text = "accept mode for VRRP version 2 does not comply with RFC3768 - resetting";
    say(`warning - ${text}`);
  }
  const isSet = (key: string): boolean => Number(word(last(block, key)) ?? 0) > 0;
  if (isSet("garp_lower_prio_repeat")) say("Strict mode requires no repeat garps. resetting");
  if (isSet("garp_lower_prio_delay")) say("Strict mode requires no repeat garp delay. resetting");
  const given = (key: string): boolean | undefined => {
    const statement = last(block, key);
    return statement === undefined ? undefined : booleanOf(statement);
  };
  if (given("lower_prio_no_advert") === false) {
    say("Strict mode requires no lower priority advert. resetting");
  }
  if (given("higher_prio_send_advert") === true) {
    say("strict mode requires higher_prio_send_advert to be clear. resetting");
  }
}

/** Without a word it is meant (K202); undefined: the word is none that keepalived takes. */
function booleanOf(statement: Statement): boolean | undefined {
  const text = word(statement);
  if (text === undefined || YES.includes(text)) return true;
  return NO.includes(text) ? false : undefined;
}

function checkAuthentication({ block }: Statement, version: 2 | 3, say: Say): void {
  const statement = last(block, "authentication");
  const type = word(last(statement?.block, "auth_type"));
  if (type !== "PASS" && type !== "AH") return;
  if (version === 3) say("VRRP version 3 does not support authentication. Ignoring.");
  else if (word(last(statement?.block, "auth_pass")) === undefined) {
    say("Authentication specified but no password given. Ignoring");
  }
}

function checkPreemption(statement: Statement, config: VrrpInstanceConfig, say: Say): void {
  const { block } = statement;
  const delayUs = seconds(last(block, "preempt_delay"), { min: 0, max: 1000, defaultUs: 0 });
  const priority = integer(last(block, "priority"), { min: 1, max: 255, default: config.priority });
  let refused = refusesPreemption(block);
  if (refused && priority === 255) {
    say("nopreempt is incompatible with priority 255. resetting nopreempt");
    refused = false;
  }
  if (refused && config.state === "MASTER") {
    say("Warning - nopreempt will not work with initial state MASTER - clearing");
    refused = false;
  }
  if (delayUs === 0) return;
  if (config.state === "MASTER") {
    say("Warning - preempt delay will not work with initial state MASTER - clearing");
  } else if (refused) say("preempt_delay is incompatible with nopreempt mode - resetting");
}

function checkInterval({ block }: Statement, version: 2 | 3, say: Say): void {
  const range = { min: 0.01, max: 255, defaultUs: SECOND_US };
  const intervalUs = seconds(last(block, "advert_int"), range);
  const shown = intervalUs / SECOND_US;
  if (version === 2 && intervalUs % SECOND_US !== 0) {
    say(`VRRPv2 advertisement interval ${shown.toFixed(6)}s must be an integer. rounding`);
  }
  if (version === 3 && intervalUs > 40_950_000) {
    const text = `VRRPv3 advertisement interval ${shown.toFixed(2)}s is out of range.`;
    say(`${text} Must be less than 40.96s. Setting to 40.95s`);
  }
}

function checkRouterIds(reader: Reader, instances: readonly ReadInstance[]): boolean {
  let distinct = true;
  for (const [i, { config: first }] of instances.entries()) {
    for (const { statement, config: second } of instances.slice(i + 1)) {
      const isSame = first.virtualRouterId === second.virtualRouterId && first.nic === second.nic;
      if (!isSame) continue;
      const both = `${first.name} and ${second.name} both use VRID ${first.virtualRouterId}`;
      complainLater(reader, statement, `${both} with IPv4 on interface ${first.nic}`);
      distinct = false;
    }
  }
  return distinct;
}
