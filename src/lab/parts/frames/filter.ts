// A display filter, as a packet analyser has one: words that a frame must meet, one beside the
// other; "not" before a word turns it round. What is no keyword is looked for in the frame's line.
import type { FrameRecord } from "#sim/index.ts";
import { innerPacket } from "../../instrument/frames.ts";

export interface Term {
  readonly isNot: boolean;
  readonly matches: (record: FrameRecord, line: () => string) => boolean;
}

export type Filter = { readonly terms: readonly Term[] } | { readonly error: FilterError };

export interface FilterError {
  readonly code: "needs-value" | "bad-port" | "nothing-after-not";
  readonly word: string;
}

type Test = Term["matches"];

const protocolOf = ({ frame: { payload } }: FrameRecord): string =>
  payload.protocol === "arp" ? "arp" : innerPacket(payload).payload.protocol;

const isTunnelled = ({ frame: { payload } }: FrameRecord): boolean =>
  payload.protocol === "ipv4" && payload.payload.protocol === "ipv4";

const PROTOCOLS: Readonly<Record<string, Test>> = {
  arp: (record) => protocolOf(record) === "arp",
  garp: ({ frame: { payload } }) =>
    payload.protocol === "arp" && payload.senderIp === payload.targetIp,
  ip: (record) => protocolOf(record) !== "arp",
  vrrp: (record) => protocolOf(record) === "vrrp",
  tcp: (record) => protocolOf(record) === "tcp",
  udp: (record) => protocolOf(record) === "udp",
  icmp: (record) => protocolOf(record) === "icmp",
  igmp: (record) => protocolOf(record) === "igmp",
  ipip: isTunnelled,
  lost: ({ lost }) => lost !== undefined,
  http: ({ frame: { payload } }) => {
    if (payload.protocol === "arp") return false;
    const { payload: inner } = innerPacket(payload);
    return inner.protocol === "tcp" && /^(GET|HEAD|POST|PUT|DELETE) |^HTTP\//.test(inner.data);
  },
};

/** A name: whose card sent it or got it. An address: which stands in the packet. */
function host(name: string): Test {
  return ({ from, deliveries, frame: { payload } }) => {
    if (from === name) return true;
    if (deliveries.some((each) => each.accepted && each.host === name)) return true;
    if (payload.protocol === "arp") return payload.senderIp === name || payload.targetIp === name;
    const inner = innerPacket(payload);
    return [payload.source, payload.destination, inner.source, inner.destination].includes(name);
  };
}

function port(number: number): Test {
  return ({ frame: { payload } }) => {
    if (payload.protocol === "arp") return false;
    const { payload: inner } = innerPacket(payload);
    if (inner.protocol !== "tcp" && inner.protocol !== "udp") return false;
    return inner.sourcePort === number || inner.destinationPort === number;
  };
}

const from =
  (name: string): Test =>
  (record) =>
    record.from === name;

function contains(word: string): Test {
  return (_record, line) => line().toLowerCase().includes(word);
}

/** Any text is allowed: what cannot be understood says which word it is. */
export function readFilter(text: string): Filter {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "" && !["and", "&&"].includes(word.toLowerCase()));
  const terms: Term[] = [];
  let isNot = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const lower = word.toLowerCase();
    if (lower === "not" || lower === "!") {
      isNot = !isNot;
      if (at === words.length - 1) return { error: { code: "nothing-after-not", word } };
      continue;
    }
    let matches: Test;
    if (["host", "port", "from"].includes(lower)) {
      const value = words[++at];
      if (value === undefined) return { error: { code: "needs-value", word } };
      const number = Number(value);
      const isPort = Number.isInteger(number) && number >= 0 && number <= 65_535;
      if (lower === "port" && !isPort) return { error: { code: "bad-port", word: value } };
      matches = lower === "port" ? port(number) : lower === "host" ? host(value) : from(value);
    } else {
      matches = (Object.hasOwn(PROTOCOLS, lower) ? PROTOCOLS[lower] : undefined) ?? contains(lower);
    }
    terms.push({ isNot, matches });
    isNot = false;
  }
  return { terms };
}

export function passes(terms: readonly Term[], record: FrameRecord, line: () => string): boolean {
  return terms.every(({ isNot, matches }) => matches(record, line) !== isNot);
}
