// The ladder: the frames of one conversation around a chosen one, in order of time, between the
// hosts that take part in it.
import type { FrameRecord, Trace } from "#sim/index.ts";
import type { Ipv4Packet } from "#sim/packets.ts";
import { type ClusterView, hostWithMac, shortMac } from "../../instrument/cluster.ts";
import { type Drawn, drawnAs, innerPacket } from "../../instrument/frames.ts";
import { flagNames } from "../packet/fields.ts";
import { placeOf, previousHop } from "../packet/hops.ts";

/** Rungs before and after the chosen one. */
const MOST_BEFORE = 4;
const MOST_AFTER = 7;
/** A conversation's pause ends it here; microseconds. */
const LONGEST_PAUSE_US = 5_000_000;
const MOST_LOOKED_AT = 2_000;
const FIRST_EPHEMERAL_PORT = 32_768;

/** What a frame belongs to: one connection, one address asked for by ARP, one virtual router. */
export function conversationOf({ frame: { payload } }: FrameRecord): string {
  if (payload.protocol === "arp") {
    return `arp ${payload.operation === "reply" ? payload.senderIp : payload.targetIp}`;
  }
  return conversationOfPacket(innerPacket(payload));
}

function conversationOfPacket({ source, destination, payload }: Ipv4Packet): string {
  switch (payload.protocol) {
    case "tcp":
    case "udp": {
      // NAT rewrites the server's end: the client's end tells the connection.
      const ends = [`${source}:${payload.sourcePort}`, `${destination}:${payload.destinationPort}`];
      if (payload.sourcePort >= FIRST_EPHEMERAL_PORT) return `${payload.protocol} ${ends[0]}`;
      if (payload.destinationPort >= FIRST_EPHEMERAL_PORT) return `${payload.protocol} ${ends[1]}`;
      return `${payload.protocol} ${ends.sort().join(" ")}`;
    }
    case "icmp":
      return "quoted" in payload
        ? conversationOfPacket(payload.quoted)
        : `icmp ${[source, destination].sort().join(" ")} ${payload.identifier}`;
    case "vrrp":
      return `vrrp ${payload.virtualRouterId}`;
    default:
      return payload.protocol;
  }
}

/** The frames around `record`: of its conversation, or all. */
export function framesAround(
  trace: Trace,
  record: FrameRecord,
  scope: "conversation" | "all",
): FrameRecord[] {
  const wanted = conversationOf(record);
  const isIn = (other: FrameRecord): boolean => scope === "all" || conversationOf(other) === wanted;
  const place = placeOf(trace, record);
  if (place < 0) return [record];
  const walk = (way: 1 | -1, most: number): FrameRecord[] => {
    const found: FrameRecord[] = [];
    let last = record.at;
    for (let steps = 1; steps < MOST_LOOKED_AT && found.length < most; steps++) {
      const other = trace.frames[place + way * steps];
      if (other === undefined || Math.abs(other.at - last) > LONGEST_PAUSE_US) break;
      if (!isIn(other)) continue;
      found.push(other);
      last = other.at;
    }
    return found;
  };
  return [...walk(-1, MOST_BEFORE).reverse(), record, ...walk(1, MOST_AFTER)];
}

export interface Rung {
  readonly record: FrameRecord;
  readonly kind: Drawn;
  readonly from: string;
  /** Who got it, in the order of the columns; nobody where it was lost. */
  readonly to: readonly string[];
  readonly isLost: boolean;
  readonly label: string;
  /** A director that the frame passes by: it sees nothing of it. */
  readonly passes: readonly string[];
}

export interface Ladder {
  readonly hosts: readonly string[];
  readonly rungs: readonly Rung[];
}

const ORDER = ["client", "director", "node"] as const;

/** `same` is what a packet that is passed on is called: "same SYN". */
export function ladderOf(
  trace: Trace,
  records: readonly FrameRecord[],
  cluster: ClusterView,
  same: string,
): Ladder {
  const involved = new Set<string>();
  const ends = records.map((record) => {
    const heard = record.deliveries.filter(({ accepted }) => accepted).map(({ host }) => host);
    const isToAll = /^(ff|01)/.test(record.frame.destination);
    const to = isToAll ? listenersOf(record, heard, cluster) : heard;
    for (const host of [record.from, ...to]) involved.add(host);
    const meant = to.length > 0 ? [] : [hostWithMac(cluster, record.frame.destination)?.name];
    for (const host of meant) if (host !== undefined) involved.add(host);
    return { to, meant: meant.find((host) => host !== undefined) };
  });
  const place = (name: string): number => {
    const host = cluster.hosts.findIndex((each) => each.name === name);
    const role: string = cluster.hosts[host]?.role ?? "node";
    return ORDER.findIndex((each) => each === role) * 100 + host;
  };
  const hosts = [...involved].sort((a, b) => place(a) - place(b));
  const rungs = records.map((record, index) => {
    const { to = [], meant } = ends[index] ?? {};
    const targets = to.length > 0 ? to : meant === undefined ? [] : [meant];
    const reached = targets.map((host) => hosts.indexOf(host));
    const start = hosts.indexOf(record.from);
    const [low, high] = [Math.min(start, ...reached), Math.max(start, ...reached)];
    const kind = drawnAs(record, cluster);
    return {
      record,
      kind,
      from: record.from,
      to: targets,
      isLost: record.lost !== undefined || to.length === 0,
      label: labelOf(trace, record, cluster, same),
      passes:
        kind === "reply" && targets.length === 1
          ? hosts.filter((name, at) => at > low && at < high && isDirector(cluster, name))
          : [],
    };
  });
  return { hosts, rungs };
}

function isDirector({ hosts }: ClusterView, name: string): boolean {
  return hosts.find((host) => host.name === name)?.role === "director";
}

/** Of a frame to everyone: those whom it concerns. Adverts concern directors alone. */
function listenersOf(
  { frame: { payload } }: FrameRecord,
  heard: readonly string[],
  cluster: ClusterView,
): string[] {
  const isAdvert = payload.protocol !== "arp" && payload.payload.protocol === "vrrp";
  return isAdvert ? heard.filter((host) => isDirector(cluster, host)) : [...heard];
}

/** At most three fields. */
function labelOf(trace: Trace, record: FrameRecord, cluster: ClusterView, same: string): string {
  const { payload, destination } = record.frame;
  if (payload.protocol === "arp") {
    const { senderIp, targetIp, operation, senderMac } = payload;
    if (senderIp === targetIp || operation === "reply") {
      return `${senderIp} → ${shortMac(senderMac)}`;
    }
    return `${targetIp}?`;
  }
  const inner = innerPacket(payload);
  const name = nameOf(inner);
  const isPassedOn = isDirector(cluster, record.from) && previousHop(trace, record) !== undefined;
  const title = isPassedOn ? `${same} ${name}` : name;
  if (inner.payload.protocol === "vrrp") return title;
  const source = cluster.vips.includes(inner.source) ? ` · ${inner.source}` : "";
  return `${title}${source === "" ? ` · ${shortMac(destination)}` : source} · TTL ${inner.ttl}`;
}

function nameOf({ payload }: Ipv4Packet): string {
  switch (payload.protocol) {
    case "tcp": {
      const line = /^(GET|HEAD|POST) \S+|^HTTP\/\S+ \d+/.exec(payload.data)?.[0];
      if (line !== undefined) return line;
      const flags = flagNames(payload.flags).replaceAll(", ", "-");
      return payload.data === "" ? flags : `${flags} ${payload.data.length} B`;
    }
    case "vrrp":
      return `prio ${payload.priority}`;
    case "icmp":
      return payload.type;
    default:
      return payload.protocol.toUpperCase();
  }
}
