// What keepalived says of routes and rules, entry by entry (K193), as `keepalived -t` of 2.2.7 answered.
// Left out: next hops, encapsulations, values of the rarer options, a value that is missing.
import { checkPrefix, type Named, tellMissingNic } from "./entry.ts";
import type { Statement } from "./tree.ts";
import { complain, type Reader } from "./values.ts";
import { isAddress, isIpv6, numberFault, type NumberKind } from "./value-shapes.ts";

const TYPES = "unicast local broadcast multicast blackhole unreachable prohibit throw".split(" ");
const SCOPES = ["global", "link", "host", "site", "nowhere"];
const TABLES = ["main", "default", "local", "all"];
const ROUTE_FLAGS = ["onlink", "no_track"];
const ROUTE_VALUES = (
  "preference or hoplimit advmss rtt rttvar reordering window cwnd ssthresh realms " +
  "rto_min initcwnd initrwnd quickack congctl pref protocol expires track_group features"
).split(" ");
const RULE_FLAGS = ["not", "no_track", "blackhole", "unreachable", "prohibit", "nop"];
const ACTIONS = ["table", "lookup", "goto", "nop", "blackhole", "unreachable", "prohibit"];
const RULE_VALUES = "tos dsfield realms goto tun_id l3mdev suppress_prefixlength track_group".split(
  " ",
);
const MAX_UNSIGNED = 4_294_967_295;

/** Reads one entry word by word; each step says whether the rest is still looked at. */
interface Entry {
  readonly reader: Reader;
  readonly statement: Statement;
  readonly named: Named;
  readonly words: readonly string[];
}

export function checkRoutes(reader: Reader, list: Statement, named: Named): void {
  for (const statement of list.block ?? []) {
    checkRoute({ reader, statement, named, words: statement.words.map(({ text }) => text) });
  }
}

function checkRoute(entry: Entry): void {
  const { words } = entry;
  let destination: string | undefined;
  let hasNic = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const value = words[i + 1] ?? "";
    if (word === "or") tell(entry, '"or" for routes is deprecated. Please use "nexthop"', i);
    if ((i === 0 && TYPES.includes(word)) || ROUTE_FLAGS.includes(word)) continue;
    if (word === "dev" || word === "oif") {
      hasNic = true;
      if (!namesNic(entry, value, "VROUTE nexthop", i + 1)) return;
    } else if (word === "via" || word === "gw" || word === "src") {
      if (word === "gw") tell(entry, '"gw" for routes is deprecated. Please use "via"', i);
      const what = word === "src" ? "src" : "via";
      if (!isPeer(entry, value, destination, what, i + 1)) return;
    } else if (word === "metric" || word === "mtu") {
      const shown = `Invalid ${word === "mtu" ? "MTU" : word} ${value} specified for route`;
      if (!isNumber(entry, value, "unsigned", shown, i + 1)) return;
    } else if (word === "scope") {
      if (!SCOPES.includes(value) && !/^\d+$/.test(value)) {
        return tell(entry, `Scope ${value} not found or invalid for route`, i + 1);
      }
    } else if (word === "table") {
      if (!isTable(entry, value, "route", i + 1)) return;
    } else if (word === "tos" || word === "dsfield") {
      if (numberFault(value, "unsigned", [0, 255]) !== undefined) {
        return tell(entry, `TOS value ${value} is invalid`, i + 1);
      }
    } else if (!ROUTE_VALUES.includes(word)) {
      if (word !== "default" && !isDestination(entry, word, i)) return;
      destination = word;
      continue;
    }
    i++;
  }
  if (hasNic || words.includes("no_track")) return;
  const text = `cannot track route ${destination ?? ""} with no interface specified, not tracking`;
  tell(entry, `Warning - ${text}`, 0);
}

function isDestination(entry: Entry, word: string, index: number): boolean {
  const [address = "", prefix] = word.split("/");
  if (isAddress(address)) {
    if (prefix !== undefined && !isIpv6(address)) checkPrefix(entry.reader, entry.statement, word);
    return true;
  }
  tell(entry, `VRRP parsed invalid IP ${word}. skipping IP...`, index);
  tell(entry, `unknown route keyword ${word}`, index);
  return false;
}

function isPeer(
  entry: Entry,
  value: string,
  destination: string | undefined,
  what: string,
  index: number,
): boolean {
  if (!isAddress(value)) {
    tell(entry, `VRRP parsed invalid IP ${value}. skipping IP...`, index);
    tell(entry, `invalid route ${what} address ${value}`, index);
    return false;
  }
  const [other = value] = destination?.split("/") ?? [];
  if (destination === "default" || isIpv6(other) === isIpv6(value)) return true;
  tell(entry, "Cannot mix IPv4 and IPv6 addresses for route", index);
  return false;
}

export function checkRules(reader: Reader, list: Statement, named: Named): void {
  for (const statement of list.block ?? []) {
    checkRule({ reader, statement, named, words: statement.words.map(({ text }) => text) });
  }
}

function checkRule(entry: Entry): void {
  const { words, named } = entry;
  const seen = new Set<string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const value = words[i + 1] ?? "";
    seen.add(word);
    if (RULE_FLAGS.includes(word)) continue;
    if (word === "from" || word === "to") {
      if (!isRuleAddress(entry, word, value, i + 1)) return;
    } else if (word === "table" || word === "lookup") {
      if (value === "0") return tell(entry, "Table 0 is not valid", i + 1);
      if (!isTable(entry, value, "rule", i + 1)) return;
    } else if (word === "priority" || word === "preference" || word === "order") {
      seen.add("preference");
      const text = `Invalid rule preference ${word} specified`;
      if (!isNumber(entry, value, "unsigned", text, i + 1)) return;
    } else if (word === "fwmark") {
      if (!/^(0x)?[\da-f]+(\/(0x)?[\da-f]+)?$/i.test(value)) {
        return tell(entry, `Invalid rule fwmark ${value} specified`, i + 1);
      }
    } else if (word === "iif" || word === "oif" || word === "dev") {
      if (!namesNic(entry, value, "rule", i + 1)) return;
    } else if (!RULE_VALUES.includes(word)) {
      return tell(entry, `Unknown rule option ${word}`, i);
    }
    i++;
  }
  if (!ACTIONS.some((each) => seen.has(each))) {
    return tell(entry, "No action specified for rule - ignoring", 0);
  }
  if (seen.has("preference")) return;
  const chosen = named.rulePreference.next--;
  const text = `Rule has no preference specified - setting to ${chosen}.`;
  tell(entry, `${text} This is probably not what you want.`, 0);
}

function isRuleAddress(entry: Entry, word: string, value: string, index: number): boolean {
  const [address = "", prefix] = value.split("/");
  if (value === "all" || value === "default") return true;
  if (!isAddress(address)) {
    tell(entry, `VRRP parsed invalid IP ${value}. skipping IP...`, index);
    tell(entry, `Invalid rule ${word} address ${value}`, index);
    return false;
  }
  if (prefix !== undefined && !isIpv6(address)) checkPrefix(entry.reader, entry.statement, value);
  const { words } = entry;
  const others = words.filter((_, i) => ["from", "to"].includes(words[i - 1] ?? ""));
  const known = others.map((each) => each.split("/")[0] ?? "").filter(isAddress);
  if (index < words.lastIndexOf("to") || known.every((each) => isIpv6(each) === isIpv6(address))) {
    return true;
  }
  tell(entry, "rule specification has mixed IPv4 and IPv6", index);
  return false;
}

function namesNic(entry: Entry, nic: string, what: string, index: number): boolean {
  const { reader, statement, named } = entry;
  if (named.nics.includes(nic)) return true;
  const text = `WARNING - interface ${nic} for ${what} doesn't exist`;
  tellMissingNic(reader, statement, named, text, index);
  return false;
}

function isTable(entry: Entry, value: string, what: string, index: number): boolean {
  if (TABLES.includes(value) || numberFault(value, "unsigned") === undefined) return true;
  tell(entry, `Routing table ${value} not found for ${what}`, index);
  return false;
}

function isNumber(
  entry: Entry,
  value: string,
  kind: NumberKind,
  then: string,
  index: number,
): boolean {
  const fault = numberFault(value, kind, [0, MAX_UNSIGNED]);
  if (fault === undefined) return true;
  tell(entry, fault.line, index);
  tell(entry, then, index);
  return false;
}

function tell({ reader, statement }: Entry, text: string, index: number): void {
  complain(reader, statement, text, index);
}
