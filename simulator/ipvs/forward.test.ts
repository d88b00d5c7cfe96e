// Ways of forwarding, end to end: what the servers, the director and the client see on the wire.
import { expect, test } from "vitest";
import { replay } from "../replay.ts";
import type { Scenario, Step } from "../scenario.ts";

const VIP = "192.168.88.100";
const NODE = "192.168.88.10";
const CLIENT = "192.168.88.2";

interface SeenPacket {
  readonly src: string;
  readonly dst: string;
  readonly ttl: number;
  readonly len?: number;
  readonly tcp?: { readonly sport: number; readonly dport: number; readonly flags: string };
  readonly icmp?: { readonly type: number; readonly code: number; readonly gateway?: string };
  readonly ipip?: SeenPacket;
}

interface SeenFrame {
  readonly from: string;
  readonly ip?: SeenPacket;
}

function seen({ from, ip }: SeenFrame): readonly (SeenPacket & { readonly from: string })[] {
  return ip === undefined ? [] : [{ ...ip, from }];
}

function at(t: number, host: string, run: string): Step {
  return { t, host, run, record: true };
}

function service(port: number, method: string): Step[] {
  const commands = [
    `ip addr add ${VIP}/24 dev eth1`,
    `ipvsadm -A -t ${VIP}:${port} -s rr`,
    `ipvsadm -a -t ${VIP}:${port} -r ${NODE}:${port} ${method}`,
  ];
  return [at(1, "keepalived", commands.join("; "))];
}

const TUNNEL_END = [
  "modprobe ipip; ip link set tunl0 up",
  `ip addr add ${VIP}/32 dev tunl0`,
  "sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2",
  "sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0",
].join("; ");

function run(steps: readonly Step[], files: Scenario["files"] = {}) {
  const only = ["keepalived", "node-1", "client"];
  const recording = replay({ topology: "flat", only, files, steps, end: 30 });
  const text = recording.steps.map(({ stdout = "" }) => stdout).join("");
  return { text, packets: (recording.frames as readonly SeenFrame[]).flatMap(seen) };
}

const UPLOAD = { "client:/tmp/upload": "0123456789".repeat(2_000) };
const upload = [
  at(1, "node-1", "timeout 20 nc -l 9000 | wc -c"),
  at(5, "client", `nc -N ${VIP} 9000 < /tmp/upload`),
];

test("a packet too large for the tunnel: the client hears of it and sends smaller ones (I36)", () => {
  const steps = [at(0.5, "node-1", TUNNEL_END), ...service(9000, "-i"), ...upload];
  const { text, packets } = run(steps, UPLOAD);
  expect(text).toContain("20000\n");
  const needed = packets.filter(({ icmp }) => icmp?.type === 3 && icmp.code === 4);
  expect(needed[0]).toMatchObject({ from: "keepalived", src: VIP, dst: CLIENT });
  const outer = packets.filter(({ from, ipip }) => from === "keepalived" && ipip !== undefined);
  expect(Math.max(...outer.map(({ len = 0 }) => len))).toBe(1500);
});

const NAT_FIX = [
  at(0.5, "keepalived", "sysctl -qw net.ipv4.ip_forward=1"),
  at(0.5, "node-1", `ip route add ${CLIENT}/32 via 192.168.88.8`),
];
const fetch = at(5, "client", `curl -s -m 3 http://${VIP}/; echo $?`);

test("NAT: the request goes on to the server, the reply comes from the VIP (I23, I24)", () => {
  const { text, packets } = run([...NAT_FIX, ...service(80, "-m"), fetch]);
  expect(text).toContain(`${NODE}\n0\n`);
  const path = packets.filter(({ tcp }) => tcp?.flags === "S" || tcp?.flags === "SA");
  expect(path.map(({ from, src, dst, ttl }) => `${from}: ${src} > ${dst} ttl ${ttl}`)).toEqual([
    `client: ${CLIENT} > ${VIP} ttl 64`,
    `keepalived: ${CLIENT} > ${NODE} ttl 63`,
    `node-1: ${NODE} > ${CLIENT} ttl 64`,
    `keepalived: ${VIP} > ${CLIENT} ttl 63`,
  ]);
});

test("the server is told of the shorter way, before the reply is rewritten (I30)", () => {
  const { packets } = run([...NAT_FIX, ...service(80, "-m"), fetch]);
  const redirect = packets.find(({ icmp }) => icmp?.type === 5);
  expect(redirect).toMatchObject({ src: "192.168.88.8", dst: NODE, icmp: { gateway: CLIENT } });
});

test.each([
  ["one subnet: the server answers past the director (I28)", [NAT_FIX[0]]],
  ["ip_forward=0: the reply ends at the director (I25)", [NAT_FIX[1]]],
])("NAT on %s", (_name, fix) => {
  const half = fix.filter((step) => step !== undefined);
  expect(run([...half, ...service(80, "-m"), fetch]).text).toContain("28\n");
});

test("a server with no IP-in-IP: the client is told, protocol unreachable (I38)", () => {
  const { packets } = run([...service(80, "-i"), fetch]);
  const errors = packets.filter(({ icmp }) => icmp?.type === 3 && icmp.code === 2);
  expect(errors.slice(0, 2)).toMatchObject([
    { from: "node-1", src: NODE, dst: "192.168.88.8" },
    { from: "keepalived", src: VIP, dst: CLIENT },
  ]);
});

test("a rule at INPUT keeps a client from the service (I4)", () => {
  const drop = at(4, "keepalived", "iptables -A INPUT -p tcp --dport 80 -j DROP");
  expect(run([...NAT_FIX, ...service(80, "-m"), drop, fetch]).text).toContain("28\n");
});

test("one subnet, conntrack=1 and MASQUERADE: the server answers the director (I31)", () => {
  const fix = [
    at(2, "keepalived", "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.vs.conntrack=1"),
    at(2, "keepalived", "iptables -t nat -A POSTROUTING -p tcp --dport 80 -j MASQUERADE"),
  ];
  const { text, packets } = run([...service(80, "-m"), ...fix, fetch]);
  expect(text).toContain(`${NODE}\n0\n`);
  const atServer = packets.find(({ tcp, dst }) => tcp?.flags === "S" && dst === NODE);
  expect(atServer).toMatchObject({ from: "keepalived", src: "192.168.88.8", ttl: 63 });
  const back = packets.find(({ from, dst }) => from === "keepalived" && dst === CLIENT);
  expect(back).toMatchObject({ src: VIP });
});
