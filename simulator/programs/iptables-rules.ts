// Reading and writing one rule of iptables 1.8.9, as `-A` takes it and `-L` and `-S` print it.
import type { FilterRule, Network, PortRange } from "../host/filter.ts";
import { networkOf, parseIp } from "../wire/address.ts";
import { PORTS } from "./ipvsadm-options.ts";

/** Protocols by name, as /etc/protocols has them. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  all: 0,
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  tcp: 6,
  udp: 17,
  ah: 51,
  vrrp: 112,
};
const TARGETS = ["ACCEPT", "DROP", "REJECT", "MARK", "MASQUERADE", "RETURN"] as const;

export type RuleMatch = Omit<FilterRule, "table" | "chain" | "packets" | "bytes">;

/** The rule that the words describe, or iptables' complaint and its exit status. */
export function readRule(
  words: readonly string[],
): RuleMatch | { readonly complaint: string; readonly code: number } {
  const rule: { -readonly [Key in keyof RuleMatch]: RuleMatch[Key] } = {
    protocol: 0,
    multiport: false,
    target: undefined,
  };
  let inverted = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const value = words[at + 1];
    if (word === "!") {
      inverted = true;
      continue;
    }
    const complaint = value === undefined ? missing(word) : readOption(rule, word, value, inverted);
    if (complaint !== undefined) return { complaint, code: 2 };
    inverted = false;
    at++;
  }
  return rule;
}

function missing(word: string): string {
  return isOption(word) ? `option "${word}" requires an argument` : unknown(word);
}

function unknown(word: string): string {
  return word.startsWith("-") ? `unknown option "${word}"` : `Bad argument \`${word}'`;
}

type Writable = { -readonly [Key in keyof RuleMatch]: RuleMatch[Key] };

const OPTIONS: Readonly<
  Record<string, (rule: Writable, value: string, inverted: boolean) => string | undefined>
> = {
  "-p": readProtocol,
  "--protocol": readProtocol,
  "-s": (rule, value, inverted) => readNetwork(rule, "source", value, inverted),
  "--source": (rule, value, inverted) => readNetwork(rule, "source", value, inverted),
  "-d": (rule, value, inverted) => readNetwork(rule, "destination", value, inverted),
  "--destination": (rule, value, inverted) => readNetwork(rule, "destination", value, inverted),
  "-i": (rule, value) => void (rule.in = value),
  "--in-interface": (rule, value) => void (rule.in = value),
  "-o": (rule, value) => void (rule.out = value),
  "--out-interface": (rule, value) => void (rule.out = value),
  "-m": (rule, value) => void (rule.multiport ||= value === "multiport"),
  "--match": (rule, value) => void (rule.multiport ||= value === "multiport"),
  "--dport": (rule, value) => readPorts(rule, "destinationPorts", value),
  "--destination-port": (rule, value) => readPorts(rule, "destinationPorts", value),
  "--dports": (rule, value) => readPorts(rule, "destinationPorts", value),
  "--sport": (rule, value) => readPorts(rule, "sourcePorts", value),
  "--source-port": (rule, value) => readPorts(rule, "sourcePorts", value),
  "--sports": (rule, value) => readPorts(rule, "sourcePorts", value),
  "-j": readTarget,
  "--jump": readTarget,
  "--set-mark": readMark,
  "--set-xmark": readMark,
  "--reject-with": () => undefined,
};

function isOption(word: string): boolean {
  return Object.hasOwn(OPTIONS, word);
}

function readOption(
  rule: Writable,
  word: string,
  value: string,
  inverted: boolean,
): string | undefined {
  const read = isOption(word) ? OPTIONS[word] : undefined;
  return read === undefined ? unknown(word) : read(rule, value, inverted);
}

function readProtocol(rule: Writable, value: string): string | undefined {
  const number = /^\d+$/.test(value) ? Number(value) : PROTOCOLS[value.toLowerCase()];
  if (number === undefined || number > 255) return `unknown protocol "${value}" specified`;
  rule.protocol = number;
  return undefined;
}

function readNetwork(
  rule: Writable,
  which: "source" | "destination",
  value: string,
  inverted: boolean,
): string | undefined {
  const [address = "", prefixText = "32"] = value.split("/");
  const prefix = Number(prefixText);
  if (parseIp(address) === undefined) return `host/network \`${address}' not found`;
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > 32) {
    return `invalid mask \`${prefixText}' specified`;
  }
  rule[which] = { address: networkOf(address, prefix), prefix, inverted };
  return undefined;
}

function readPorts(
  rule: Writable,
  which: "sourcePorts" | "destinationPorts",
  value: string,
): string | undefined {
  if (rule.protocol !== 6 && rule.protocol !== 17) return `unknown option "--dport"`;
  const ranges: PortRange[] = [];
  for (const text of value.split(",")) {
    const [first = "", second = first] = text.split(":");
    const [low, high] = [Number(first), Number(second)];
    if (!/^\d+$/.test(first) || high > 65_535) return `invalid port/service \`${text}' specified`;
    ranges.push([low, high]);
  }
  rule[which] = ranges;
  return undefined;
}

function readTarget(rule: Writable, value: string): string | undefined {
  const target = TARGETS.find((each) => each === value);
  if (target === undefined) return `Chain '${value}' does not exist`;
  rule.target = target;
  return undefined;
}

function readMark(rule: Writable, value: string): string | undefined {
  const mark = Number(value.split("/")[0]);
  if (!Number.isInteger(mark) || mark < 0) return `MARK: bad mark value for option "--set-mark"`;
  rule.mark = mark;
  return undefined;
}

/** A row of `-L`; addresses have no names here, with `-n` nothing has. */
export function listRow(
  rule: FilterRule,
  { verbose, numeric }: { readonly verbose: boolean; readonly numeric: boolean },
): string {
  const target = (rule.target ?? "").padEnd(10);
  const protocol = (numeric ? String(rule.protocol) : protocolName(rule.protocol)).padEnd(4);
  const anywhere = numeric ? "0.0.0.0/0" : "anywhere";
  const source = networkText(rule.source, anywhere).padEnd(20);
  const destination = networkText(rule.destination, anywhere).padEnd(20);
  const nics = verbose ? ` ${(rule.in ?? "*").padEnd(6)} ${(rule.out ?? "*").padEnd(7)}` : "";
  const counts = verbose
    ? `${String(rule.packets).padStart(5)} ${String(rule.bytes).padStart(5)} `
    : "";
  const extra = extraText(rule, numeric);
  return `${counts}${target} ${protocol} -- ${nics} ${source} ${destination}${extra}`;
}

function extraText(rule: FilterRule, numeric: boolean): string {
  const parts: string[] = [];
  const kind = rule.protocol === 17 ? "udp" : "tcp";
  for (const [ranges, one, many] of [
    [rule.sourcePorts, "spt", "sports"],
    [rule.destinationPorts, "dpt", "dports"],
  ] as const) {
    if (ranges === undefined) continue;
    const text = portsText(ranges, numeric ? {} : PORTS);
    const plural = ranges.some(([low, high]) => low !== high) ? "s" : "";
    parts.push(rule.multiport ? `multiport ${many} ${text}` : `${kind} ${one}${plural}:${text}`);
  }
  if (rule.mark !== undefined) parts.push(`MARK set 0x${rule.mark.toString(16)}`);
  if (rule.target === "REJECT") parts.push("reject-with icmp-port-unreachable");
  return parts.length === 0 ? "" : ` ${parts.join(" ")}`;
}

function portsText(
  ranges: readonly PortRange[],
  names: Readonly<Record<number, string>> = {},
): string {
  const name = (port: number): string => names[port] ?? String(port);
  return ranges
    .map(([low, high]) => (low === high ? name(low) : `${name(low)}:${name(high)}`))
    .join(",");
}

function networkText(network: Network | undefined, anywhere: string): string {
  if (network === undefined) return anywhere;
  const { address, prefix, inverted } = network;
  return `${inverted ? "!" : ""}${address}${prefix === 32 ? "" : `/${prefix}`}`;
}

/** A line of `-S`. */
export function specLine(rule: FilterRule): string {
  const parts = [`-A ${rule.chain}`];
  for (const [network, flag] of [
    [rule.source, "-s"],
    [rule.destination, "-d"],
  ] as const) {
    if (network === undefined) continue;
    const { address, prefix, inverted } = network;
    parts.push(`${inverted ? "! " : ""}${flag} ${address}/${prefix}`);
  }
  if (rule.in !== undefined) parts.push(`-i ${rule.in}`);
  if (rule.out !== undefined) parts.push(`-o ${rule.out}`);
  if (rule.protocol !== 0) parts.push(`-p ${protocolName(rule.protocol)}`);
  const { sourcePorts, destinationPorts, multiport } = rule;
  if (sourcePorts !== undefined || destinationPorts !== undefined) {
    parts.push(`-m ${multiport ? "multiport" : protocolName(rule.protocol)}`);
  }
  const s = multiport ? "s" : "";
  if (sourcePorts !== undefined) parts.push(`--sport${s} ${portsText(sourcePorts)}`);
  if (destinationPorts !== undefined) parts.push(`--dport${s} ${portsText(destinationPorts)}`);
  if (rule.target !== undefined) parts.push(`-j ${rule.target}`);
  if (rule.mark !== undefined) parts.push(`--set-xmark 0x${rule.mark.toString(16)}/0xffffffff`);
  if (rule.target === "REJECT") parts.push("--reject-with icmp-port-unreachable");
  return parts.join(" ");
}

function protocolName(number: number): string {
  const found = Object.entries(PROTOCOLS).find(([, value]) => value === number);
  return found?.[0] ?? String(number);
}

/** Whether two rules say the same, for `-D` and `-C`. */
export function isSameRule(a: FilterRule, b: FilterRule): boolean {
  return specLine(a) === specLine(b);
}
