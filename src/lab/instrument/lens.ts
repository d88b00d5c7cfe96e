// The layer lens: what hosts and frames say of themselves when only one layer is looked at.
import type { FrameRecord, World } from "#sim/index.ts";
import { fill } from "../../i18n/language.ts";
import { type ClusterView, type HostView, shortMac } from "./cluster.ts";
import { innerPacket } from "./frames.ts";
import type { LabWords } from "./words.ts";

export const lenses = ["all", "link", "network", "transport"] as const;
export type Lens = (typeof lenses)[number];

/** The two quiet lines under a host's name. */
export function hostLines(
  host: HostView,
  world: World,
  lens: Lens,
  words: LabWords,
): readonly [string, string] {
  const addresses = host.nics.map(({ address }) => address);
  const macs = host.nics.map(({ mac }) => mac);
  switch (lens) {
    case "all":
      return [addresses.join("  "), shortMac(macs[0] ?? "")];
    case "link":
      return [macs[0] ?? "", macs.slice(1).join(" ")];
    case "network": {
      const routes = world.hosts.get(host.name)?.routes ?? [];
      const gateway = routes.find(({ prefix, via }) => prefix === 0 && via !== undefined)?.via;
      return [
        addresses.map((each) => `${each}/24`).join("  "),
        gateway === undefined ? "" : fill(words.gateway, { address: gateway }),
      ];
    }
    case "transport":
      return [portsOf(host, world, words), connectionsOf(host, world, words)];
  }
}

function portsOf(host: HostView, world: World, words: LabWords): string {
  const ports = new Set<number>();
  for (const socket of world.hosts.get(host.name)?.sockets.values() ?? []) {
    if (socket.kind === "tcp-listener") ports.add(socket.localPort);
  }
  return ports.size === 0 ? "" : fill(words.listens, { ports: [...ports].join(", ") });
}

function connectionsOf(host: HostView, world: World, words: LabWords): string {
  const own = world.hosts.get(host.name);
  if (own === undefined) return "";
  const services = [...own.ipvs.services.values()];
  const forwarded = services
    .flatMap(({ destinations }) => destinations)
    .reduce((sum, { active, inactive }) => sum + active + inactive, 0);
  if (services.length > 0) return fill(words.passesOn, { n: forwarded });
  const open = own.tcp.byTuple.size;
  return open === 0 ? "" : fill(words.connections, { n: open });
}

export interface LabelPart {
  readonly text: string;
  /** Lettered in the colour of the floating address. */
  readonly isVip: boolean;
}

const FLAGS = [
  [0x02, "SYN"],
  [0x10, "ACK"],
  [0x01, "FIN"],
  [0x04, "RST"],
  [0x08, "PSH"],
] as const;

/** At most three fields of a frame, by lens; one line each. */
export function frameLabel(
  { frame }: FrameRecord,
  lens: Lens,
  { vips }: ClusterView,
  words: LabWords,
): LabelPart[] {
  const part = (text: string): LabelPart => ({
    text,
    isVip: vips.some((vip) => text.includes(vip)),
  });
  const { payload } = frame;
  if (lens === "link") {
    return [part(`${shortMac(frame.source)} → ${shortMac(frame.destination)}`)];
  }
  if (payload.protocol === "arp") {
    if (payload.operation === "request" && payload.senderIp !== payload.targetIp) {
      return [part(fill(words.whoHas, { address: payload.targetIp }))];
    }
    return [part(payload.senderIp), part(fill(words.isAt, { mac: shortMac(payload.senderMac) }))];
  }
  const packet = innerPacket(payload);
  const inner = packet.payload;
  if (inner.protocol === "vrrp" && lens !== "network") {
    return [part(fill(words.priority, { n: inner.priority }))];
  }
  const ttl = part(`TTL ${packet.ttl}`);
  if (lens === "network") return [part(`${packet.source} →`), part(packet.destination), ttl];
  if (inner.protocol === "tcp") {
    const flags = FLAGS.filter(([bit]) => (inner.flags & bit) !== 0).map(([, name]) => name);
    const first = part(
      inner.data.length > 0 ? fill(words.bytes, { n: inner.data.length }) : flags.join(" "),
    );
    if (lens === "transport") {
      return [part(`${inner.sourcePort} → ${inner.destinationPort}`), part(flags.join(" ")), first];
    }
    return [first, part(`dst ${shortMac(frame.destination)}`), ttl];
  }
  return [part(`${packet.source} →`), part(packet.destination)];
}
