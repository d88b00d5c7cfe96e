// The frames of a recording as conversations: the adverts of one sender and router id, one ARP
// question with its answers, one TCP connection, one pair's pings, and so on. Order and time are
// compared within a conversation only. What chance or the clock decides is left out of the bodies:
// ephemeral ports, IP ids, windows, TCP timestamps, ICMP ids.
import type { CapturedFrame, JsonRecord, RecordedLine, Recording } from "../scenario/types.ts";

/** One thing that both sides may have: a frame or a log line. */
export interface Item {
  readonly at: number;
  /** What must be the same. */
  readonly body: string;
  /** Counts only where both sides have it. */
  readonly optional: boolean;
  readonly frame?: CapturedFrame;
  readonly line?: RecordedLine;
}

/** Items in their order, by the name of their conversation. */
export type Streams = Map<string, Item[]>;

/** Kinds of conversations whose times are held tightly. */
export const TIGHT_KINDS: readonly string[] = ["vrrp", "garp"];

/** The first part of a conversation's name: "vrrp", "garp", "arp", "tcp", … */
export function kindOf(conversation: string): string {
  return String((JSON.parse(conversation) as unknown[])[0]);
}

export function conversationsOf(recording: Pick<Recording, "frames">): Streams {
  const streams: Streams = new Map();
  const memory: Memory = {
    connections: new Map(),
    opened: new Map(),
    unicastQuestions: new Map(),
    reports: new Map(),
  };
  for (const frame of recording.frames) {
    const { key, body, optional = false } = describe(frame, memory);
    const link = [frame.from, [...(frame.to ?? [])].sort(), frame.src, frame.dst];
    append(streams, JSON.stringify(key), {
      at: frame.t,
      body: JSON.stringify([link, body]),
      optional,
      frame,
    });
  }
  return streams;
}

export function append(streams: Streams, key: string, item: Item): void {
  const stream = streams.get(key);
  if (stream === undefined) streams.set(key, [item]);
  else stream.push(item);
}

type Part = string | number | boolean | null | undefined | readonly Part[];
type Key = readonly Part[];

interface Described {
  readonly key: Key;
  readonly body: Part;
  readonly optional?: boolean;
}

/** What earlier frames leave behind for later ones. */
interface Memory {
  /** Connections by their two ends. */
  readonly connections: Map<string, Connection>;
  /** How many connections a client has had to a server. */
  readonly opened: Map<string, number>;
  /** ARP questions by key: whether the latest was unicast. */
  readonly unicastQuestions: Map<string, boolean>;
  /** IGMP reports by content: when the latest was sent. */
  readonly reports: Map<string, number>;
}

interface Connection {
  readonly key: Key;
  readonly server: string;
}

function describe(frame: CapturedFrame, memory: Memory): Described {
  const { arp, ip } = frame;
  if (arp !== undefined) return describeArp(frame, arp, memory);
  if (ip === undefined) return { key: ["other"], body: fields({ ...frame }, ["t"]) };
  const vrrp = inner(ip, "vrrp");
  if (vrrp !== undefined) return describeVrrp(frame, ip, vrrp);
  const igmp = inner(ip, "igmp");
  if (igmp !== undefined) return describeIgmp(frame, ip, igmp, memory);
  return describeIp(ip, memory);
}

/** A unicast question refreshes an entry whose timer chance had a part in; so does its answer. */
function describeArp(frame: CapturedFrame, arp: JsonRecord, memory: Memory): Described {
  const sender = word(arp.sender_ip);
  const target = word(arp.target_ip);
  const body = fields(arp);
  if (sender === target) return { key: ["garp", frame.from, sender], body };
  const isQuestion = arp.op === "request";
  const key = isQuestion ? ["arp", sender, target] : ["arp", target, sender];
  const name = JSON.stringify(key);
  if (isQuestion) memory.unicastQuestions.set(name, frame.dst !== "broadcast");
  return { key, body, optional: memory.unicastQuestions.get(name) ?? false };
}

function describeVrrp(frame: CapturedFrame, ip: JsonRecord, vrrp: JsonRecord): Described {
  return {
    key: ["vrrp", frame.from, word(ip.src), word(vrrp.vrid)],
    body: [word(ip.dst), word(ip.ttl), word(ip.tos), fields(vrrp)],
  };
}

const REPEAT_WITHIN_S = 2;

/** The same report within two seconds is its repeat, after a random time or not at all. */
function describeIgmp(
  frame: CapturedFrame,
  ip: JsonRecord,
  igmp: JsonRecord,
  memory: Memory,
): Described {
  const body = [word(ip.dst), fields(igmp)];
  const name = JSON.stringify([frame.from, body]);
  const before = memory.reports.get(name) ?? -9;
  memory.reports.set(name, frame.t);
  return { key: ["igmp", frame.from], body, optional: frame.t - before < REPEAT_WITHIN_S };
}

/** IPv4 with TCP, UDP, ICMP or another IPv4 packet inside. */
function describeIp(ip: JsonRecord, memory: Memory): Described {
  for (const kind of ["tcp", "udp"] as const) {
    const segment = inner(ip, kind);
    if (segment !== undefined) return describeSegment(kind, ip, segment, memory);
  }
  const icmp = inner(ip, "icmp");
  if (icmp !== undefined) return describeIcmp(ip, icmp);
  const tunnelled = inner(ip, "ipip") ?? inner(ip, "inner");
  if (tunnelled !== undefined) {
    const { key, body } = describeIp(tunnelled, memory);
    return { key: ["ipip", ...key], body: [word(ip.src), word(ip.dst), word(ip.ttl), body] };
  }
  return { key: ["ip", word(ip.src), word(ip.dst)], body: fields(ip, ["id"]) };
}

const SEGMENT_CHANCE = ["sport", "dport", "tsval", "tsecr", "win", "len_seg", "options"];
/** Below this port a service listens; a client's own port is above. */
const FIRST_EPHEMERAL = 32_768;

function describeSegment(
  kind: "tcp" | "udp",
  ip: JsonRecord,
  segment: JsonRecord,
  memory: Memory,
): Described {
  const source = JSON.stringify([word(ip.src), segment.sport]);
  const destination = JSON.stringify([word(ip.dst), segment.dport]);
  const pair = JSON.stringify([kind, ...[source, destination].sort()]);
  let connection = memory.connections.get(pair);
  if (connection === undefined) {
    const toServer = Number(segment.dport ?? 0) < FIRST_EPHEMERAL;
    const client = toServer ? word(ip.src) : word(ip.dst);
    connection = open(memory, kind, client, toServer ? destination : source);
    memory.connections.set(pair, connection);
  }
  const toServer = destination === connection.server;
  const head = [word(ip.src), word(ip.dst), word(ip.ttl), toServer];
  return { key: connection.key, body: [...head, fields(segment, SEGMENT_CHANCE)] };
}

/** A client's connections to one server are counted, for their ports are drawn. */
function open(memory: Memory, kind: string, client: Part, server: string): Connection {
  const name = JSON.stringify([kind, client, server]);
  const number = (memory.opened.get(name) ?? 0) + 1;
  memory.opened.set(name, number);
  return { key: [kind, client, server, number], server };
}

function describeIcmp(ip: JsonRecord, icmp: JsonRecord): Described {
  const ends = [word(ip.src), word(ip.dst)];
  const isEcho = icmp.type === 0 || icmp.type === 8;
  return {
    key: isEcho ? ["ping", ...[...ends].sort()] : ["icmp", ...ends],
    body: [...ends, word(ip.ttl), fields(icmp, ["id", "quoted_sport", "data"])],
  };
}

function inner(layer: JsonRecord, name: string): JsonRecord | undefined {
  const value = layer[name];
  return typeof value === "object" && value !== null ? (value as JsonRecord) : undefined;
}

/** A message of the sync daemon: type, protocol, size, flags and state; then the client's port. */
const SYNC_CLIENT_PORT = /(00(?:06|11)00[23][0-9a-f][0-9a-f]{12})[0-9a-f]{4}/g;

/** All fields of a layer in the order of their names, but those `without`. */
function fields(layer: JsonRecord, without: readonly string[] = []): Part {
  return Object.keys(layer)
    .filter((name) => !without.includes(name))
    .sort()
    .map((name) => {
      const value = word(layer[name]);
      return [name, name === "ipvs_sync" ? value.replace(SYNC_CLIENT_PORT, "$1port") : value];
    });
}

function word(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
