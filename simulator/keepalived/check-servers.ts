// What keepalived says of virtual servers: values that belong together while it reads, and service by
// service after it has read the whole file (K129-K134, K209).
import { checkNamed } from "./check-named.ts";
import { parseIp } from "../wire/address.ts";
import { placeOf } from "./diagnostics.ts";
import { statusRange } from "./read-checkers.ts";
import { hexBytes } from "./read-more-checkers.ts";
import { chosenMethod, chosenScheduler, protocolOf, readPersistence } from "./read-servers.ts";
import { type GroupAddress, groupAddress, groupContents, markFault } from "./server-groups.ts";
import type { Statement } from "./tree.ts";
import { all, complain, complainLater, has, integer, last, type Reader, word } from "./values.ts";

const MAX_COUNT = 2 ** 31 - 1;

/** While reading: what a value's own table does not know. */
export function checkValues(
  reader: Reader,
  statement: Statement,
  root: readonly Statement[],
): void {
  for (const each of statement.block ?? []) {
    const flag = /^(hashed|sh-port|sh-fallback|mh-port|mh-fallback)$/.exec(each.keyword);
    const scheduler = schedulerAt(statement, each);
    if (flag !== null && scheduler !== "sh" && scheduler !== "mh") {
      complain(reader, each, `${each.keyword} only applies to sh scheduler - ignoring`, 0);
    }
    if (each.keyword.startsWith("sorry_server_") && !hasSorryServer(statement, each)) {
      const inhibits = "Ignoring sorry_server inhibit used before or without sorry_server";
      const forwards = "sorry_server forwarding used without sorry_server";
      complain(reader, each, each.keyword.endsWith("inhibit") ? inhibits : forwards, 0);
    }
    if (each.keyword === "ip_family") checkFamily(reader, statement, each);
    if (each.keyword !== "real_server") continue;
    checkCheckers(reader, each);
    const protocol = protocolOf(before(statement, each)) ?? "none";
    const name = `[${word(each) ?? ""}]:${protocol}:${portOf(each, statement)}`;
    checkNamed(reader, each, name, root);
  }
}

/** A family that an address does not have. */
function checkFamily(reader: Reader, { words }: Statement, family: Statement): void {
  const address = words[1]?.text ?? "";
  const given = word(family);
  if (address === "fwmark" || address === "group") return;
  if (given !== "inet" && given !== "inet6") return;
  if ((given === "inet6") === address.includes(":")) return;
  const text = `Virtual server specified family ${given} conflicts with server family`;
  complain(reader, family, text);
}

function before({ block = [] }: Statement, one: Statement): readonly Statement[] {
  return block.filter(({ at }) => at < one.at);
}

function schedulerAt(statement: Statement, one: Statement): string | undefined {
  return chosenScheduler(before(statement, one));
}

function hasSorryServer(statement: Statement, one: Statement): boolean {
  return all(before(statement, one), "sorry_server").some(
    (each) => parseIp(word(each) ?? "") !== undefined,
  );
}

function checkCheckers(reader: Reader, server: Statement): void {
  for (const keyword of ["notify_up", "notify_down"]) {
    for (const again of all(server.block, keyword).slice(1)) {
      const text = `${keyword} script already specified - ignoring ${word(again) ?? ""}`;
      complain(reader, again, `((null)) ${text}`);
    }
  }
  for (const checker of all(server.block, "SMTP_CHECK")) {
    if (!has(checker.block, "host")) continue;
    const text = "The SMTP_CHECK host block is deprecated. Please define additional checkers.";
    const { process, found } = reader;
    found.push({ process, kind: "log", text, at: checker.at, ...placeOf(checker) });
  }
  for (const checker of all(server.block, "UDP_CHECK")) {
    checkHex(reader, checker);
    checkReplyLengths(reader, checker);
  }
  const urls = (server.block ?? []).flatMap(({ block }) => all(block, "url"));
  for (const url of urls) {
    for (const codes of all(url.block, "status_code")) {
      for (const [i, { text }] of codes.words.entries()) {
        if (i === 0 || statusRange(text) !== undefined) continue;
        complain(reader, codes, `Invalid HTTP_GET status code '${text}'`, i);
      }
    }
    for (const digest of all(url.block, "digest")) {
      const fault = digestFault(word(digest));
      if (fault !== undefined) complain(reader, digest, fault);
    }
  }
}

/** It is read from its end, two digits at a time (measured with 2.2.7). */
function digestFault(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const { length } = text;
  if (length !== 32) return `digest '${text}' character length should be 32 rather than ${length}`;
  const pairs = [...(text.match(/../g) ?? [])];
  const last = pairs.findLastIndex((pair) => !/^[\da-f]{2}$/i.test(pair)) * 2;
  if (last < 0) return undefined;
  const where = `'${text.slice(0, last + 2)}' at offset ${last}/${last + 1}`;
  return `Unable to interpret hex digit in ${where}`;
}

/** Told where it stands (measured with 2.2.7). */
function checkHex(reader: Reader, { block }: Statement): void {
  for (const [keyword, what] of [
    ["payload", "payload"],
    ["require_reply", "reply"],
  ] as const) {
    for (const each of all(block, keyword)) {
      if (each.words.length < 2 || hexBytes(each) !== undefined) continue;
      complain(reader, each, `Invalid hex string for UDP_CHECK ${what}`);
    }
  }
}

/** Told at the end of the checker. */
function checkReplyLengths(reader: Reader, { block, ...checker }: Statement): void {
  const range = { min: 0, max: 65_535 };
  const low = integer(last(block, "min_reply_length"), { ...range, default: 0 });
  const high = integer(last(block, "max_reply_length"), { ...range, default: 255 });
  const { end } = checker;
  if (low <= high || end === undefined) return;
  const text = `UDP_CHECK min_reply length ${low} > max_reply_length ${high} - will always fail`;
  complain(reader, { ...checker, block, at: end.at, line: end.line }, text, 0);
}

/** Entries of a virtual_server_group: addresses with ports, ranges of them, marks. */
export function checkGroup(reader: Reader, statement: Statement): void {
  for (const entry of statement.block ?? []) {
    const [address = "", port = ""] = entry.words.map(({ text }) => text);
    if (address === "fwmark") {
      checkMark(reader, entry, word(statement) ?? "");
      continue;
    }
    if (groupAddress(entry) !== undefined) continue;
    const [first = "", end = "", ...more] = address.split("-");
    const extra = more.map((each) => `-${each}`).join("");
    const wrong =
      extra !== "" ? `has extra characters at end '${extra}'` : `end '${end}' too large`;
    if (parseIp(first) !== undefined && (extra !== "" || Number(end) > 255)) {
      complain(reader, entry, `Virtual server group range '${address}' ${wrong}`, 0);
      continue;
    }
    if (port !== "" && !/^\d+$/.test(port)) complain(reader, entry, `invalid number '${port}'`);
    const shown = port === "" ? "" : `/port/${port}`;
    const text = `Invalid virtual server group IP address ${address} ${shown} - skipping`;
    complain(reader, entry, text, 0);
  }
}

function checkMark(reader: Reader, entry: Statement, name: string): void {
  const mark = word(entry);
  const fault = mark === undefined ? undefined : markFault(mark);
  if (mark === undefined || fault === undefined) return;
  complain(reader, entry, fault);
  complain(reader, entry, `(${name}): fwmark '${mark}' must be in [0, 4294967295] - ignoring`);
}

/** After reading. */
export function checkServer(
  reader: Reader,
  statement: Statement,
  groups: readonly Statement[],
): void {
  const { block } = statement;
  const given = protocolOf(block);
  const isGroup = word(statement) === "group";
  const group = isGroup ? groupContents(statement, groups) : NO_GROUP;
  const hasOnlyMarks = group.hasMark && group.addresses.length === 0;
  const mark = word(statement) === "fwmark" || hasOnlyMarks;
  const nameWith = (protocol: string): string => nameOf(statement, protocol);
  const say = (text: string): void => complainLater(reader, statement, text);
  const servers = realServers(statement);
  if (servers.length === 0) {
    say(`Virtual server ${nameWith(given ?? "none")} has no real servers - ignoring`);
    return;
  }
  const name = nameWith(given ?? "udp");
  if (mark && given !== undefined) {
    say(
      `Warning: Virtual server ${name}: protocol specified for fwmark - protocol will be ignored`,
    );
  }
  if (!mark && !isGroup && given === undefined) {
    say(`Virtual server ${nameWith("none")}: no protocol set - defaulting to UDP`);
  }
  if (has(block, "ops") && given === "tcp") {
    say(`Virtual server ${name}: one packet scheduling requires UDP - resetting`);
  }
  const isZeroPort = isGroup
    ? group.addresses.some(({ port }) => port === 0)
    : !mark && Number(word(statement, 2) ?? 0) === 0;
  if (isZeroPort && readPersistence(block) === undefined) {
    say(`Virtual server ${name}: zero port only valid for persistent services - setting`);
  }
  if (chosenScheduler(block) === undefined) {
    say(`Virtual server ${name}: no scheduler set, setting default 'wlc'`);
  }
  if (chosenMethod(block) === undefined) {
    say(`Virtual server ${name}: no forwarding method set, setting default NAT`);
  }
  const kept = checkDuplicates(servers, name, given ?? "udp", say);
  checkQuorum(statement, kept, name, say);
  const protocol = given ?? "udp";
  if (!isGroup) checkPorts(statement, kept, name, protocol, say);
  else {
    checkGroupPorts(statement, kept, { ...group, name, protocol: mark ? "none" : protocol }, say);
  }
}

const NO_GROUP = { addresses: [], hasMark: false };

/** A group's addresses keep their ports; to marks a server's port means nothing. */
function checkGroupPorts(
  statement: Statement,
  servers: readonly Statement[],
  group: {
    readonly name: string;
    readonly protocol: string;
    readonly addresses: readonly GroupAddress[];
    readonly hasMark: boolean;
  },
  say: Say,
): void {
  const { name, protocol, addresses, hasMark } = group;
  const withPorts = servers
    .map((server) => ({ server, own: Number(word(server, 2) ?? 0) }))
    .filter(({ own }) => own !== 0)
    .map((each) => ({ ...each, shown: `[${word(each.server) ?? ""}]:${protocol}:${each.own}` }));
  for (const { shown } of hasMark ? withPorts : []) {
    const text = `real server ${shown} has port specified - port will be ignored`;
    say(`WARNING - fwmark virtual server ${name}, ${text}`);
  }
  for (const { address, port } of addresses) {
    for (const { server, own, shown } of withPorts) {
      if (port === own || !isForwarded(server, statement)) continue;
      const place = `${name}:[${address},${port}]`;
      say(`virtual server ${place} and real server ${shown} ports don't match`);
    }
  }
}

type Say = (text: string) => void;

function nameOf(statement: Statement, protocol: string): string {
  const address = word(statement) ?? "";
  const second = word(statement, 2);
  if (address === "fwmark") return `FWM ${second ?? ""}`;
  if (address === "group") return `[${second ?? ""}]:0`;
  return `[${address}]:${protocol}:${second ?? 0}`;
}

/** Those of the service's own address family. */
function realServers({ block, words }: Statement): Statement[] {
  const isIpv6 = words[1]?.text.includes(":") ?? false;
  return all(block, "real_server").filter((each) => (word(each) ?? "").includes(":") === isIpv6);
}

function portOf(server: Statement, virtual: Statement): number {
  return Number(word(server, 2) ?? word(virtual, 2) ?? 0);
}

function checkDuplicates(
  servers: readonly Statement[],
  name: string,
  protocol: string,
  say: Say,
): Statement[] {
  return servers.filter((server, i) => {
    const isSame = (one: Statement): boolean =>
      word(one) === word(server) && word(one, 2) === word(server, 2);
    if (!servers.slice(0, i).some(isSame)) return true;
    const shown = `[${word(server) ?? ""}]:${protocol}:${word(server, 2) ?? 0}`;
    say(`VS ${name}: real server ${shown} is duplicated - removing second rs`);
    return false;
  });
}

function checkQuorum(
  { block }: Statement,
  servers: readonly Statement[],
  name: string,
  say: Say,
): void {
  const range = { min: 0, max: MAX_COUNT };
  const common = integer(last(block, "weight"), { ...range, default: 1 });
  const weights = servers.map((each) =>
    integer(last(each.block, "weight"), { ...range, default: common }),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let quorum = integer(last(block, "quorum"), { min: 1, max: MAX_COUNT, default: 1 });
  const hysteresis = integer(last(block, "hysteresis"), { ...range, default: 0 });
  if (quorum > total) {
    const what = `exceeds total weight of real servers ${total}, reducing quorum to ${total}`;
    say(`Warning - quorum ${quorum} for ${name} ${what}`);
    quorum = total;
  }
  if (hysteresis < quorum) return;
  // Unsigned: below nothing is the most.
  const reduced = quorum === 0 ? 4_294_967_295 : quorum - 1;
  const text = `hysteresis ${hysteresis} >= quorum ${quorum}; setting hysteresis to ${reduced}`;
  say(`Virtual server ${name}: ${text}`);
}

/** Only translation can change a port; a mark has none. */
function checkPorts(
  statement: Statement,
  servers: readonly Statement[],
  name: string,
  protocol: string,
  say: Say,
): void {
  const isMark = word(statement) === "fwmark";
  const port = Number(word(statement, 2) ?? 0);
  for (const server of servers) {
    const own = portOf(server, statement);
    const ofMark = Number(word(server, 2) ?? 0);
    const shown = `[${word(server) ?? ""}]:${isMark ? "none" : protocol}:${isMark ? ofMark : own}`;
    if (isMark) {
      if (ofMark === 0) continue;
      const text = `real server ${shown} has port specified - clearing`;
      say(`WARNING - fwmark virtual server ${name}, ${text}`);
    } else if (isForwarded(server, statement) && own !== port) {
      say(
        `WARNING - virtual server ${name} and real server ${shown} ports don't match - resetting`,
      );
    }
  }
  const sorry = last(statement.block, "sorry_server");
  if (sorry === undefined || isMark || parseIp(word(sorry) ?? "") === undefined) return;
  const sorryPort = Number(word(sorry, 2) ?? port);
  if (sorryPort === port || !isForwarded(undefined, statement)) return;
  say(`WARNING - virtual server ${name} and sorry server ports don't match - resetting`);
}

/** By DR or TUN, which leave the port alone. */
function isForwarded(server: Statement | undefined, virtual: Statement): boolean {
  const method = chosenMethod(server?.block) ?? chosenMethod(virtual.block) ?? "NAT";
  return method !== "NAT";
}
