// tcpdump's filter expressions (pcap-filter): which frames it prints. Left out: byte offsets but for
// tcp[tcpflags], VLANs, names that need a resolver.
import { inSubnet, parseIp } from "../wire/address.ts";
import type { Frame } from "../wire/ethernet.ts";
import { protocolNumber, type Ipv4Packet } from "../wire/ipv4.ts";
import { ACK, FIN, RST, SYN } from "../wire/tcp.ts";

/** A parsed expression: plain data, so that a capture can be kept and gone on with. */
export type CaptureFilter =
  | { readonly is: "all" }
  | { readonly is: "and" | "or"; readonly parts: readonly CaptureFilter[] }
  | { readonly is: "not"; readonly part: CaptureFilter }
  | { readonly is: "protocol"; readonly number: number }
  | { readonly is: "arp" | "ip" | "broadcast" | "multicast" }
  | { readonly is: "host"; readonly way: Way; readonly address: string; readonly prefix: number }
  | {
      readonly is: "port";
      readonly way: Way;
      readonly protocol: number | undefined;
      readonly low: number;
      readonly high: number;
    }
  | { readonly is: "ether"; readonly way: Way; readonly mac: string }
  | { readonly is: "flags"; readonly mask: number; readonly value: number | undefined };

type Way = "src" | "dst" | "either";

const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  ah: 51,
  vrrp: 112,
};
const FLAGS: Readonly<Record<string, number>> = {
  "tcp-syn": SYN,
  "tcp-ack": ACK,
  "tcp-fin": FIN,
  "tcp-rst": RST,
  "tcp-push": 8,
};
const SERVICES: Readonly<Record<string, number>> = { http: 80, https: 443, domain: 53, ssh: 22 };

/** The filter of an expression, or undefined when it is none. */
export function parseFilter(text: string): CaptureFilter | undefined {
  const flat = text.replace(/tcp\[(?:tcpflags|13)\]\s*&\s*/g, "tcpflags ");
  const words = flat.match(/\(|\)|!=|!|==|=|&&|\|\||[^\s()!=&|]+|\|/g) ?? [];
  if (words.length === 0) return { is: "all" };
  const reader: Reader = { words, at: 0, qualifiers: [] };
  const filter = readList(reader);
  return filter !== undefined && reader.at === reader.words.length ? filter : undefined;
}

interface Reader {
  words: readonly string[];
  at: number;
  /** "tcp dst port" of the primitive before: what a bare value after it is a value of. */
  qualifiers: readonly string[];
}

const SIGNS: Readonly<Record<string, "and" | "or">> = {
  and: "and",
  "&&": "and",
  or: "or",
  "||": "or",
};

/** `and` and `or` bind alike, from left to right (pcap-filter). */
function readList(reader: Reader): CaptureFilter | undefined {
  let list = readNot(reader);
  for (;;) {
    const is = SIGNS[reader.words[reader.at] ?? ""];
    if (list === undefined || is === undefined) return list;
    reader.at++;
    const part = readNot(reader);
    list = part && { is, parts: [list, part] };
  }
}

function readNot(reader: Reader): CaptureFilter | undefined {
  const word = reader.words[reader.at];
  if (word === "not" || word === "!") {
    reader.at++;
    const part = readNot(reader);
    return part && { is: "not", part };
  }
  if (word !== "(") {
    repeatQualifiers(reader);
    return readPrimitive(reader);
  }
  reader.at++;
  const inner = readList(reader);
  if (reader.words[reader.at] !== ")") return undefined;
  reader.at++;
  return inner;
}

const QUALIFIERS = ["src", "dst", "host", "net", "port", "portrange", "ether", "ip", "arp"];

/** `port 80 or 443`: a bare value takes over the qualifiers of the one before. */
function repeatQualifiers(reader: Reader): void {
  const { words, at } = reader;
  const word = words[at] ?? "";
  if (/^[\d.:/-]+$/.test(word) || Object.hasOwn(SERVICES, word)) {
    reader.words = words.toSpliced(at, 0, ...reader.qualifiers);
    return;
  }
  const isQualifier = (each: string): boolean =>
    QUALIFIERS.includes(each) || Object.hasOwn(PROTOCOLS, each);
  const rest = words.slice(at);
  const length = rest.findIndex((each) => !isQualifier(each));
  reader.qualifiers = length < 0 ? [] : rest.slice(0, length);
}

function readPrimitive(reader: Reader): CaptureFilter | undefined {
  const take = (): string => reader.words[reader.at++] ?? "";
  let word = take();
  let protocol: number | undefined;
  if (word === "ether") return readEther(reader);
  if (word === "tcpflags") return readFlags(reader);
  if (word === "broadcast" || word === "multicast") return { is: word };
  let kind: CaptureFilter | undefined;
  if (Object.hasOwn(PROTOCOLS, word) || word === "ip" || word === "arp") {
    protocol = PROTOCOLS[word];
    kind =
      word === "ip" || word === "arp" ? { is: word } : { is: "protocol", number: protocol ?? 0 };
    const next = reader.words[reader.at] ?? "";
    if (word === "ip" && next === "proto") return readProto(reader);
    if (!/^(src|dst|port|portrange|host|net)$/.test(next)) return kind;
    word = take();
  } else if (word === "proto") {
    reader.at--;
    return readProto(reader);
  }
  let way: Way = "either";
  if (word === "src" || word === "dst") {
    way = word;
    word = take();
  }
  if (word === "port" || word === "portrange") return readPort(take(), way, protocol);
  if (word === "host" || word === "net") word = take();
  const host = readHost(word, way);
  return kind === undefined || host === undefined ? host : { is: "and", parts: [kind, host] };
}

function readProto(reader: Reader): CaptureFilter | undefined {
  reader.at++;
  const name = (reader.words[reader.at++] ?? "").replace(/^\\/, "");
  const number = /^\d+$/.test(name) ? Number(name) : PROTOCOLS[name];
  return number === undefined ? undefined : { is: "protocol", number };
}

function readPort(text: string, way: Way, protocol: number | undefined): CaptureFilter | undefined {
  const [first = "", second = first] = text.split("-");
  const [low, high] = [first, second].map((each) => SERVICES[each] ?? Number(each));
  if (low === undefined || high === undefined || !(low >= 0 && high <= 65_535)) return undefined;
  return { is: "port", way, protocol, low, high };
}

function readHost(text: string, way: Way): CaptureFilter | undefined {
  const [address = "", prefix = "32"] = text.split("/");
  if (parseIp(address) === undefined || !/^\d+$/.test(prefix)) return undefined;
  return { is: "host", way, address, prefix: Number(prefix) };
}

function readEther(reader: Reader): CaptureFilter | undefined {
  let word = reader.words[reader.at++] ?? "";
  if (word === "broadcast" || word === "multicast") return { is: word };
  const way: Way = word === "src" || word === "dst" ? word : "either";
  if (way !== "either" || word === "host") word = reader.words[reader.at++] ?? "";
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(word)
    ? { is: "ether", way, mac: word.toLowerCase() }
    : undefined;
}

/** `tcp[tcpflags] & (tcp-syn|tcp-ack) != 0`, or `== tcp-syn`. */
function readFlags(reader: Reader): CaptureFilter | undefined {
  let mask = 0;
  while (/^(\(|\)|\||tcp-\w+)$/.test(reader.words[reader.at] ?? "")) {
    const word = reader.words[reader.at++] ?? "";
    mask |= FLAGS[word] ?? 0;
  }
  const sign = reader.words[reader.at++];
  const right = reader.words[reader.at++] ?? "";
  const number = FLAGS[right] ?? Number(right);
  if (Number.isNaN(number)) return undefined;
  if (sign === "!=") return number === 0 ? { is: "flags", mask, value: undefined } : undefined;
  return sign === "==" || sign === "=" ? { is: "flags", mask, value: number } : undefined;
}

export function passesFilter(filter: CaptureFilter, frame: Frame): boolean {
  const { payload } = frame;
  const packet = payload.protocol === "arp" ? undefined : payload;
  switch (filter.is) {
    case "all":
      return true;
    case "and":
      return filter.parts.every((part) => passesFilter(part, frame));
    case "or":
      return filter.parts.some((part) => passesFilter(part, frame));
    case "not":
      return !passesFilter(filter.part, frame);
    case "arp":
      return packet === undefined;
    case "ip":
      return packet !== undefined;
    case "broadcast":
      return frame.destination === "ff:ff:ff:ff:ff:ff";
    case "multicast":
      return (parseInt(frame.destination.slice(0, 2), 16) & 1) === 1;
    case "ether":
      return anyWay(filter.way, frame.source, frame.destination, (mac) => mac === filter.mac);
    case "protocol":
      return packet !== undefined && protocolNumber(packet.payload) === filter.number;
    case "host":
      return isAbout(filter, frame);
    case "port":
      return packet !== undefined && hasPort(filter, packet);
    case "flags":
      return packet !== undefined && hasFlags(filter, packet);
  }
}

function anyWay<T>(way: Way, source: T, destination: T, test: (value: T) => boolean): boolean {
  return (way !== "dst" && test(source)) || (way !== "src" && test(destination));
}

/** ARP counts too: `host` looks at its addresses. */
function isAbout(filter: CaptureFilter & { is: "host" }, { payload }: Frame): boolean {
  const { way, address, prefix } = filter;
  const test = (ip: string): boolean => inSubnet(ip, address, prefix);
  return payload.protocol === "arp"
    ? anyWay(way, payload.senderIp, payload.targetIp, test)
    : anyWay(way, payload.source, payload.destination, test);
}

function hasPort(filter: CaptureFilter & { is: "port" }, { payload }: Ipv4Packet): boolean {
  if (payload.protocol !== "tcp" && payload.protocol !== "udp") return false;
  const { way, protocol, low, high } = filter;
  if (protocol !== undefined && protocol !== protocolNumber(payload)) return false;
  const test = (port: number): boolean => port >= low && port <= high;
  return anyWay(way, payload.sourcePort, payload.destinationPort, test);
}

function hasFlags(filter: CaptureFilter & { is: "flags" }, { payload }: Ipv4Packet): boolean {
  if (payload.protocol !== "tcp") return false;
  const masked = payload.flags & filter.mask;
  return filter.value === undefined ? masked !== 0 : masked === filter.value;
}
