// How a frame is drawn (colour, line, glyph, by what it carries) and which frames the player stops
// for.
import { type FrameRecord, summarizeFrame } from "#sim/index.ts";
import type { ClusterView } from "./cluster.ts";

export const drawnKinds = [
  "advert",
  "arp-request",
  "arp-reply",
  "garp",
  "request",
  "reply",
  "check",
  "icmp",
  "udp",
  "other",
] as const;
export type Drawn = (typeof drawnKinds)[number];

export interface Style {
  readonly colour: string;
  readonly dash: string;
  readonly glyph: string;
  /** The glyph is an outline. */
  readonly hollow: boolean;
}

const DIAMOND = "M0 -9L9 0L0 9L-9 0Z";
const CIRCLE = "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0 -16 0Z";
const SQUARE = "M-7 -7h14v14h-14z";
const CROSS = "M-7 -2.5h4.5v-4.5h5v4.5h4.5v5h-4.5v4.5h-5v-4.5h-4.5z";
const HEXAGON = "M-8 0L-4 -7H4L8 0L4 7H-4Z";
const style = (colour: string, dash: string, glyph: string, hollow = false): Style => ({
  colour: `var(--${colour})`,
  dash,
  glyph,
  hollow,
});

export const STYLES: Readonly<Record<Drawn, Style>> = {
  advert: style("vrrp", ".1 8", "M0 -9L8 7H-8Z"),
  "arp-request": style("arp", "8 5", DIAMOND, true),
  "arp-reply": style("arp", "8 5", DIAMOND),
  garp: style("arp", "8 5", DIAMOND),
  request: style("req", "", CIRCLE),
  reply: style("rep", "", SQUARE),
  check: style("chk", "2 4", CROSS),
  icmp: style("icmp", "9 4 2 4", HEXAGON),
  udp: style("req", "12 4", CIRCLE, true),
  other: style("ink3", "2 4", CROSS, true),
};

type Packet = Exclude<FrameRecord["frame"]["payload"], { protocol: "arp" }>;

/** What a tunnelled packet carries, else the packet itself. */
export function innerPacket(packet: Packet): Packet {
  return packet.payload.protocol === "ipv4" ? innerPacket(packet.payload) : packet;
}

/**
 * A director that speaks for itself with a server is checking it; TCP with anybody else's address
 * is the client's own traffic, whichever way it was rewritten.
 */
export function drawnAs({ frame }: FrameRecord, cluster: ClusterView): Drawn {
  switch (summarizeFrame(frame).kind) {
    case "vrrp":
      return "advert";
    case "arp-request":
      return "arp-request";
    case "arp-reply":
      return "arp-reply";
    case "gratuitous-arp":
      return "garp";
    case "tcp-request":
      return isOwnBusiness(frame, cluster) ? "check" : "request";
    case "tcp-reply":
      return isOwnBusiness(frame, cluster) ? "check" : "reply";
    case "icmp":
      return "icmp";
    case "udp":
      return "udp";
    default:
      return "other";
  }
}

function isOwnBusiness({ payload }: FrameRecord["frame"], { hosts }: ClusterView): boolean {
  if (payload.protocol === "arp") return false;
  const { source, destination } = innerPacket(payload);
  return hosts.some(
    ({ role, nics }) =>
      role === "director" &&
      nics.some(({ address }) => address === source || address === destination),
  );
}

/** What the player slows down for; the reader chooses. */
export interface Interest {
  /** Kinds that are shown hop by hop. */
  readonly kinds: ReadonlySet<Drawn>;
  /** Of TCP only the first packet each way and the data from the floating address. */
  readonly brief: boolean;
}

export const DEFAULT_INTEREST: Interest = {
  kinds: new Set<Drawn>(["advert", "arp-request", "arp-reply", "garp", "request", "reply"]),
  brief: true,
};

const SYN_ACK = 0x12;
const SYN = 0x02;

export function isWanted(
  record: FrameRecord,
  before: FrameRecord | undefined,
  cluster: ClusterView,
  { kinds, brief }: Interest,
): boolean {
  const kind = drawnAs(record, cluster);
  if (!kinds.has(kind)) return false;
  if (!brief) return true;
  const { payload } = record.frame;
  if (kind === "garp") return !isSameBurst(record, before);
  if (payload.protocol === "arp") {
    const isAbout = (address: string): boolean => cluster.vips.includes(address);
    return isAbout(payload.targetIp) || isAbout(payload.senderIp);
  }
  const { payload: inner, source } = innerPacket(payload);
  if (inner.protocol !== "tcp") return true;
  const isOpening = (inner.flags & SYN_ACK) === SYN;
  return isOpening || (inner.data.length > 0 && cluster.vips.includes(source));
}

/** Gratuitous ARPs come in bursts: the first speaks for all. */
function isSameBurst(record: FrameRecord, before: FrameRecord | undefined): boolean {
  const old = before?.frame.payload;
  return old?.protocol === "arp" && old.senderIp === old.targetIp && before?.at === record.at;
}
