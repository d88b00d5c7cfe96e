// Where a packet may come from: martians and the reverse path; and the other ways in which a host
// refuses what it receives, each with its reason (I3, I17, I20, I21, I37).
import { expect, test } from "vitest";
import { dropsAt, session } from "../test-session.ts";

const VIP = "192.168.88.100";
const NODE = "192.168.88.10";
const PING = `ping -c 1 -W 1 -I ${VIP}`;

/** The director and node-1 both have the VIP; node-1 speaks from it. */
const TWO_OWNERS = [
  `0.1 keepalived: ip addr add ${VIP}/32 dev eth1; sysctl -qw net.ipv4.ip_forward=1`,
  `0.1 node-1: ip addr add ${VIP}/32 dev lo; sysctl -qw net.ipv4.conf.all.arp_announce=2`,
];

test("a source that is one's own address is a martian, but with accept_local (I20)", () => {
  const spoken = `1 node-1: ${PING} 192.168.88.8`;
  const refused = session([...TWO_OWNERS, spoken]);
  expect(dropsAt("keepalived", refused)).toContain("martian-source");
  const accept = "0.2 keepalived: sysctl -qw net.ipv4.conf.all.accept_local=1";
  expect(dropsAt("keepalived", session([...TWO_OWNERS, accept, spoken]))).not.toContain(
    "martian-source",
  );
});

test("log_martians: the kernel says so, once asked to (I20)", () => {
  const spoken = `1 node-1: ${PING} 192.168.88.8`;
  const look =
    "3 keepalived: grep -c 'martian source 192.168.88.8 from 192.168.88.100, on dev eth1' /var/log/messages";
  const log = "0.2 keepalived: sysctl -qw net.ipv4.conf.all.log_martians=1";
  expect(session([...TWO_OWNERS, spoken, look]).texts[3]).toBe("0\n");
  expect(session([...TWO_OWNERS, log, spoken, look]).texts[4]).toBe("1\n");
});

/** Two subnets: the client is reached by eth0, the nodes by eth1. */
function twoSubnets(level: string, line: string) {
  return session([`0.1 keepalived: sysctl -qw ${level}`, line], { topology: "two-subnet" });
}
/** node-1 speaks from an address of the outer subnet. */
const STRAY =
  "1 node-1: ip addr add 192.168.1.77/32 dev lo; ping -c 1 -W 1 -I 192.168.1.77 192.168.88.8";
const all = (level: number) => `net.ipv4.conf.all.rp_filter=${level}`;
const own = (level: number) => `net.ipv4.conf.eth1.rp_filter=${level}`;

test.each([
  [`${all(0)} ${own(0)}`, false],
  [`${all(1)} ${own(0)}`, true],
  [`${all(0)} ${own(1)}`, true],
  // Loose: some way back is enough; and the larger of the two counts.
  [`${all(2)} ${own(1)}`, false],
  [`${all(1)} ${own(2)}`, false],
])("rp_filter %s: a source of another interface's subnet is dropped: %s", (level, dropped) => {
  const played = twoSubnets(level, STRAY);
  expect(dropsAt("keepalived", played).includes("reverse-path")).toBe(dropped);
});

test("loose rp_filter still wants some way back, and the counter counts", () => {
  const line =
    "1 node-1: ip addr add 10.9.9.9/32 dev lo; ping -c 1 -W 1 -I 10.9.9.9 192.168.88.8 >/dev/null";
  const played = session(
    [
      `0.1 keepalived: sysctl -qw ${all(2)}`,
      line,
      "5 keepalived: nstat -az TcpExtIPReversePathFilter | tail -1",
    ],
    { topology: "two-subnet" },
  );
  expect(dropsAt("keepalived", played)).toContain("reverse-path");
  expect(played.texts[2]).toMatch(/^TcpExtIPReversePathFilter +1 /);
});

const VIA_NODE = `0.1 client: ip route add ${VIP}/32 via ${NODE}`;
test.each([
  ["not-forwarding", "true", "curl -s -m 1"],
  ["not-a-member", "true", "ping -c 1 -W 1 -t 1 -I eth1 224.0.0.99; true"],
  ["ttl-expired", "sysctl -qw net.ipv4.ip_forward=1", "ping -c 1 -W 1 -t 1"],
  ["no-neighbour", "sysctl -qw net.ipv4.ip_forward=1", "ping -c 1 -W 4"],
  [
    "echo-ignored",
    `ip addr add ${VIP}/32 dev lo; sysctl -qw net.ipv4.icmp_echo_ignore_all=1`,
    "ping -c 1 -W 1",
  ],
  ["filter", `ip addr add ${VIP}/32 dev lo; iptables -A INPUT -p icmp -j DROP`, "ping -c 1 -W 1"],
  ["no-listener", `ip addr add ${VIP}/32 dev lo; systemctl stop openresty`, "curl -s"],
  [
    "no-connection",
    `ip addr add ${VIP}/32 dev lo; sleep 2; ip addr del ${VIP}/32 dev lo; systemctl stop openresty; sleep 1; ip addr add ${VIP}/32 dev lo`,
    "hold 1 192.168.88.100 --every 4 --secs 9; true",
  ],
])("%s is the reason when node-1 did: %s", (reason, setting, line) => {
  const played = session([VIA_NODE, `0.2 node-1: ${setting}`, `1 client: ${line} ${VIP}`]);
  expect(dropsAt("node-1", played)).toContain(reason);
});

test("no way on: the sender hears of an unreachable network", () => {
  const played = session([
    "0.1 client: ip route add 10.9.9.0/24 via 192.168.88.10",
    "0.1 node-1: sysctl -qw net.ipv4.ip_forward=1",
    "1 client: ping -c 1 -W 1 10.9.9.9",
  ]);
  expect(dropsAt("node-1", played)).toContain("no-route");
  expect(played.texts[2]).toContain(`From ${NODE} icmp_seq=1 Destination Net Unreachable`);
});

test("a loop through director and server ends where the time to live does (I11, I18)", () => {
  // By way of node-2, so that the director meets odd numbers and the last one.
  const played = session([
    "0.1 node-1: sysctl -qw net.ipv4.ip_forward=1",
    "0.1 node-2: sysctl -qw net.ipv4.ip_forward=1",
    `0.1 client: ip route add ${VIP}/32 via 192.168.88.11; sysctl -qw net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.eth1.accept_redirects=0`,
    `0.1 keepalived: ip addr add ${VIP}/24 dev eth1`,
    `0.2 keepalived: ipvsadm -A -u ${VIP}:53; ipvsadm -a -u ${VIP}:53 -r ${NODE}`,
    `1 client: udpask 1 ${VIP}:53`,
  ]);
  const times = played.packets.flatMap(({ packet: { payload, ttl } }) =>
    payload.protocol === "udp" ? [ttl] : [],
  );
  expect(times.slice(0, 4)).toEqual([64, 63, 62, 61]);
  expect(Math.min(...times)).toBe(1);
  expect(dropsAt("keepalived", played)).toContain("ttl-expired");
});
