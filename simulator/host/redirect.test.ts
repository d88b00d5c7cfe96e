// ICMP redirects: who sends them, how often, and who obeys (I18, I30).
import { expect, test } from "vitest";
import { dropsAt, session, type Session } from "../test-session.ts";

const CLIENT = "192.168.88.2";
const ROUTER = "192.168.88.8";
const NODE = "192.168.88.10";

/** The director routes; the client reaches node-1 by way of it. */
const DETOUR = [
  "0.1 keepalived: sysctl -qw net.ipv4.ip_forward=1",
  `0.1 client: ip route add ${NODE}/32 via ${ROUTER}`,
];

function redirects({ packets }: Session): number[] {
  return packets.flatMap(({ at, packet: { payload } }) =>
    payload.protocol === "icmp" && payload.type === "redirect" ? [at] : [],
  );
}

const run = (...lines: readonly string[]) => session([...DETOUR, ...lines]);

test("back out of the interface it came by: the sender is told of the neighbour (I30)", () => {
  const { packets } = run(`1 client: ping -c 1 ${NODE}`);
  const sent = packets.find(
    ({ packet: { payload } }) => payload.protocol === "icmp" && payload.type === "redirect",
  );
  expect(sent).toMatchObject({
    from: "keepalived",
    packet: { source: ROUTER, destination: CLIENT, tos: 0xc0, payload: { gateway: NODE } },
  });
});

// Measured: the first redirect to an unknown gateway makes the host ask for it, the second is obeyed.
test("obeyed once the gateway is known: ping says so, then it goes straight, for 300 s (I30, I211)", () => {
  const { texts, packets } = run(
    `1 client: ping -c 3 ${NODE}`,
    `4 client: ip route get ${NODE}; ip route show cache`,
    `299 client: ip route get ${NODE}`,
    `303 client: ip route get ${NODE}; ip route show cache`,
  );
  expect(texts[2]).toContain(`From ${ROUTER}: icmp_seq=1 Redirect Host(New nexthop: ${NODE})\n`);
  expect(texts[2]).toContain(`From ${ROUTER}: icmp_seq=2 Redirect Host(New nexthop: ${NODE})\n`);
  expect(texts[2]).toContain("icmp_seq=1 ttl=64");
  const get = (via: string, cache: string) =>
    `${NODE} via ${via} dev eth1 src ${CLIENT} uid 0 \n    cache ${cache}\n`;
  expect(texts.slice(3)).toEqual([
    `${get(NODE, "<redirected> expires 298sec ")}${NODE} via ${NODE} dev eth1 \n    cache <redirected> expires 298sec \n`,
    get(NODE, "<redirected> expires 3sec "),
    get(ROUTER, ""),
  ]);
  const asked = packets.filter(
    ({ from, packet }) => from === "client" && packet.payload.protocol === "icmp",
  );
  expect(asked.map(({ frame }) => frame.destination)).toEqual([
    "02:00:00:00:58:08",
    "02:00:00:00:58:08",
    "02:00:00:00:58:0a",
  ]);
});

test.each([
  ["sysctl -qw net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.eth1.accept_redirects=0", true],
  ["sysctl -qw net.ipv4.conf.all.accept_redirects=0", false],
  ["sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.accept_redirects=0", true],
  ["sysctl -qw net.ipv4.conf.all.shared_media=0 net.ipv4.conf.eth1.shared_media=0", true],
])("after %s a redirect is refused: %s (I30)", (setting, refused) => {
  const played = run(
    `0.5 client: ${setting}`,
    `1 client: ping -c 2 ${NODE}`,
    `4 client: ip route get ${NODE}`,
  );
  expect(played.texts[4]?.includes("<redirected>")).toBe(!refused);
});

test("with secure_redirects off an unshared medium takes any neighbour", () => {
  const keys = ["shared_media", "secure_redirects"].flatMap((key) =>
    ["all", "eth1"].map((nic) => `net.ipv4.conf.${nic}.${key}=0`),
  );
  const { texts } = run(
    `0.5 client: sysctl -qw ${keys.join(" ")}`,
    `1 client: ping -c 2 ${NODE}`,
    `4 client: ip route get ${NODE}; ip route flush cache; ip route get ${NODE}`,
  );
  expect(texts[4]?.match(/<redirected>/g)).toHaveLength(1);
});

test("only the gateway in use is believed: a redirect about a neighbour is not (I18)", () => {
  const vip = "192.168.88.100";
  const played = session([
    "0.1 node-1: sysctl -qw net.ipv4.ip_forward=1",
    `0.1 keepalived: ip addr add ${vip}/24 dev eth1; ipvsadm -A -t ${vip}:80; ipvsadm -a -t ${vip}:80 -r ${NODE}`,
    `1 client: curl -s -m 1 http://${vip}/`,
    `3 client: ip route get ${vip}`,
  ]);
  expect(redirects(played)).not.toEqual([]);
  expect(dropsAt("client", played)).toContain("icmp-without-use");
  expect(played.texts[3]).not.toContain("redirected");
});

test.each([
  ["all", 1],
  ["eth1", 1],
  ["all eth1", 0],
])("send_redirects=0 for %s: %i sent, for both count (I30)", (nics, count) => {
  const keys = nics.split(" ").map((nic) => `net.ipv4.conf.${nic}.send_redirects=0`);
  const played = run(`0.5 keepalived: sysctl -qw ${keys.join(" ")}`, `1 client: ping -c 1 ${NODE}`);
  expect(redirects(played)).toHaveLength(count);
});

test("nine at most, each after twice the time, then 20 s of silence (I30)", () => {
  const played = run(
    "0.5 client: sysctl -qw net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.eth1.accept_redirects=0",
    `1 client: ping -q -i 0.01 -c 2000 ${NODE}`,
    `60 client: ping -c 1 ${NODE}`,
  );
  const times = redirects(played);
  const gaps = times.slice(1, 9).map((at, i) => at - (times[i] ?? 0));
  expect(times).toHaveLength(10);
  for (const [i, gap] of gaps.entries()) expect(gap).toBeGreaterThan(0.02 * 2 ** (i + 1));
  expect(times[9]).toBeGreaterThan(60);
});

test("TCP: a handshake takes no notice, a connection that stands does (I30)", () => {
  // The node answers through the director; the client's own packets come straight.
  const lines = [
    "0.1 keepalived: sysctl -qw net.ipv4.ip_forward=1",
    `0.1 node-1: ip route add ${CLIENT}/32 via ${ROUTER}`,
  ];
  const short = session([
    ...lines,
    `1 client: curl -s ${NODE} >/dev/null`,
    `3 node-1: ip route get ${CLIENT}`,
  ]);
  expect(redirects(short)).toHaveLength(1);
  expect(short.texts[3]).not.toContain("redirected");
  const long = session([
    ...lines,
    `1 client: hold 1 ${NODE} --every 2 --secs 8`,
    `9 node-1: ip route get ${CLIENT}`,
  ]);
  expect(long.texts[3]).toContain(`via ${CLIENT}`);
  expect(long.texts[2]).not.toMatch(/LOST|FAILED/);
});

test("one-network NAT: a long connection breaks once the server obeys (L6)", () => {
  const vip = "192.168.88.100";
  const nat = [
    "0.1 keepalived: sysctl -qw net.ipv4.ip_forward=1",
    `0.1 node-1: ip route add ${CLIENT}/32 via ${ROUTER}`,
    `0.1 keepalived: ip addr add ${vip}/24 dev eth1; ipvsadm -A -t ${vip}:80; ipvsadm -a -t ${vip}:80 -r ${NODE} -m`,
    `1 client: curl -s -m 2 ${vip}`,
    `3 client: hold 1 ${vip} --every 2 --secs 8`,
  ];
  const broken = session(nat);
  expect(broken.texts[3]).toBe(`${NODE}\n`);
  expect(broken.texts[4]).toContain("LOST");
  const off = "net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth1.send_redirects=0";
  const fixed = session([...nat, `0.2 keepalived: sysctl -qw ${off}`]);
  expect(fixed.texts[4]).not.toContain("LOST");
});
