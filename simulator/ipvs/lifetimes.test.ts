// What becomes of connections when their server is quiesced, full or gone, and when entries go.
import { expect, test } from "vitest";
import { dropsAt, session } from "../test-session.ts";

const VIP = "192.168.88.100";
const LB = "keepalived";
const ARP = "sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2";
const N1 = "192.168.88.10";
const N2 = "192.168.88.11";

/** Two servers by direct routing, the second at the head of the list (I62). */
function cluster(service = `-t ${VIP}:80 -s rr`, lines: readonly string[] = []) {
  const [kind = "", address = ""] = service.split(" ");
  const add = (server: string) => `ipvsadm -a ${kind} ${address} -r ${server} -g`;
  const before = [
    `0.1 node-1: ${ARP}; ip addr add ${VIP}/32 dev lo`,
    `0.1 node-2: ${ARP}; ip addr add ${VIP}/32 dev lo`,
    `0.1 ${LB}: ip addr add ${VIP}/24 dev eth1; ipvsadm -A ${service}; ${add(N1)}; ${add(N2)}`,
  ];
  const played = session([...before, ...lines]);
  return { ...played, texts: played.texts.slice(before.length) };
}

const CURL = `curl -sS -m 2 http://${VIP}/ 2>&1`;
const edit = (server: string, options: string) => `ipvsadm -e -t ${VIP}:80 -r ${server} ${options}`;
const remove = (server: string) => `ipvsadm -d -t ${VIP}:80 -r ${server}`;

test("a long connection's entry goes 120 s after its end, not 900 s (I97, I98)", () => {
  const { texts } = cluster(undefined, [
    `1 client: hold 1 ${VIP} --secs 100`,
    `200 ${LB}: ipvsadm -Lnc | grep -c FIN_WAIT`,
    `240 ${LB}: ipvsadm -Lnc | grep -c FIN_WAIT`,
  ]);
  expect(texts.slice(1)).toEqual(["1\n", "0\n"]);
});

test("weight 0: the connections there are go on and count, new ones go elsewhere (I130)", () => {
  const { texts } = cluster(undefined, [
    `1 client: hold 1 ${VIP} --every 1 --secs 9`,
    `3 ${LB}: ${edit(N2, "-g -w 0")}; ipvsadm -Ln`,
    `4 client: for i in 1 2 3; do ${CURL}; done`,
    `6 ${LB}: ipvsadm -Ln`,
    `200 ${LB}: ipvsadm -Ln`,
  ]);
  expect(texts[0]).not.toMatch(/LOST|FAILED/);
  expect(texts[1]).toMatch(/192\.168\.88\.11:80 +Route +0 +1 +0/);
  expect(texts[2]).toBe(`${N1}\n`.repeat(3));
  expect(texts[3]).toMatch(/192\.168\.88\.11:80 +Route +0 +1 +0/);
  expect(texts[4]).toMatch(/192\.168\.88\.11:80 +Route +0 +0 +0/);
});

test("a removed server's client hears nothing, and the entry's time is not renewed (I133)", () => {
  const played = cluster(undefined, [
    `1 client: hold 1 ${VIP} --every 2 --secs 12`,
    `4 ${LB}: ${remove(N2)}`,
    `9 ${LB}: ipvsadm -Lnc | tail -1`,
  ]);
  expect(dropsAt(LB, played)).toContain("server-removed");
  expect(played.texts[0]).not.toContain("reset");
  // The last packet that counted was sent at about 3 s.
  expect(played.texts[2]).toMatch(/^TCP 14:5[34] +ESTABLISHED/);
});

test("expire_nodest_conn: the client's next packet is answered with RST (I133)", () => {
  const { texts } = cluster(undefined, [
    `1 client: hold 1 ${VIP} --every 2 --secs 12`,
    `3.5 ${LB}: sysctl -qw net.ipv4.vs.expire_nodest_conn=1; ${remove(N2)}`,
    `9 ${LB}: ipvsadm -Lnc | grep -c ESTABLISHED`,
  ]);
  expect(texts[0]).toMatch(/LOST .*reset by peer/);
  expect(texts[2]).toBe("0\n");
});

test.each([
  ["-x 4", 160, "below three quarters of it"],
  ["-x 4 -y 2", 190, "below -y"],
])("a full server, %s, gets connections again at %i s: %s (I65)", (thresholds, free) => {
  // Four connections, half a minute apart: each leaves an entry for two minutes.
  const { texts } = cluster(`-t ${VIP}:80 -s fo`, [
    `1 ${LB}: ${edit(N2, `-g -w 9 ${thresholds}`)}`,
    ...[2, 32, 62, 92].map((at) => `${at} client: ${CURL}`),
    ...[100, 130, 160, 190].map((at) => `${at} client: ${CURL}`),
  ]);
  expect(texts.slice(1, 5)).toEqual(Array(4).fill(`${N2}\n`));
  const later = [100, 130, 160, 190].map((at) => (at < free ? `${N1}\n` : `${N2}\n`));
  expect(texts.slice(5)).toEqual(later);
});

test("thresholds changed are looked at at once; all servers full refuse (I9, I65)", () => {
  const { texts } = cluster(`-t ${VIP}:80 -s rr`, [
    `1 client: ${CURL}; ${CURL}`,
    `2 ${LB}: ${edit(N1, "-g -x 1")}; ${edit(N2, "-g -x 1")}`,
    `3 client: ${CURL}`,
    `4 ${LB}: ${edit(N1, "-g -x 5")}`,
    `5 client: ${CURL}`,
    `6 ${LB}: ${edit(N1, "-g -x 5 -y 6")}; echo $?`,
  ]);
  expect(texts[2]).toContain("curl: (7)");
  expect(texts[4]).toBe(`${N1}\n`);
  expect(texts[5]).toBe("Numerical result out of range\n255\n");
});

test("one-packet scheduling counts each datagram as a connection of its own (I116)", () => {
  const { texts } = cluster(`-u ${VIP}:5353 -s rr -o`, [
    "0.3 node-1: udpecho 5353",
    "0.3 node-2: udpecho 5353",
    `1 client: udpask 4 ${VIP}:5353 --same`,
    `7 ${LB}: ipvsadm -Ln --stats | tail -3; ipvsadm -Lnc | grep -c UDP`,
  ]);
  const columns = (texts[3] ?? "").split("\n").map((line) => line.trim().split(/ +/));
  expect(columns.map((words) => words.slice(-5, -2))).toMatchObject([
    ["4", "4", "0"],
    ["2", "2", "0"],
    ["2", "2", "0"],
    [],
    [],
  ]);
});

test("a new timeout of the service is for new templates only (I112)", () => {
  const { texts } = cluster(`-t ${VIP}:80 -s rr -p 600`, [
    `1 client: ${CURL}`,
    `2 ${LB}: ipvsadm -E -t ${VIP}:80 -s rr -p 30`,
    `3 client: ${CURL}`,
    `4 ${LB}: ipvsadm -Lnc | grep ':0 '`,
  ]);
  expect(texts[3]).toMatch(/^TCP 09:5\d +ASSURED/);
});

test("without -p on -E the templates are no longer asked (I165)", () => {
  const { texts } = cluster(`-t ${VIP}:80 -s rr -p 600`, [
    `1 client: ${CURL}; ${CURL}`,
    `2 ${LB}: ipvsadm -E -t ${VIP}:80 -s rr`,
    `3 client: ${CURL}; ${CURL}`,
  ]);
  expect(texts[0]).toBe(`${N2}\n`.repeat(2));
  expect(new Set((texts[2] ?? "").trim().split("\n"))).toEqual(new Set([N1, N2]));
});

const again = (port: number) => `hold 1 ${VIP} --sport ${port} --secs 1`;
test.each([
  [0, N2],
  [1, N2],
  [3, N1],
])("conn_reuse_mode %i: a port used again within FIN_WAIT goes to %s (I137)", (mode, server) => {
  const { texts } = cluster(undefined, [
    `0.5 ${LB}: sysctl -qw net.ipv4.vs.conn_reuse_mode=${mode}`,
    `1 client: ${again(50_000)}`,
    `70 client: ${again(50_000)}`,
    `75 ${LB}: ipvsadm -Lnc | tail -n +3`,
  ]);
  expect(texts[1]).toContain(N2);
  expect(texts[2]).toContain(server);
  expect(texts[3]?.match(/:50000/g)).toHaveLength(1);
});

test("expire_nodest_conn: a SYN on an entry whose server is gone is scheduled anew (I133)", () => {
  const { texts } = cluster(undefined, [
    `1 client: ${again(50_000)}`,
    `2.5 ${LB}: ${remove(N2)}`,
    `70 client: ${again(50_000)}`,
    `80 ${LB}: sysctl -qw net.ipv4.vs.expire_nodest_conn=1`,
    `140 client: ${again(50_000)}`,
  ]);
  expect(texts[0]).toContain(N2);
  expect(texts[2]).toContain("FAILED");
  expect(texts[4]).toContain(N1);
});

test("expire_nodest_conn: a used port's SYN leaves a quiesced server, too (I138)", () => {
  const { texts } = cluster(undefined, [
    `0.5 ${LB}: sysctl -qw net.ipv4.vs.expire_nodest_conn=1`,
    `1 client: ${again(50_000)}`,
    `3 ${LB}: ${edit(N2, "-g -w 0")}`,
    `70 client: ${again(50_000)}`,
  ]);
  expect([texts[1]?.includes(N2), texts[3]?.includes(N1)]).toEqual([true, true]);
});
