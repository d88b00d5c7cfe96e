// TCP's clocks and sizes: when it repeats what, how it closes, how large its segments are.
import { expect, test } from "vitest";
import type { Scenario, Step } from "../scenario.ts";
import { session } from "../test-session.ts";
import { ACK, FIN, PSH, RST, SYN } from "../wire/tcp.ts";

const NODE = "192.168.88.10";
const CLIENT = "192.168.88.2";
const LETTERS = [
  [SYN, "S"],
  [FIN, "F"],
  [RST, "R"],
  [PSH, "P"],
  [ACK, "."],
] as const;

interface Segment {
  readonly at: number;
  readonly from: string;
  readonly flags: string;
  readonly sequence: number;
  readonly size: number;
  readonly mss: number | undefined;
}

/** The TCP segments of a session, their numbers counted from the sender's first. */
function segments(lines: readonly string[], scenario: Partial<Scenario> = {}): Segment[] {
  const first = new Map<string, number>();
  return session(lines, scenario).packets.flatMap(({ at, from, packet: { payload } }) => {
    if (payload.protocol !== "tcp") return [];
    const key = `${from} ${payload.sourcePort} ${payload.destinationPort}`;
    if (!first.has(key)) first.set(key, payload.sequence);
    const sequence = (payload.sequence - (first.get(key) ?? 0)) >>> 0;
    const flags = LETTERS.filter(([bit]) => (payload.flags & bit) !== 0).map(
      ([, letter]) => letter,
    );
    const { options, data } = payload;
    return [{ at, from, flags: flags.join(""), sequence, size: data.length, mss: options.mss }];
  });
}

const times = (list: readonly Segment[]) =>
  list.map(({ at }) => Math.round((at - (list[0]?.at ?? 0)) * 100) / 100);

const cut = (t: number, host = "client"): Step => ({ t, op: "loss", host, share: 1 });

/** The server hears nothing of TCP, and says nothing. */
const DEAF = "0.5 node-1: iptables -A INPUT -p tcp -j DROP";

test("a SYN is repeated at 1, 3, 7, 15, 31 and 63 s, as late as the wheel turns (I223, I231)", () => {
  const at = times(segments([DEAF, `1 client: curl -sS http://${NODE}/`], { end: 180 }));
  expect(at).toHaveLength(7);
  for (const [i, wanted] of [0, 1, 3, 7, 15, 31, 63].entries()) {
    expect(at[i]).toBeGreaterThanOrEqual(wanted);
    expect(at[i]).toBeLessThan(wanted * 1.06 + 0.05);
  }
});

test("the connect is given up after 127 to 137 s (I223, I212)", () => {
  const line = `1 client: curl -sS http://${NODE}/ 2>&1; echo $?`;
  const { texts } = session([DEAF, line], { end: 180 });
  const [, ms, code] =
    /after (\d+) ms: Couldn't connect to server\n(\d+)\n$/.exec(texts[1] ?? "") ?? [];
  expect(Number(ms)).toBeGreaterThan(127_000);
  expect(Number(ms)).toBeLessThan(137_000);
  expect(code).toBe("28");
});

test("tcp_syn_retries 2: three SYNs, given up after 7 s", () => {
  const line = `1 client: sysctl -qw net.ipv4.tcp_syn_retries=2; curl -sS http://${NODE}/ 2>&1`;
  expect(segments([DEAF, line], { end: 60 })).toHaveLength(3);
  expect(session([DEAF, line], { end: 60 }).texts[1]).toMatch(/after 7\d{3} ms/);
});

test("a SYN-ACK is repeated by itself at 1, 3, 7, 15 and 31 s (I224)", () => {
  // A client whose filter drops what comes, so that it repeats its SYN, too.
  const all = segments(
    ["0.5 client: iptables -A INPUT -p tcp -j DROP", `1 client: curl -s -m 0.9 http://${NODE}/`],
    { end: 60 },
  );
  const at = times(all.filter(({ from }) => from === "node-1"));
  expect(at.map(Math.round)).toEqual([0, 1, 3, 7, 15, 31]);
});

test("a repeated SYN is answered at once, beside the SYN-ACK's own clock (I232)", () => {
  const all = segments(
    ["0.5 client: iptables -A INPUT -p tcp -j DROP", `1 client: curl -s -m 2 http://${NODE}/`],
    { end: 8 },
  );
  const again = all.filter(({ from, flags }) => from === "client" && flags === "S")[1];
  const answers = all.filter(
    ({ from, at }) => from === "node-1" && Math.abs(at - (again?.at ?? 0)) < 0.05,
  );
  expect(answers.length).toBe(2);
});

/** An established connection whose next question meets a cut cable. */
function silence(every: number, end: number) {
  const held = segments(["1 client: hold 1 192.168.88.10 --every 4 --secs 60 --timeout 50"], {
    steps: [cut(every, "client")],
    end,
  });
  return held.filter(({ at, from, size }) => at > every && from === "client" && size > 0);
}

test("data: a probe first, then twice the time for each repeat (I228, RFC 8985, RFC 6298)", () => {
  const sent = silence(3, 40);
  const gaps = times(sent)
    .slice(1)
    .map((at, i) => at - (times(sent)[i] ?? 0));
  expect(new Set(sent.map(({ sequence }) => sequence)).size).toBe(1);
  // The probe after 200 ms and two round trips; then 200 ms, 400 ms, 800 ms, …
  const wanted = [0.2, 0.2, 0.41, 0.82, 1.63, 3.3, 6.6];
  for (const [i, gap] of wanted.entries()) {
    expect(gaps[i]).toBeGreaterThan(gap * 0.95);
    expect(gaps[i]).toBeLessThan(gap * 1.25 + 0.02);
  }
});

const PAGE = "0123456789".repeat(1_000);
const FILES = { "node-1:/var/www/page": PAGE };
const FETCH = `1 client: curl -s -o /tmp/x http://${NODE}/page; wc -c < /tmp/x`;

test("closed with bytes still waiting, the last of them take the FIN along", () => {
  const lines = [
    "0.5 node-1: nc -l 9000 > /tmp/x",
    `1 client: nc -N ${NODE} 9000 < /tmp/page`,
    "5 node-1: wc -c < /tmp/x",
  ];
  const large = { "client:/tmp/page": PAGE.repeat(4) };
  const sent = segments(lines, { files: large }).filter(({ from }) => from === "client");
  const fins = sent.filter(({ flags }) => flags.includes("F"));
  expect(fins.map(({ flags, size }) => [flags, size])).toEqual([["FP.", 40_000 % 1448]]);
  expect(sent.reduce((sum, { size }) => sum + size, 0)).toBe(40_000);
  expect(session(lines, { files: large }).texts[2]).toBe("40000\n");
  // Nothing waits behind a short answer: the FIN goes by itself (I208).
  const short = segments([`1 client: curl -s http://${NODE}/`]);
  expect(short.filter(({ flags }) => flags.includes("F")).map(({ size }) => size)).toEqual([0, 0]);
});

test("a lost last segment comes back by a probe, the FIN with it (RFC 8985)", () => {
  // The server's segments of the page and its FIN are dropped at the client for a moment.
  const lines = [
    `1 client: nc ${NODE} 9000 > /tmp/x; wc -c < /tmp/x`,
    "0.5 node-1: (sleep 1; echo hello) | nc -N -l 9000",
  ];
  const steps: Step[] = [cut(1.3, "node-1"), { t: 1.8, op: "loss", host: "node-1", share: 0 }];
  const sent = segments(lines, { steps, end: 10 }).filter(
    ({ from, at }) => from === "node-1" && at > 1.3,
  );
  expect(sent.slice(0, 3).map(({ flags, size }) => [flags, size])).toEqual([
    ["P.", 6],
    ["F.", 0],
    ["FP.", 6],
  ]);
  expect((sent[2]?.at ?? 0) - (sent[0]?.at ?? 0)).toBeGreaterThan(0.2);
  expect((sent[2]?.at ?? 0) - (sent[0]?.at ?? 0)).toBeLessThan(0.25);
});

test("segments of 1448 bytes: 1460 without the timestamps; PSH on the last (I220)", () => {
  const page = segments([FETCH], { files: FILES }).filter(
    ({ from, size }) => from === "node-1" && size > 0,
  );
  const sizes = page.map(({ size }) => size);
  expect(new Set(sizes.slice(0, -1))).toEqual(new Set([1448]));
  expect(page.at(-1)?.flags).toContain("P");
});

test("both ends offer an MSS of 1460 on Ethernet (I220)", () => {
  const offered = segments([`1 client: curl -s http://${NODE}/; curl -s -m 1 http://${CLIENT}/`]);
  const mss = (from: string) => offered.find((each) => each.from === from)?.mss;
  expect([mss("client"), mss("node-1")]).toEqual([1460, 1460]);
});

test("told of a tunnel's 1480 bytes, TCP sends no more than that again (I36)", () => {
  const vip = "192.168.88.100";
  const played = session(
    [
      `0.1 node-1: modprobe ipip; ip addr add ${vip}/32 dev tunl0; ip link set tunl0 up`,
      "0.1 node-1: sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2",
      `0.2 keepalived: ip addr add ${vip}/24 dev eth1; ipvsadm -A -t ${vip}:9000`,
      `0.3 keepalived: ipvsadm -a -t ${vip}:9000 -r ${NODE} -i`,
      "0.5 node-1: nc -l 9000 | wc -c",
      `1 client: nc -N ${vip} 9000 < /tmp/page`,
    ],
    { files: { "client:/tmp/page": PAGE } },
  );
  expect(played.texts[4]).toBe("10000\n");
  const told = played.packets.find(({ packet: { payload } }) => payload.protocol === "icmp");
  expect(told?.packet.payload).toMatchObject({ type: "unreachable", code: 4, mtu: 1480 });
  const sizes = played.packets.flatMap(({ at, from, packet: { payload } }) =>
    from === "client" && payload.protocol === "tcp" && at > (told?.at ?? 0) + 0.001
      ? [payload.data.length]
      : [],
  );
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1480 - 40 - 12);
  const outer = played.packets.filter(({ packet: { payload } }) => payload.protocol === "ipv4");
  expect(outer.length).toBeGreaterThan(8);
});

test("a closed port answers RST with the SYN's number and one (I221)", () => {
  const [syn, reset] = segments([`1 client: curl -s http://${NODE}:81/`]);
  expect([syn?.flags, reset?.flags, reset?.size]).toEqual(["S", "R.", 0]);
});

test("an orphaned FIN-WAIT-2 and TIME-WAIT last sixty seconds (I227)", () => {
  const { texts } = session([
    `1 client: curl -s http://${NODE}/ >/dev/null`,
    "30 client: ss -tan | grep -c TIME-WAIT",
    "70 client: ss -tan | grep -c TIME-WAIT",
    "30 node-1: ss -tan | grep -c TIME-WAIT",
  ]);
  expect(Number(texts[1]) + Number(texts[3])).toBe(1);
  expect(texts[2]).toBe("0\n");
});
