// ARP: who answers, what a question gives away, what is believed (I43-I60).
import { expect, test } from "vitest";
import { dropsAt, session, type Session } from "../test-session.ts";

const VIP = "192.168.88.100";
const CLIENT = "192.168.88.2";
const NODE = "192.168.88.10";
const NODE_MAC = "02:00:00:00:58:0a";
const DIRECTOR_MAC = "02:00:00:00:58:08";
const sysctl = (...settings: readonly string[]) =>
  `sysctl -qw ${settings.map((each) => `net.ipv4.conf.${each}`).join(" ")}`;

const answersOf = ({ arp }: Session, target = VIP) =>
  arp.filter(({ packet }) => packet.operation === "reply" && packet.senderIp === target).length;

// The table of I43, and I46 for a director.
test.each([
  ["all defaults", [], "lo", 1],
  ["all 1", ["all.arp_ignore=1"], "lo", 0],
  ["the receiving interface 1", ["eth1.arp_ignore=1"], "lo", 0],
  ["lo 1", ["lo.arp_ignore=1"], "lo", 1],
  ["lo 1 and announce 2", ["lo.arp_ignore=1", "lo.arp_announce=2"], "lo", 1],
  ["announce 2", ["all.arp_announce=2"], "lo", 1],
  ["all 2", ["all.arp_ignore=2"], "lo", 0],
  ["eth1 2", ["eth1.arp_ignore=2"], "lo", 0],
  ["lo 2", ["lo.arp_ignore=2"], "lo", 1],
  ["all 3", ["all.arp_ignore=3"], "lo", 1],
  ["all 3, scope host", ["all.arp_ignore=3"], "lo scope host", 0],
  ["all defaults, scope host", [], "lo scope host", 1],
  ["all 8", ["all.arp_ignore=8"], "lo", 0],
  ["all 1, the VIP on eth1", ["all.arp_ignore=1"], "eth1", 1],
  ["all 3, the VIP on eth1", ["all.arp_ignore=3"], "eth1", 1],
  ["all 8, the VIP on eth1", ["all.arp_ignore=8"], "eth1", 0],
])("arp_ignore, %s (I43)", (_name, settings, device, answers) => {
  const played = session([
    `0.1 node-1: ip addr add ${VIP}/32 dev ${device}`,
    `0.2 node-1: ${settings.length > 0 ? sysctl(...settings) : "true"}`,
    `1 client: arping -c 1 -I eth1 ${VIP}`,
  ]);
  expect(answersOf(played)).toBe(answers);
  if (answers === 0) expect(dropsAt("node-1", played)).toContain("arp-ignore");
});

test("arp_ignore 8: not even for its own address (I43)", () => {
  const played = session([
    `0.1 node-1: ${sysctl("all.arp_ignore=8")}`,
    `1 client: ping -c 1 ${NODE}`,
  ]);
  expect(played.texts[1]).toContain("Destination Host Unreachable");
});

test("a /24 on lo answers for the whole subnet, and cuts the host off (I44)", () => {
  const played = session([
    `0.1 node-1: ip addr add ${VIP}/24 dev lo`,
    "1 client: arping -c 1 -I eth1 192.168.88.77",
    `3 client: ping -c 1 -W 1 ${NODE}`,
    `5 node-1: ip route get ${CLIENT}; ping -c 1 ${CLIENT} | grep -c ttl`,
  ]);
  expect(answersOf(played, "192.168.88.77")).toBe(1);
  expect(played.texts[2]).toContain("100% packet loss");
  expect(played.texts[3]).toMatch(new RegExp(`^local ${CLIENT} dev lo src ${VIP} .*\n.*\n1\n$`));
});

test.each([
  [[], VIP],
  [["all.arp_announce=1"], VIP],
  [["lo.arp_announce=2"], VIP],
  [["all.arp_announce=2"], NODE],
  [["eth1.arp_announce=2"], NODE],
])("with %j the server asks for the client in the name of %s (I47, I48)", (settings, sender) => {
  const played = session([
    `0.1 node-1: ip addr add ${VIP}/32 dev lo; ${sysctl("all.arp_ignore=1", ...settings)}`,
    `1 node-1: ping -c 1 -I ${VIP} ${CLIENT}`,
    "2 client: ip neigh",
  ]);
  const question = played.arp.find(({ from }) => from === "node-1");
  expect(question?.packet).toMatchObject({ senderIp: sender, targetIp: CLIENT });
  expect(played.texts[2]).toContain(`${sender} dev eth1 lladdr ${NODE_MAC} `);
});

test("arp_announce 1 keeps an address of another subnet to itself (I47)", () => {
  const played = session([
    `0.1 node-1: ip addr add 10.9.9.9/32 dev lo; ${sysctl("all.arp_announce=1")}`,
    `1 node-1: ping -c 1 -I 10.9.9.9 ${CLIENT}`,
  ]);
  const question = played.arp.find(({ from }) => from === "node-1");
  expect(question?.packet.senderIp).toBe(NODE);
});

const garp = (host: string, at: number, way = "-U") =>
  `${at} ${host}: arping -c 1 ${way} -I eth1 -s ${VIP} ${VIP} > /dev/null`;
const OWNERS = ["keepalived", "node-1"].map(
  (host) => `0.1 ${host}: ip addr add ${VIP}/32 dev eth1`,
);
const known = (text: string | undefined) => /lladdr (\S+) (\w+)/.exec(text ?? "")?.slice(1);

test("of several answers the first wins, the others are locked out for a second (I51)", () => {
  const played = session([
    ...OWNERS,
    `1 client: ping -c 1 ${VIP}`,
    `1.5 client: ip neigh show ${VIP}`,
  ]);
  const replies = played.arp.filter(
    ({ packet }) => packet.operation === "reply" && packet.senderIp === VIP,
  );
  expect(replies.map(({ from }) => from).sort()).toEqual(["keepalived", "node-1"]);
  expect(known(played.texts[3])).toEqual([replies[0]?.packet.senderMac, "REACHABLE"]);
  expect(dropsAt("client", played)).toContain("arp-locked");
});

test.each(["-U", "-A"])(
  "gratuitous, %s: it changes an entry, to STALE, and makes none (I54)",
  (way) => {
    const played = session([
      ...OWNERS,
      garp("node-1", 0.5, way),
      `0.9 client: ip neigh show ${VIP}`,
      `1 client: ip neigh replace ${VIP} lladdr ${DIRECTOR_MAC} dev eth1; ip neigh del ${VIP} dev eth1; ping -c 1 ${VIP}`,
      garp("keepalived", 1.4, way),
      garp("node-1", 1.6, way),
      `1.9 client: ip neigh show ${VIP}`,
    ]);
    expect(played.texts[3]).toBe("");
    expect(dropsAt("client", played)).toContain("arp-unknown-sender");
    expect(known(played.texts[7])).toEqual([NODE_MAC, "STALE"]);
  },
);

test("arp_accept makes an entry of it, drop_gratuitous_arp heeds none (I54)", () => {
  const played = session([
    ...OWNERS,
    `0.2 client: ${sysctl("all.arp_accept=1")}`,
    garp("node-1", 1),
    `2 client: ip neigh show ${VIP}; ${sysctl("all.drop_gratuitous_arp=1")}`,
    garp("keepalived", 3),
    `4 client: ip neigh show ${VIP}`,
  ]);
  expect(known(played.texts[4])).toEqual([NODE_MAC, "STALE"]);
  expect(known(played.texts[6])).toEqual([NODE_MAC, "STALE"]);
  expect(dropsAt("client", played)).toContain("arp-gratuitous");
});

test("the same MAC again changes neither state nor time (I53)", () => {
  const played = session([
    OWNERS[1] ?? "",
    `1 client: ping -c 1 ${VIP}`,
    garp("node-1", 3),
    `4 client: ip neigh show ${VIP}`,
  ]);
  expect(known(played.texts[3])).toEqual([NODE_MAC, "REACHABLE"]);
});

test("who overhears a question with an entry's address learns its MAC (I49)", () => {
  const ask = (at: number) => `${at} node-1: ip neigh flush all; ping -c 1 -I ${VIP} 192.168.88.11`;
  const played = session([
    ...OWNERS,
    `0.2 node-1: ip addr del ${VIP}/32 dev eth1; ip addr add ${VIP}/32 dev lo; ${sysctl("all.arp_ignore=1")}`,
    `1 client: ping -c 1 ${VIP}`,
    ask(1.5),
    `1.9 client: ip neigh show ${VIP}`,
    ask(3),
    `4 client: ip neigh show ${VIP}`,
  ]);
  expect(known(played.texts[5])).toEqual([DIRECTOR_MAC, "REACHABLE"]);
  expect(known(played.texts[7])).toEqual([NODE_MAC, "STALE"]);
});

test("nobody there: asked at 0, 1, 2 s, given up at 3, then asked anew (I57)", () => {
  const played = session([
    "1 client: ping -c 1 192.168.88.77",
    "2 client: ip neigh show 192.168.88.77",
    "5 client: ip neigh show 192.168.88.77",
    "6 client: ping -c 1 192.168.88.77",
  ]);
  const asked = played.arp.filter(({ from }) => from === "client").map(({ at }) => at);
  const first = asked[0] ?? 0;
  expect(asked.slice(0, 3).map((at) => Math.round((at - first) * 10) / 10)).toEqual([0, 1, 2]);
  expect(played.texts[1]).toBe("192.168.88.77 dev eth1 INCOMPLETE \n");
  expect(played.texts[2]).toBe("192.168.88.77 dev eth1 FAILED \n");
  expect(asked[3]).toBeGreaterThan(6);
  expect(dropsAt("client", played)).toContain("no-neighbour");
});

test("a wrong entry: used for 5 s, asked for itself three times, gone at 8 s (I57, I58)", () => {
  const state = (at: number) => `${at} client: ip neigh show ${VIP}`;
  const played = session([
    `0.1 node-1: ip addr add ${VIP}/32 dev eth1`,
    `1 client: ping -c 1 ${VIP}`,
    `60 node-1: ip addr del ${VIP}/32 dev eth1`,
    `60 keepalived: ip addr add ${VIP}/24 dev eth1`,
    state(69),
    `70 client: ping -i 0.5 -c 24 ${VIP}`,
    ...[72, 76, 78.7].map(state),
    state(90),
  ]);
  const states = [4, 6, 7, 9].map((i) => known(played.texts[i]));
  expect(states).toEqual([
    [NODE_MAC, "STALE"],
    [NODE_MAC, "DELAY"],
    [NODE_MAC, "PROBE"],
    [DIRECTOR_MAC, "REACHABLE"],
  ]);
  const probes = played.arp.filter(
    ({ at, from, frame }) => from === "client" && at > 70 && frame.destination === NODE_MAC,
  );
  const start = probes[0]?.at ?? 0;
  expect(start).toBeGreaterThan(75);
  expect(start).toBeLessThan(75.4);
  const gaps = probes.map(({ at }) => Math.round(at - start));
  expect(gaps).toEqual([0, 1, 2]);
  const again = played.arp.find(({ at, from }) => from === "client" && at > start + 2.5);
  expect(again?.frame.destination).toBe("ff:ff:ff:ff:ff:ff");
  expect((again?.at ?? 0) - start).toBeLessThan(3.8);
});

test("REACHABLE lasts 15 to 45 s unless used, TCP's progress keeps it without ARP (I56, I59)", () => {
  const played = session([
    `1 client: ping -c 1 ${NODE}`,
    `15 client: ip neigh show ${NODE}`,
    `48 client: ip neigh show ${NODE}`,
    "50 client: ip neigh flush all",
    `51 client: hold 1 ${NODE} --every 2 --secs 120 > /dev/null`,
    `170 client: ip neigh show ${NODE}`,
  ]);
  expect(known(played.texts[1])?.[1]).toBe("REACHABLE");
  expect(known(played.texts[2])?.[1]).toBe("STALE");
  expect(known(played.texts[5])?.[1]).toBe("REACHABLE");
  expect(played.arp.filter(({ at, from }) => from === "client" && at > 52 && at < 170)).toEqual([]);
});

test("what waits for an answer goes to an address given by hand, or is lost with its entry", () => {
  const wait = "1 client: ping -c 1 -W 3 192.168.88.77";
  const given = session([
    wait,
    `1.5 client: ip neigh replace 192.168.88.77 lladdr ${NODE_MAC} dev eth1`,
  ]);
  const sent = given.packets.find(({ from }) => from === "client");
  expect(sent?.frame.destination).toBe(NODE_MAC);
  const flushed = session([wait, "1.5 client: ip neigh flush all"]);
  expect(dropsAt("client", flushed)).toContain("neighbour-deleted");
});
