// A frame's fields by layer, each with its place among the frame's bytes. Checksums and lengths are
// read from the bytes themselves; what the simulator does not carry (padding, options it does not
// write) is not shown because it is not there.
import {
  encodeFrame,
  type Frame,
  type IcmpMessage,
  icmpNumbers,
  type Ipv4Packet,
  isIcmpError,
  type TcpSegment,
} from "#sim/packets.ts";

export type LayerName =
  | "ethernet"
  | "arp"
  | "ip"
  | "outer"
  | "quoted"
  | "tcp"
  | "udp"
  | "icmp"
  | "igmp"
  | "ah"
  | "vrrp"
  | "data";

export const fieldNames = [
  "destination",
  "source",
  "type",
  "hardware",
  "protocol",
  "sizes",
  "operation",
  "senderMac",
  "senderIp",
  "targetMac",
  "targetIp",
  "version",
  "tos",
  "length",
  "id",
  "fragment",
  "ttl",
  "checksum",
  "routerAlert",
  "sourcePort",
  "destinationPort",
  "sequence",
  "acknowledgement",
  "header",
  "flags",
  "window",
  "urgent",
  "mss",
  "sack",
  "timestamps",
  "scale",
  "padding",
  "data",
  "identifier",
  "number",
  "gateway",
  "mtu",
  "unused",
  "records",
  "record",
  "next",
  "spi",
  "check",
  "router",
  "priority",
  "count",
  "auth",
  "interval",
  "address",
  "password",
] as const;
export type FieldName = (typeof fieldNames)[number];

export interface Field {
  /** Tells the same field of two frames: "ip.ttl". */
  readonly key: string;
  readonly name: FieldName;
  readonly value: string;
  /** Its bytes in the frame, `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

export interface Layer {
  /** "ethernet", "ip", "quoted.ip": unique within the frame. */
  readonly key: string;
  readonly name: LayerName;
  readonly fields: readonly Field[];
}

export interface Dissection {
  readonly bytes: Uint8Array;
  readonly layers: readonly Layer[];
}

const DATA_SHOWN = 200;

/** Writes down fields one after the other, as they stand in the bytes. */
class Reader {
  readonly layers: { key: string; name: LayerName; fields: Field[] }[] = [];
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  layer(name: LayerName, prefix: string): void {
    this.layers.push({ key: `${prefix}${name}`, name, fields: [] });
  }
  /** A field of `size` bytes; a second one of the same name in its layer is numbered. */
  field(name: FieldName, size: number, value: string): void {
    const layer = this.layers.at(-1);
    // An error quotes a packet only so far as it fits.
    if (layer === undefined || this.at + size > this.bytes.length) return;
    const same = layer.fields.filter((each) => each.name === name).length;
    const key = `${layer.key}.${name}${same === 0 ? "" : same + 1}`;
    layer.fields.push({ key, name, value, from: this.at, to: this.at + size });
    this.at += size;
  }
  number(size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + (this.bytes[this.at + i] ?? 0);
    return value;
  }
  hex(size: number): string {
    return `0x${this.number(size)
      .toString(16)
      .padStart(2 * size, "0")}`;
  }
  /** As they stand on the wire: numbers, checksums. */
  plain(name: FieldName, size: number): void {
    this.field(name, size, String(this.number(size)));
  }
  asHex(name: FieldName, size: number): void {
    this.field(name, size, this.hex(size));
  }
}

export function dissect(frame: Frame): Dissection {
  const reader = new Reader(encodeFrame(frame));
  reader.layer("ethernet", "");
  reader.field("destination", 6, frame.destination);
  reader.field("source", 6, frame.source);
  const { payload } = frame;
  reader.field("type", 2, payload.protocol === "arp" ? "0x0806 ARP" : "0x0800 IPv4");
  if (payload.protocol === "arp") readArp(reader, payload);
  else readPacket(reader, payload, "");
  return { bytes: reader.bytes, layers: reader.layers };
}

function readArp(reader: Reader, arp: Extract<Frame["payload"], { protocol: "arp" }>): void {
  reader.layer("arp", "");
  reader.field("hardware", 2, "1 Ethernet");
  reader.field("protocol", 2, "0x0800 IPv4");
  reader.field("sizes", 2, "6, 4");
  reader.field("operation", 2, arp.operation === "request" ? "1 request" : "2 reply");
  reader.field("senderMac", 6, arp.senderMac);
  reader.field("senderIp", 4, arp.senderIp);
  reader.field("targetMac", 6, arp.targetMac);
  reader.field("targetIp", 4, arp.targetIp);
}

const PROTOCOLS: Readonly<Record<number, string>> = {
  1: "ICMP",
  2: "IGMP",
  4: "IPIP",
  6: "TCP",
  17: "UDP",
  51: "AH",
  112: "VRRP",
};

/** `prefix` keeps the fields of a quoted packet apart from those of the packet that quotes it. */
function readPacket(reader: Reader, packet: Ipv4Packet, prefix: string): void {
  const { payload } = packet;
  reader.layer(payload.protocol === "ipv4" ? "outer" : prefix === "" ? "ip" : "quoted", prefix);
  reader.field("version", 1, `4, ${(reader.number(1) & 15) * 4} B`);
  reader.asHex("tos", 1);
  reader.plain("length", 2);
  reader.plain("id", 2);
  reader.field("fragment", 2, packet.dontFragment ? "DF" : "0");
  reader.plain("ttl", 1);
  const protocol = reader.number(1);
  reader.field("protocol", 1, `${protocol} ${PROTOCOLS[protocol] ?? ""}`);
  reader.asHex("checksum", 2);
  reader.field("source", 4, packet.source);
  reader.field("destination", 4, packet.destination);
  if (payload.protocol === "igmp") reader.asHex("routerAlert", 4);
  switch (payload.protocol) {
    case "ipv4":
      return readPacket(reader, payload, prefix);
    case "tcp":
      return readTcp(reader, payload, prefix);
    case "udp":
      return readUdp(reader, payload.data, prefix);
    case "icmp":
      return readIcmp(reader, payload, prefix);
    case "igmp":
      return readIgmp(reader, payload.records, prefix);
    case "vrrp":
      return readVrrp(reader, payload, prefix);
  }
}

const FLAGS = [
  [0x02, "SYN"],
  [0x10, "ACK"],
  [0x01, "FIN"],
  [0x04, "RST"],
  [0x08, "PSH"],
] as const;

/** "SYN, ACK" */
export function flagNames(flags: number): string {
  return FLAGS.filter(([bit]) => (flags & bit) !== 0)
    .map(([, name]) => name)
    .join(", ");
}

function readTcp(reader: Reader, segment: TcpSegment, prefix: string): void {
  reader.layer("tcp", prefix);
  reader.plain("sourcePort", 2);
  reader.plain("destinationPort", 2);
  reader.plain("sequence", 4);
  reader.plain("acknowledgement", 4);
  const headerLength = (reader.number(1) >>> 4) * 4;
  reader.field("header", 1, `${headerLength} B`);
  reader.field("flags", 1, flagNames(segment.flags));
  reader.plain("window", 2);
  reader.asHex("checksum", 2);
  reader.plain("urgent", 2);
  readTcpOptions(reader, segment, headerLength - 20);
  readData(reader, segment.data);
}

const OPTIONS: Readonly<Record<number, FieldName>> = {
  2: "mss",
  3: "scale",
  4: "sack",
  8: "timestamps",
};

/** The options as they stand in the bytes: kind, length, value; no-operations are padding. */
function readTcpOptions(reader: Reader, { options }: TcpSegment, length: number): void {
  const end = reader.at + length;
  while (reader.at < end && reader.at < reader.bytes.length) {
    const kind = reader.number(1);
    const name = OPTIONS[kind];
    if (name === undefined) {
      let padding = 1;
      while (reader.at + padding < end && reader.bytes[reader.at + padding] === kind) padding++;
      reader.field("padding", padding, "nop ".repeat(padding).trim());
      continue;
    }
    const values: Readonly<Partial<Record<FieldName, string>>> = {
      mss: String(options.mss),
      scale: String(options.windowScale),
      sack: "SACK",
      timestamps: `${options.timestamps?.value}, ${options.timestamps?.echo}`,
    };
    reader.field(name, Math.max(1, reader.bytes[reader.at + 1] ?? 1), values[name] ?? "");
  }
}

function readData(reader: Reader, data: string): void {
  const size = Math.min(data.length, reader.bytes.length - reader.at);
  if (size <= 0) return;
  const shown = printable(data.slice(0, DATA_SHOWN));
  reader.field("data", size, data.length > DATA_SHOWN ? `${shown}…` : shown);
}

/** One line: what cannot be printed is a dot, an end of line an arrow. */
function printable(data: string): string {
  // eslint-disable-next-line no-control-regex
  return data.replace(/\r\n/g, "⏎").replace(/[\x00-\x1f\x7f-\xff]/g, "·");
}

function readUdp(reader: Reader, data: string, prefix: string): void {
  reader.layer("udp", prefix);
  reader.plain("sourcePort", 2);
  reader.plain("destinationPort", 2);
  reader.plain("length", 2);
  reader.asHex("checksum", 2);
  readData(reader, data);
}

function readIcmp(reader: Reader, message: IcmpMessage, prefix: string): void {
  reader.layer("icmp", prefix);
  const { type, code } = icmpNumbers(message);
  reader.field("type", 2, `${type}/${code} ${message.type}`);
  reader.asHex("checksum", 2);
  if (!isIcmpError(message)) {
    reader.plain("identifier", 2);
    reader.plain("number", 2);
    return readData(reader, message.data);
  }
  if (message.type === "redirect") reader.field("gateway", 4, message.gateway);
  else {
    reader.asHex("unused", 2);
    if (message.type === "unreachable" && message.mtu !== undefined) reader.plain("mtu", 2);
    else reader.asHex("unused", 2);
  }
  readPacket(reader, message.quoted, "quoted.");
}

function readIgmp(
  reader: Reader,
  records: readonly { readonly type: number; readonly group: string }[],
  prefix: string,
): void {
  reader.layer("igmp", prefix);
  reader.field("type", 2, `${reader.hex(1)} v3 report`);
  reader.asHex("checksum", 2);
  reader.asHex("unused", 2);
  reader.plain("records", 2);
  for (const { type, group } of records) {
    reader.field("record", 8, `${type === 4 ? "join" : type === 3 ? "leave" : type} ${group}`);
  }
}

type Advert = Extract<Ipv4Packet["payload"], { protocol: "vrrp" }>;
const AUTH: Readonly<Record<number, string>> = { 0: "none", 1: "PASS", 2: "AH" };

function readVrrp(reader: Reader, advert: Advert, prefix: string): void {
  if (advert.authenticationHeader !== undefined) {
    reader.layer("ah", prefix);
    reader.plain("next", 1);
    reader.plain("header", 1);
    reader.asHex("unused", 2);
    reader.asHex("spi", 4);
    reader.plain("sequence", 4);
    const digest = [...advert.authenticationHeader.checkValue];
    const text = digest.map((each) => each.charCodeAt(0).toString(16).padStart(2, "0")).join("");
    reader.field("check", 12, text);
  }
  reader.layer("vrrp", prefix);
  reader.field("version", 1, `${advert.version}, advertisement`);
  reader.plain("router", 1);
  reader.plain("priority", 1);
  reader.plain("count", 1);
  if (advert.version === 2) {
    reader.field("auth", 1, `${advert.authType} ${AUTH[advert.authType] ?? ""}`);
    reader.field("interval", 1, `${advert.advertInterval} s`);
  } else {
    reader.field("interval", 2, `${advert.advertInterval / 100} s`);
  }
  reader.asHex("checksum", 2);
  for (const address of advert.addresses) reader.field("address", 4, address);
  if (advert.version === 2) {
    reader.field("password", 8, advert.authType === 1 ? advert.password : "–");
  }
}
