// tcpdump: which frames a filter lets through, and the lines it prints of them (I35, I207).
import { expect, test } from "vitest";
import { session } from "../test-session.ts";
import { passesFilter, parseFilter } from "./capture-filter.ts";
import type { Frame } from "../wire/ethernet.ts";
import type { IpPayload } from "../wire/ipv4.ts";
import { ACK, SYN } from "../wire/tcp.ts";

const DIRECTOR_MAC = "02:00:00:00:58:08";
const [CLIENT, NODE, DIRECTOR] = ["192.168.88.2", "192.168.88.10", "192.168.88.8"];

function packet(
  source: string,
  destination: string,
  payload: IpPayload,
  toMac = "02:00:00:00:58:0a",
): Frame {
  const common = { protocol: "ipv4", ttl: 64, tos: 0, id: 0, dontFragment: false } as const;
  return {
    source: DIRECTOR_MAC,
    destination: toMac,
    payload: { ...common, source, destination, payload },
  };
}

const tcp = (sourcePort: number, destinationPort: number, flags: number): IpPayload => ({
  protocol: "tcp",
  sourcePort,
  destinationPort,
  sequence: 0,
  acknowledgement: 0,
  flags,
  window: 0,
  options: {},
  data: "",
});
const vrrp: IpPayload = {
  protocol: "vrrp",
  version: 2,
  virtualRouterId: 18,
  priority: 100,
  authType: 0,
  password: "",
  advertInterval: 1,
  addresses: ["192.168.88.100"],
};

/** Letters for frames: s SYN, a its SYN-ACK, t port 443, u UDP 53, i ping, v VRRP, r ARP. */
const FRAMES: Readonly<Record<string, Frame>> = {
  s: packet(CLIENT, NODE, tcp(40_000, 80, SYN)),
  a: packet(NODE, CLIENT, tcp(80, 40_000, SYN | ACK)),
  t: packet(CLIENT, NODE, tcp(40_001, 443, ACK)),
  u: packet(CLIENT, DIRECTOR, {
    protocol: "udp",
    sourcePort: 40_002,
    destinationPort: 53,
    data: "",
  }),
  i: packet(NODE, DIRECTOR, {
    protocol: "icmp",
    type: "echo-request",
    identifier: 1,
    sequence: 1,
    data: "",
  }),
  v: packet(DIRECTOR, "224.0.0.18", vrrp, "01:00:5e:00:00:12"),
  r: {
    source: "02:00:00:00:58:02",
    destination: "ff:ff:ff:ff:ff:ff",
    payload: {
      protocol: "arp",
      operation: "request",
      senderMac: "02:00:00:00:58:02",
      senderIp: CLIENT,
      targetMac: "00:00:00:00:00:00",
      targetIp: NODE,
    },
  },
};

test.each([
  ["", "satuivr"],
  ["arp", "r"],
  ["ip", "satuiv"],
  ["icmp", "i"],
  ["tcp", "sat"],
  ["vrrp", "v"],
  ["proto 112", "v"],
  ["ip proto \\vrrp", "v"],
  ["host 192.168.88.10", "satir"],
  ["src host 192.168.88.10", "ai"],
  ["dst 192.168.88.8", "ui"],
  ["arp host 192.168.88.10", "r"],
  ["ip host 192.168.88.2", "satu"],
  ["udp and host 192.168.88.2", "u"],
  ["udp host 192.168.88.2", "u"],
  ["net 192.168.88.0/30", "satur"],
  ["port 80", "sa"],
  ["src port 80", "a"],
  ["tcp port 53", ""],
  ["udp port 53", "u"],
  ["portrange 50-90", "sau"],
  ["port http", "sa"],
  ["port 80 or 443", "sat"],
  ["port 80 or port 53", "sau"],
  ["not tcp", "uivr"],
  ["! tcp and ! vrrp", "uir"],
  ["not (tcp or vrrp)", "uir"],
  ["arp or icmp", "ir"],
  // `and` and `or` bind alike, from left to right.
  ["vrrp or tcp and port 80", "sa"],
  ["vrrp or (tcp and port 80)", "sav"],
  ["tcp && port 443 || arp", "tr"],
  ["tcp[tcpflags] & tcp-syn != 0", "sa"],
  ["tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn", "s"],
  ["ether src 02:00:00:00:58:02", "r"],
  ["ether host 02:00:00:00:58:0a and not icmp", "satu"],
  ["broadcast", "r"],
  ["multicast", "vr"],
])("%j", (text, letters) => {
  const filter = parseFilter(text);
  if (filter === undefined) throw new Error("a syntax error");
  const passed = Object.entries(FRAMES).filter(([, frame]) => passesFilter(filter, frame));
  expect(passed.map(([letter]) => letter).join("")).toBe(letters);
});

test.each(["port", "host", "tcp and", "(tcp", "tcp)", "host 1.2.3", "foo", "port 99999"])(
  "%s: a syntax error",
  (text) => {
    expect(parseFilter(text)).toBeUndefined();
  },
);

/** What tcpdump prints of what goes on meanwhile; without the times. */
function dump(options: string, host: string, doing: string, before: readonly string[] = []) {
  const { texts } = session([...before, `1 ${host}: timeout 6 tcpdump ${options}`, `2 ${doing}`]);
  return (texts[before.length] ?? "").replace(/^\d\d:\d\d:\d\d\.\d{6} /gm, "");
}

test("ARP and ICMP, with their MAC addresses (I207)", () => {
  expect(
    dump("-nn -e -i eth1 'arp or icmp' 2>/dev/null", "client", `client: ping -c 1 ${NODE}`),
  ).toMatch(
    new RegExp(
      [
        "^02:00:00:00:58:02 > ff:ff:ff:ff:ff:ff, ethertype ARP \\(0x0806\\), length 42: Request who-has 192.168.88.10 tell 192.168.88.2, length 28",
        "02:00:00:00:58:0a > 02:00:00:00:58:02, ethertype ARP \\(0x0806\\), length 42: Reply 192.168.88.10 is-at 02:00:00:00:58:0a, length 28",
        "02:00:00:00:58:02 > 02:00:00:00:58:0a, ethertype IPv4 \\(0x0800\\), length 98: 192.168.88.2 > 192.168.88.10: ICMP echo request, id \\d+, seq 1, length 64",
        "02:00:00:00:58:0a > 02:00:00:00:58:02, ethertype IPv4 \\(0x0800\\), length 98: 192.168.88.10 > 192.168.88.2: ICMP echo reply, id \\d+, seq 1, length 64\n",
      ].join("\n"),
    ),
  );
});

test("a complete curl, its numbers counted from the SYNs on (I207, I208)", () => {
  const lines = dump(
    "-nn -t -i eth1 tcp port 80 2>/dev/null",
    "client",
    `client: curl -s http://${NODE}/`,
  );
  const flags = [...lines.matchAll(/Flags \[(\S+)\], (?:seq (\S+), )?(?:ack (\d+), )?/g)];
  expect(flags.map(([, each]) => each)).toEqual([
    "S",
    "S.",
    ".",
    "P.",
    ".",
    "P.",
    ".",
    "F.",
    "F.",
    ".",
  ]);
  expect(flags[3]?.slice(2, 4)).toEqual(["1:78", "1"]);
  expect(lines).toContain(": HTTP: GET / HTTP/1.1\n");
  expect(lines).toContain(": HTTP: HTTP/1.1 200 OK\n");
  expect(lines).toMatch(
    /win 64240, options \[mss 1460,sackOK,TS val \d+ ecr 0,nop,wscale 7\], length 0\n/,
  );
});

test("-c ends it, and it says how many came (I207)", () => {
  const text = dump("-nn -c 2 -i eth1 icmp", "client", `client: ping -c 3 -i 0.2 ${NODE}`);
  expect(text).toMatch(
    /^tcpdump: verbose output suppressed, use -v\[v\]\.\.\. for full protocol decode\n/,
  );
  expect(text).toContain(
    "listening on eth1, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n",
  );
  expect(text.match(/ICMP echo/g)).toHaveLength(2);
  expect(text).toMatch(
    /2 packets captured\n\d packets received by filter\n0 packets dropped by kernel\n$/,
  );
});

test("on lo: a segment may be as large as lo's MTU allows (I21, I220)", () => {
  expect(dump("-nn -t -i lo tcp 2>/dev/null", "node-1", `node-1: curl -s http://${NODE}/`)).toMatch(
    /^IP 192\.168\.88\.10\.\d+ > 192\.168\.88\.10\.80: Flags \[S\], seq \d+, win 65495, options \[mss 65495,/,
  );
});

test("IP in IP shows both headers, a redirect both addresses (I35, I207)", () => {
  const vip = "192.168.88.100";
  const tunnel = [
    `0.1 keepalived: ip addr add ${vip}/24 dev eth1; ipvsadm -A -t ${vip}:80; ipvsadm -a -t ${vip}:80 -r ${NODE} -i`,
  ];
  expect(
    dump("-nn -t -i eth1 proto 4 2>/dev/null", "keepalived", `client: curl -s -m 1 ${vip}`, tunnel),
  ).toMatch(
    /^IP 192\.168\.88\.8 > 192\.168\.88\.10: IP 192\.168\.88\.2\.\d+ > 192\.168\.88\.100\.80: Flags \[S\], seq/,
  );
  const router = [
    "0.1 keepalived: sysctl -qw net.ipv4.ip_forward=1",
    `0.1 client: ip route add ${NODE}/32 via ${DIRECTOR}`,
  ];
  expect(
    dump("-nn -t -i eth1 icmp 2>/dev/null", "client", `client: ping -c 1 ${NODE}`, router),
  ).toContain(`IP ${DIRECTOR} > ${CLIENT}: ICMP redirect ${NODE} to host ${NODE}, length 92\n`);
});

test("-v puts the IP header first, on a line of its own (I207)", () => {
  expect(
    dump("-nn -v -t -i eth1 tcp 2>/dev/null", "client", `client: curl -s http://${NODE}:81/`),
  ).toMatch(
    /^IP \(tos 0x0, ttl 64, id \d+, offset 0, flags \[DF\], proto TCP \(6\), length 60\)\n {4}192\.168\.88\.2\.\d+ > 192\.168\.88\.10\.81: Flags \[S\]/,
  );
});

test.each([
  ["-i eth9", "tcpdump: eth9: No such device exists\n(No such device exists)\n"],
  ["-i eth1 foo bar", "tcpdump: can't parse filter expression: syntax error\n"],
])("tcpdump %s says what is wrong", (options, text) => {
  expect(dump(options, "client", "client: true")).toBe(text);
});
