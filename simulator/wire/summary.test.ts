import { describe, expect, test } from "vitest";
import { BROADCAST_MAC, ZERO_MAC } from "./address.ts";
import type { ArpPacket } from "./arp.ts";
import type { Frame } from "./ethernet.ts";
import type { IpPayload, Ipv4Packet } from "./ipv4.ts";
import { summarizeFrame } from "./frame-kind.ts";
import { type SeenConnections, tcpdumpLine } from "./summary.ts";
import { ACK, FIN, PSH, RST, SYN, type TcpSegment } from "./tcp.ts";

const CLIENT = "192.168.88.2";
const VIP = "192.168.88.100";
const CLIENT_MAC = "02:00:00:00:58:02";
const DIRECTOR_MAC = "02:00:00:00:58:08";
const NODE_MAC = "02:00:00:00:58:0b";

function arp(fields: Partial<ArpPacket>): Frame {
  const payload: ArpPacket = {
    protocol: "arp",
    operation: "request",
    senderMac: CLIENT_MAC,
    senderIp: CLIENT,
    targetMac: ZERO_MAC,
    targetIp: VIP,
    ...fields,
  };
  return { source: payload.senderMac, destination: BROADCAST_MAC, payload };
}

function packet(payload: IpPayload, fields: Partial<Ipv4Packet> = {}): Ipv4Packet {
  return {
    protocol: "ipv4",
    source: CLIENT,
    destination: VIP,
    ttl: 63,
    tos: 0,
    id: 1,
    dontFragment: true,
    payload,
    ...fields,
  };
}

function toNode(payload: IpPayload): Frame {
  return { source: DIRECTOR_MAC, destination: NODE_MAC, payload: packet(payload) };
}

function toClient(payload: IpPayload): Frame {
  const answer = packet(payload, { source: VIP, destination: CLIENT, ttl: 64 });
  return { source: NODE_MAC, destination: CLIENT_MAC, payload: answer };
}

function advert(id: number): Frame {
  const payload = packet(
    {
      protocol: "vrrp",
      version: 2,
      virtualRouterId: 18,
      priority: 100,
      authType: 1,
      password: "123456",
      advertInterval: 1,
      addresses: [VIP],
    },
    { source: "192.168.88.8", destination: "224.0.0.18", ttl: 255, tos: 0xc0, id },
  );
  return {
    source: DIRECTOR_MAC,
    destination: "01:00:5e:00:00:12",
    payload: { ...payload, dontFragment: false },
  };
}

const CLIENT_NUMBER = 3384260161;
const NODE_NUMBER = 1842688651;

interface Step {
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement?: number;
  readonly window: number;
  readonly timestamps: readonly [value: number, echo: number];
  readonly data?: string;
}

function segment(isClient: boolean, step: Step): TcpSegment {
  const [own, other] = isClient ? [CLIENT_NUMBER, NODE_NUMBER] : [NODE_NUMBER, CLIENT_NUMBER];
  const { acknowledgement, data = "" } = step;
  const [value, echo] = step.timestamps;
  const isSyn = (step.flags & SYN) !== 0;
  return {
    protocol: "tcp",
    sourcePort: isClient ? 45758 : 80,
    destinationPort: isClient ? 80 : 45758,
    sequence: own + step.sequence,
    acknowledgement: acknowledgement === undefined ? 0 : other + acknowledgement,
    flags: step.flags,
    window: step.window,
    options: {
      timestamps: { value, echo },
      ...(isSyn ? { mss: 1460, sackPermitted: true, windowScale: 7 } : {}),
    },
    data,
  };
}

const fromClient = (step: Step) => toNode(segment(true, step));
const fromNode = (step: Step) => toClient(segment(false, step));

const REQUEST = "GET / HTTP/1.1\r\n".padEnd(78, "x");
const RESPONSE = "HTTP/1.1 200 OK\r\n".padEnd(249, "x");

/** One curl through direct routing, as the real server's tcpdump printed it (tools-output). */
const CURL: readonly (readonly [Frame, string])[] = [
  [
    fromClient({ flags: SYN, sequence: 0, window: 64240, timestamps: [573234618, 0] }),
    "02:00:00:00:58:08 > 02:00:00:00:58:0b, ethertype IPv4 (0x0800), length 74: 192.168.88.2.45758 > 192.168.88.100.80: Flags [S], seq 3384260161, win 64240, options [mss 1460,sackOK,TS val 573234618 ecr 0,nop,wscale 7], length 0",
  ],
  [
    fromNode({
      flags: SYN | ACK,
      sequence: 0,
      acknowledgement: 1,
      window: 65160,
      timestamps: [2304468970, 573234618],
    }),
    "02:00:00:00:58:0b > 02:00:00:00:58:02, ethertype IPv4 (0x0800), length 74: 192.168.88.100.80 > 192.168.88.2.45758: Flags [S.], seq 1842688651, ack 3384260162, win 65160, options [mss 1460,sackOK,TS val 2304468970 ecr 573234618,nop,wscale 7], length 0",
  ],
  [
    fromClient({
      flags: ACK,
      sequence: 1,
      acknowledgement: 1,
      window: 502,
      timestamps: [573234618, 2304468970],
    }),
    "02:00:00:00:58:08 > 02:00:00:00:58:0b, ethertype IPv4 (0x0800), length 66: 192.168.88.2.45758 > 192.168.88.100.80: Flags [.], ack 1, win 502, options [nop,nop,TS val 573234618 ecr 2304468970], length 0",
  ],
  [
    fromClient({
      flags: PSH | ACK,
      sequence: 1,
      acknowledgement: 1,
      window: 502,
      timestamps: [573234619, 2304468970],
      data: REQUEST,
    }),
    "02:00:00:00:58:08 > 02:00:00:00:58:0b, ethertype IPv4 (0x0800), length 144: 192.168.88.2.45758 > 192.168.88.100.80: Flags [P.], seq 1:79, ack 1, win 502, options [nop,nop,TS val 573234619 ecr 2304468970], length 78: HTTP: GET / HTTP/1.1",
  ],
  [
    fromNode({
      flags: PSH | ACK,
      sequence: 1,
      acknowledgement: 79,
      window: 509,
      timestamps: [2304468971, 573234619],
      data: RESPONSE,
    }),
    "02:00:00:00:58:0b > 02:00:00:00:58:02, ethertype IPv4 (0x0800), length 315: 192.168.88.100.80 > 192.168.88.2.45758: Flags [P.], seq 1:250, ack 79, win 509, options [nop,nop,TS val 2304468971 ecr 573234619], length 249: HTTP: HTTP/1.1 200 OK",
  ],
  [
    fromClient({
      flags: FIN | ACK,
      sequence: 79,
      acknowledgement: 250,
      window: 501,
      timestamps: [573234620, 2304468971],
    }),
    "02:00:00:00:58:08 > 02:00:00:00:58:0b, ethertype IPv4 (0x0800), length 66: 192.168.88.2.45758 > 192.168.88.100.80: Flags [F.], seq 79, ack 250, win 501, options [nop,nop,TS val 573234620 ecr 2304468971], length 0",
  ],
];

test("one curl as the server's tcpdump -e prints it", () => {
  const seen: SeenConnections = new Map();
  const lines = CURL.map(([frame]) => tcpdumpLine(frame, { link: true }, seen));
  expect(lines).toEqual(CURL.map(([, line]) => line));
});

test("the director, who sees one direction, counts from the first ACK it sees", () => {
  const seen: SeenConnections = new Map();
  const requests = CURL.filter(([frame]) => frame.source === DIRECTOR_MAC);
  const lines = requests.map(([frame]) => tcpdumpLine(frame, {}, seen));
  const words = lines.map((line) => line.replace(/^.*?Flags (.*?), win .*$/, "$1"));
  // Recorded in tools-output, where each line comes twice: in and out again.
  expect(words).toEqual([
    "[S], seq 3384260161",
    "[.], ack 1842688652",
    "[P.], seq 0:78, ack 1",
    "[F.], seq 78, ack 250",
  ]);
});

const synToTunnel: TcpSegment = {
  ...segment(true, { flags: SYN, sequence: 0, window: 64240, timestamps: [1, 0] }),
  options: { mss: 1460 },
};

const notFound: IpPayload = {
  protocol: "icmp",
  type: "unreachable",
  code: 3,
  quoted: packet(segment(true, { flags: SYN, sequence: 0, window: 64240, timestamps: [1, 0] })),
};

const oneLine: { options: Parameters<typeof tcpdumpLine>[1]; frame: Frame; line: string }[] = [
  {
    options: {},
    frame: advert(9),
    line: "IP 192.168.88.8 > 224.0.0.18: VRRPv2, Advertisement, vrid 18, prio 100, authtype simple, intvl 1s, length 20",
  },
  {
    options: { verbose: true },
    frame: advert(9),
    line: 'IP (tos 0xc0, ttl 255, id 9, offset 0, flags [none], proto VRRP (112), length 40)\n    192.168.88.8 > 224.0.0.18: VRRPv2, Advertisement, vrid 18, prio 100, authtype simple, intvl 1s, length 20, addrs: 192.168.88.100 auth "123456"',
  },
  {
    options: { link: true },
    frame: arp({}),
    line: "02:00:00:00:58:02 > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Request who-has 192.168.88.100 tell 192.168.88.2, length 28",
  },
  {
    options: { link: true },
    frame: arp({ senderMac: DIRECTOR_MAC, senderIp: VIP, targetMac: BROADCAST_MAC }),
    line: "02:00:00:00:58:08 > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Request who-has 192.168.88.100 (ff:ff:ff:ff:ff:ff) tell 192.168.88.100, length 28",
  },
  {
    options: {},
    frame: arp({ operation: "reply", senderMac: DIRECTOR_MAC, senderIp: VIP, targetIp: CLIENT }),
    line: "ARP, Reply 192.168.88.100 is-at 02:00:00:00:58:08, length 28",
  },
  {
    options: { verbose: true },
    frame: arp({}),
    line: "ARP, Ethernet (len 6), IPv4 (len 4), Request who-has 192.168.88.100 tell 192.168.88.2, length 28",
  },
  {
    options: {},
    frame: toNode(packet(synToTunnel, { id: 2 })),
    line: "IP 192.168.88.2 > 192.168.88.100: IP 192.168.88.2.45758 > 192.168.88.100.80: Flags [S], seq 3384260161, win 64240, options [mss 1460], length 0",
  },
  {
    options: { link: true },
    frame: toNode(packet(synToTunnel)),
    line: "02:00:00:00:58:08 > 02:00:00:00:58:0b, ethertype IPv4 (0x0800), length 78: 192.168.88.2 > 192.168.88.100: 192.168.88.2.45758 > 192.168.88.100.80: Flags [S], seq 3384260161, win 64240, options [mss 1460], length 0",
  },
  {
    options: {},
    frame: toClient(notFound),
    line: "IP 192.168.88.100 > 192.168.88.2: ICMP 192.168.88.100 tcp port 80 unreachable, length 68",
  },
  {
    options: {},
    frame: toNode({
      protocol: "udp",
      sourcePort: 40000,
      destinationPort: 8848,
      data: "x".repeat(44),
    }),
    line: "IP 192.168.88.2.40000 > 192.168.88.100.8848: UDP, length 44",
  },
  {
    options: { verbose: true },
    frame: toNode({ protocol: "igmp", records: [{ type: 4, group: "224.0.0.18" }] }),
    line: "IP (tos 0x0, ttl 63, id 1, offset 0, flags [DF], proto IGMP (2), length 40, options (RA))\n    192.168.88.2 > 192.168.88.100: igmp v3 report, 1 group record(s) [gaddr 224.0.0.18 to_ex, 0 source(s)]",
  },
];

test.each(oneLine)("$line", ({ options, frame, line }) => {
  expect(tcpdumpLine(frame, options, new Map())).toBe(line);
});

test.each([
  ["a request", "GET / HTTP/1.1\r\n\r\n", ": HTTP: GET / HTTP/1.1"],
  ["a line without its end", "GET / HTTP/1.1", ": HTTP: GET / HTTP/1.1 [|http]"],
  ["the middle of a page", "and so on\n", ": HTTP"],
  ["a line that is no text", "GET / \x80\r\n", ": HTTP"],
])("port 80: %s", (_, data, expected) => {
  const step = { flags: PSH | ACK, sequence: 1, acknowledgement: 1, window: 502 };
  const frame = fromClient({ ...step, timestamps: [1, 2], data });
  const line = tcpdumpLine(frame, {}, new Map());
  expect(line.slice(line.lastIndexOf(", length")).replace(/, length \d+/, "")).toBe(expected);
});

describe("the kind of a frame", () => {
  const reset = { ...synToTunnel, flags: RST, sourcePort: 80, destinationPort: 45758 };
  test.each([
    ["arp-request", arp({})],
    ["arp-reply", arp({ operation: "reply" })],
    ["gratuitous-arp", arp({ senderIp: VIP })],
    ["gratuitous-arp", arp({ operation: "reply", senderIp: VIP })],
    ["vrrp", advert(1)],
    ["tcp-request", toNode(synToTunnel)],
    ["tcp-reply", toClient(reset)],
    ["tcp-request", toNode(packet(synToTunnel))],
    ["icmp", toClient(notFound)],
    ["igmp", toNode({ protocol: "igmp", records: [] })],
    ["udp", toNode({ protocol: "udp", sourcePort: 1, destinationPort: 2, data: "" })],
  ] as const)("%s", (kind, frame) => {
    expect(summarizeFrame(frame)).toEqual({ kind });
  });
});
