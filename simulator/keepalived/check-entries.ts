// What keepalived says while it reads a vrrp_instance or a vrrp_sync_group: interfaces, addresses and
// what is tracked, entry by entry (K192, K194, K196).
import { parseIp } from "../wire/address.ts";
import { checkPrefix, type Named, tellMissingNic } from "./entry.ts";
import { checkRoutes, checkRules } from "./check-routes.ts";
import type { Statement } from "./tree.ts";
import { all, complain, type Reader, word } from "./values.ts";
import { isAddress, isIpv6, numberFault } from "./value-shapes.ts";

const SCOPES = ["site", "link", "host", "nowhere", "global"];
const FLAGS = ["home", "-nodad", "mngtmpaddr", "noprefixroute", "autojoin", "no_track"];
const WITH_VALUE = ["label", "peer", "preferred_lft", "track_group"];
const WATCHED: Readonly<Record<string, string>> = {
  linkbeat_interfaces: "linkbeat interface",
  interface_up_down_delays: "up/down delay",
};
const TRACKED = {
  track_script: "script",
  track_file: "file",
  track_process: "process",
  track_bfd: "bfd",
} as const;

export function checkEntries(
  reader: Reader,
  statement: Statement,
  name: string,
  named: Named,
): void {
  if (statement.keyword === "static_ipaddress") checkAddresses(reader, statement, name, named);
  if (statement.keyword === "static_routes") checkRoutes(reader, statement, named);
  if (statement.keyword === "static_rules") checkRules(reader, statement, named);
  if (statement.keyword in WATCHED) checkWatched(reader, statement, named);
  if (statement.keyword === "garp_group") return checkGarpGroup(reader, statement, named);
  for (const each of statement.block ?? []) {
    const isNative = all(statement.block, "native_ipv6").some(({ at }) => at < each.at);
    if (each.keyword === "interface") checkInterface(reader, each, name, named);
    else if (each.keyword.startsWith("virtual_ipaddress")) {
      checkAddresses(reader, each, name, { ...named, isIpv6: isNative });
    } else if (each.keyword === "track_interface") checkTrackedNics(reader, each, name, named);
    else if (each.keyword === "native_ipv6") checkNative(reader, statement, each, name);
    else if (each.keyword === "virtual_routes") checkRoutes(reader, each, named);
    else if (each.keyword === "virtual_rules") checkRules(reader, each, named);
    else if (each.keyword === "unicast_peer") checkPeers(reader, each, name);
    else if (each.keyword in TRACKED) checkTracked(reader, each, name, named);
  }
  checkRepeated(reader, statement, name);
}

/** Interfaces that only a polled link or a delay is set for: a wrong one is passed over. */
function checkWatched(reader: Reader, statement: Statement, { nics }: Named): void {
  for (const entry of statement.block ?? []) {
    if (nics.includes(entry.keyword)) continue;
    const what = WATCHED[statement.keyword] ?? "";
    complain(reader, entry, `unknown interface ${entry.keyword} specified for ${what}`, 0);
  }
}

function checkGarpGroup(reader: Reader, statement: Statement, named: Named): void {
  const check = (entry: Statement, nic: string): void => {
    if (named.nics.includes(nic)) return;
    const text = `WARNING - interface ${nic} specified for garp_group doesn't exist`;
    tellMissingNic(reader, entry, named, text);
  };
  for (const each of statement.block ?? []) {
    if (each.keyword === "interface") check(each, word(each) ?? "");
    if (each.keyword !== "interfaces") continue;
    for (const entry of each.block ?? []) for (const { text } of entry.words) check(entry, text);
  }
}

function checkInterface(reader: Reader, statement: Statement, name: string, named: Named): void {
  const nic = word(statement);
  if (nic === undefined || named.nics.includes(nic)) return;
  const text = `WARNING - interface ${nic} for vrrp_instance ${name} doesn't exist`;
  tellMissingNic(reader, statement, named, text);
}

function checkNative(
  reader: Reader,
  instance: Statement,
  statement: Statement,
  name: string,
): void {
  const earlier = all(instance.block, "virtual_ipaddress").filter(({ at }) => at < statement.at);
  if (!earlier.some(({ block = [] }) => block.length > 0)) return;
  complain(reader, statement, `(${name}) Cannot specify native_ipv6 with IPv4 addresses`, 0);
}

function checkAddresses(reader: Reader, statement: Statement, name: string, given: Named): void {
  const named = { ...given, isIpv6: given.isIpv6 ?? false };
  for (const entry of statement.block ?? []) checkAddress(reader, entry, name, named);
}

function checkAddress(reader: Reader, entry: Statement, name: string, named: Named): void {
  const shown = entry.keyword;
  const [address = "", prefix] = shown.split("/");
  if (!isAddress(address)) {
    complain(reader, entry, `VRRP parsed invalid IP ${shown}. skipping IP...`, 0);
    return;
  }
  if (prefix !== undefined && !isIpv6(address)) checkPrefix(reader, entry, shown);
  const words = entry.words.map(({ text }) => text);
  for (let i = 1; i < words.length; i++) {
    const option = words[i] ?? "";
    if (FLAGS.includes(option)) continue;
    const takesValue = ["dev", "scope", "brd", "broadcast", ...WITH_VALUE].includes(option);
    if (!takesValue) {
      const text = `Unknown configuration entry '${option}' for ip address - ignoring`;
      complain(reader, entry, text, i);
      continue;
    }
    const value = words[++i];
    if (value === undefined) {
      complain(reader, entry, `No ${option} parameter specified for ${shown}`, i - 1);
    } else if (option === "dev" && !named.nics.includes(value)) {
      const text = `WARNING - interface ${value} for ip address ${shown} doesn't exist`;
      tellMissingNic(reader, entry, named, text, i);
    } else if (option === "scope" && !SCOPES.includes(value) && !/^\d+$/.test(value)) {
      complain(reader, entry, `Invalid scope '${value}' specified for ${shown} - ignoring`, i);
    }
  }
  if (isIpv6(address) !== named.isIpv6) tellFamily(reader, entry, name);
}

function tellFamily(reader: Reader, entry: Statement, name: string): void {
  const text = `address family must match VRRP instance [${entry.keyword}] - ignoring`;
  complain(reader, entry, `(${name}): ${text}`, 0);
}

function checkPeers(reader: Reader, statement: Statement, name: string): void {
  for (const entry of statement.block ?? []) {
    if (parseIp(entry.keyword) === undefined) {
      const text = `malformed unicast peer address[${entry.keyword}]. Skipping...`;
      complain(reader, entry, `Configuration error: VRRP instance[${name}] ${text}`, 0);
    } else {
      checkPeerTtls(reader, entry, name);
    }
  }
}

/** `min_ttl N` and `max_ttl N` (measured, 2.2.7). */
function checkPeerTtls(reader: Reader, entry: Statement, name: string): void {
  const limits = new Map<string, number>();
  for (let i = 1; i < entry.words.length; i += 2) {
    const [option = "", value] = [word(entry, i), word(entry, i + 1)];
    if (option !== "min_ttl" && option !== "max_ttl") {
      complain(reader, entry, `(${name}) unknown unicast_peer option ${option}`, i);
      break;
    }
    if (value === undefined) {
      complain(reader, entry, `(${name}) ${option} is missing a value`, i);
    } else if (!/^\d+$/.test(value) || Number(value) > 255) {
      complain(reader, entry, `number '${value}' outside range [0, 255]`, i + 1);
    } else {
      limits.set(option, Number(value));
    }
  }
  const [least, most] = [limits.get("min_ttl") ?? 0, limits.get("max_ttl") ?? 255];
  if (least <= most) return;
  const text = `min_ttl ${least} > max_ttl ${most} - all packets will be discarded`;
  complain(reader, entry, `(${name}) ${text}`);
}

function checkTrackedNics(reader: Reader, statement: Statement, name: string, named: Named): void {
  const seen = new Set<string>();
  for (const entry of statement.block ?? []) {
    const nic = entry.keyword;
    if (!named.nics.includes(nic)) {
      tellMissingNic(reader, entry, named, `(${name}) tracked interface ${nic} doesn't exist`, 0);
    } else if (seen.has(nic)) {
      complain(reader, entry, `(${name}) duplicate track_interface ${nic} - ignoring`, 0);
    } else {
      seen.add(nic);
      checkWeight(reader, entry, name, "track_interface");
    }
  }
}

function checkTracked(reader: Reader, statement: Statement, name: string, named: Named): void {
  const kind = TRACKED[statement.keyword as keyof typeof TRACKED];
  const seen = new Set<string>();
  for (const entry of statement.block ?? []) {
    if (!named.defined(kind, entry.keyword, entry.at)) {
      complain(reader, entry, `(${name}) track ${kind} ${entry.keyword} not found, ignoring...`, 0);
    } else if (seen.has(entry.keyword)) {
      const text = `(${name}) duplicate ${statement.keyword} ${entry.keyword} - ignoring`;
      complain(reader, entry, text, 0);
    } else {
      seen.add(entry.keyword);
      checkWeight(reader, entry, name, statement.keyword);
    }
  }
}

/** `NAME [weight N [reverse|noreverse]]`. */
function checkWeight(reader: Reader, entry: Statement, name: string, kind: string): void {
  const [item = "", ...options] = entry.words.map(({ text }) => text);
  for (let i = 0; i < options.length; i++) {
    const option = options[i] ?? "";
    if (option === "reverse" || option === "noreverse") continue;
    if (option !== "weight") {
      complain(
        reader,
        entry,
        `(${name}) unknown ${kind} ${item} option ${option} - ignoring`,
        i + 1,
      );
      return;
    }
    const value = options[++i];
    if (value === undefined) {
      const text = `(${name}) weight without value specified for ${kind} ${item} - ignoring`;
      complain(reader, entry, text, i);
      return;
    }
    checkWeightValue(reader, entry, { name, item, value });
  }
}

function checkWeightValue(
  reader: Reader,
  entry: Statement,
  { name, item, value }: { readonly name: string; readonly item: string; readonly value: string },
): void {
  const what = `(${name}) weight ${value} for ${item}`;
  const place = `(${name}) weight for ${item}`;
  const fault = numberFault(value, "integer", [-254, 254]);
  if (fault === undefined && Math.abs(Number(value)) <= 253) return;
  if (fault === undefined) {
    complain(reader, entry, `${place} cannot be +/-254. Setting to +/-253`, 2);
    return;
  }
  complain(reader, entry, fault.line, 2);
  complain(reader, entry, `${what} must be between [-253..253] inclusive. Ignoring...`, 2);
}

/** A notify script counts the first time only (K174). */
function checkRepeated(reader: Reader, statement: Statement, name: string): void {
  const keywords = [
    ["notify_master", "notify_master"],
    ["notify_backup", "notify_backup"],
    ["notify_fault", "notify_fault"],
    ["notify_stop", "notify_stop"],
    ["notify", "notify"],
  ] as const;
  for (const [keyword, shown] of keywords) {
    for (const again of all(statement.block, keyword).slice(1)) {
      const text = `${shown} script already specified - ignoring ${word(again) ?? ""}`;
      complain(reader, again, `(${name}) ${text}`);
    }
  }
}
