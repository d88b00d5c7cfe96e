// The sync daemon: when a master tells of a connection, what the message says, and what the backup
// makes of it (I140-I149).
import { expect, test } from "vitest";
import type { Scenario } from "../scenario.ts";
import { dropsAt, session, type Session } from "../test-session.ts";
import { decodeSync, SYNC_PORT, type SyncRecord } from "../wire/ipvs-sync.ts";

const VIP = "192.168.88.100";
const LB = "keepalived";
const LB2 = "keepalived-backup";
const ARP = "sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2";
const daemon = (role: string, id: number) =>
  `ipvsadm --start-daemon ${role} --mcast-interface eth1 --syncid ${id}`;
const table = (options = "") =>
  `ipvsadm -A -t ${VIP}:80 -s rr ${options}; ipvsadm -a -t ${VIP}:80 -r 192.168.88.10 -g`;

/** A master with the VIP before one server, and a backup that listens with `backupId`. */
function pair(lines: readonly string[], options = "", backupId = 7, extra: Partial<Scenario> = {}) {
  const before = [
    `0.1 node-1: ${ARP}; ip addr add ${VIP}/32 dev lo`,
    `0.1 ${LB}: ip addr add ${VIP}/24 dev eth1; ${table(options)}; ${daemon("master", 7)}`,
    `0.1 ${LB2}: ${table(options)}; ${daemon("backup", backupId)}`,
  ];
  const played = session([...before, ...lines], extra);
  return { ...played, texts: played.texts.slice(before.length) };
}

interface Message {
  readonly at: number;
  readonly ttl: number;
  readonly length: number;
  readonly records: readonly SyncRecord[];
}

function messages({ packets }: Session): Message[] {
  return packets.flatMap(({ at, packet: { ttl, payload } }) => {
    if (payload.protocol !== "udp" || payload.destinationPort !== SYNC_PORT) return [];
    const records = decodeSync(payload.data)?.records ?? [];
    return [{ at, ttl, length: payload.data.length, records }];
  });
}

/** The seconds at which the client sent packets to the VIP. */
const sentAt = ({ packets }: Session) =>
  packets.flatMap(({ at, from, packet }) =>
    from === "client" && packet.destination === VIP ? [at] : [],
  );

const ESTABLISHED = 1;
const FIN_WAIT = 4;
const TEMPLATE = 0x1000;
const CURL = `curl -s -m 2 http://${VIP}/`;
/** One connection that asks every `every` seconds until `until`. */
const hold = (every: number, seconds: number) =>
  `hold 1 ${VIP} --every ${every} --secs ${seconds} >/dev/null`;

test("the third packet is told of, with an ESTABLISHED entry's 900 s (I144, I147)", () => {
  const played = pair([`1 client: hold 1 ${VIP} --secs 8`], "", 7, { end: 6 });
  const [first, ...rest] = messages(played);
  expect(rest).toEqual([]);
  expect(first?.records).toMatchObject([
    { protocol: 6, state: ESTABLISHED, timeout: 900, virtual: VIP, server: "192.168.88.10" },
  ]);
  expect([first?.ttl, first?.length]).toEqual([1, 8 + 36]);
  // Two seconds old, looked at each second, by timers that ring late (I143, I231).
  const third = sentAt(played)[2] ?? 0;
  expect((first?.at ?? 0) - third).toBeGreaterThanOrEqual(2);
  expect((first?.at ?? 0) - third).toBeLessThan(3.2);
});

test("a SYN that nobody answers is not told of (I145)", () => {
  const played = pair([`0.5 node-1: ip addr del ${VIP}/32 dev lo`, `1 client: ${CURL}`]);
  expect(messages(played)).toEqual([]);
});

test("a change to FIN_WAIT is told of at once, beside the third packet (I146)", () => {
  const records = messages(pair([`1 client: ${CURL}`])).flatMap((each) => each.records);
  expect(records.map(({ state, timeout }) => [state, timeout])).toEqual([
    [ESTABLISHED, 900],
    [FIN_WAIT, 120],
  ]);
});

test.each([
  ["3 50", 1],
  ["2 5", 5],
  ["3 0", 1],
])("sync_threshold %s: told of %i times in 22 packets (I147)", (setting, times) => {
  const key = "net.ipv4.vs.sync_threshold";
  const played = pair(
    [`0.5 ${LB}: sysctl -qw ${key}="${setting}"`, `1 client: ${hold(1, 10)}`],
    "",
    7,
    { end: 12 },
  );
  const before = sentAt(played).filter((at) => at < 11);
  expect(before.length).toBeGreaterThanOrEqual(22);
  const told = messages(played).flatMap(({ records }) => records);
  expect(told.filter(({ state }) => state === ESTABLISHED)).toHaveLength(times);
});

test("sync_refresh_period: again when the end has moved by so much (I147)", () => {
  const settings = "net.ipv4.vs.sync_threshold='3 0' net.ipv4.vs.sync_refresh_period=10";
  const played = pair([`0.5 ${LB}: sysctl -qw ${settings}`, `1 client: ${hold(1, 30)}`], "", 7, {
    end: 30,
  });
  const told = messages(played).filter(({ records }) => records[0]?.state === ESTABLISHED);
  expect(told).toHaveLength(3);
});

test("a template goes with every packet, its connection with the third (I147)", () => {
  const played = pair([`1 client: ${CURL}`], "-p 50");
  const records = messages(played).flatMap((each) => each.records);
  const templates = records.filter(({ flags }) => (flags & TEMPLATE) !== 0);
  expect(templates).toHaveLength(sentAt(played).length);
  expect(templates[0]).toMatchObject({ clientPort: 0, timeout: 50, state: 0 });
  expect(records.filter(({ clientPort }) => clientPort !== 0)).toHaveLength(2);
});

test("sync_persist_mode: the template alone (I119)", () => {
  const played = pair(
    [`0.5 ${LB}: sysctl -qw net.ipv4.vs.sync_persist_mode=1`, `1 client: ${CURL}`],
    "-p 50",
  );
  const records = messages(played).flatMap((each) => each.records);
  expect(records.length).toBeGreaterThan(0);
  expect(records.every(({ clientPort }) => clientPort === 0)).toBe(true);
});

test("sync_refresh_period spares the template, too (I147)", () => {
  const played = pair(
    [`0.5 ${LB}: sysctl -qw net.ipv4.vs.sync_refresh_period=10`, `1 client: ${CURL}`],
    "-p 50",
  );
  const records = messages(played).flatMap((each) => each.records);
  expect(records.filter(({ clientPort }) => clientPort === 0)).toHaveLength(1);
});

test.each([
  [7, true],
  [0, true],
  [8, false],
])("a backup of id %i: it hears a master of id 7: %s (I142)", (id, hears) => {
  const played = pair([`1 client: ${CURL}`, `6 ${LB2}: ipvsadm -Lnc`], "", id);
  expect(played.texts[1]?.includes("FIN_WAIT")).toBe(hears);
  expect(dropsAt(LB2, played).includes("sync-message")).toBe(!hears);
});

test("the backup's entry has the whole timeout from when it came (I148)", () => {
  const played = pair([
    `1 client: hold 1 ${VIP} --secs 60`,
    `10 ${LB}: ipvsadm -Lnc | tail -1; cat /proc/net/ip_vs_conn_sync | tail -1`,
    `10 ${LB2}: ipvsadm -Lnc | tail -1; cat /proc/net/ip_vs_conn_sync | tail -1; ipvsadm -Ln`,
  ]);
  expect(played.texts[1]).toMatch(/^TCP 14:5[01] +ESTABLISHED.*\n.*ESTABLISHED LOCAL/);
  const [message] = messages(played);
  const left = 900 - (10 - (message?.at ?? 0));
  const shown = /^TCP (\d+):(\d+) +ESTABLISHED.*\n.*ESTABLISHED SYNC/.exec(played.texts[2] ?? "");
  expect(Math.abs(Number(shown?.[1]) * 60 + Number(shown?.[2]) - left)).toBeLessThanOrEqual(1);
  expect(played.texts[2]).toMatch(/192\.168\.88\.10:80 +Route +1 +1 +0/);
});

test("an entry without a server of one's own is usable, and bound once there is one (I148)", () => {
  const move = `ip addr del ${VIP}/24 dev eth1`;
  const { texts } = pair([
    `0.5 ${LB2}: ipvsadm -C; ipvsadm -A -t ${VIP}:80 -s rr`,
    `1 client: hold 1 ${VIP} --every 2 --secs 14`,
    `6 ${LB}: ${move}`,
    `6 ${LB2}: ip addr add ${VIP}/24 dev eth1; arping -c 1 -U -I eth1 -s ${VIP} ${VIP} >/dev/null`,
    `8.5 ${LB2}: ipvsadm -Ln | tail -1; ipvsadm -Lnc | tail -1`,
    `8.6 ${LB2}: ipvsadm -a -t ${VIP}:80 -r 192.168.88.10 -g; ipvsadm -Ln | tail -1`,
    `12 ${LB2}: ipvsadm -Ln | tail -1`,
    `200 ${LB2}: ipvsadm -Lnc; ipvsadm -Ln`,
  ]);
  expect(texts[1]).not.toContain("FAILED");
  expect(texts[4]).toMatch(/80 rr\nTCP 1[45]:\d\d +ESTABLISHED .* 192\.168\.88\.10:80\n/);
  expect(texts[5]).toMatch(/192\.168\.88\.10:80 +Route +1 +0 +0/);
  expect(texts[6]).toMatch(/192\.168\.88\.10:80 +Route +1 +1 +0/);
  expect(texts[7]).not.toMatch(/ESTABLISHED|FIN_WAIT/);
  expect(texts[7]).toMatch(/192\.168\.88\.10:80 +Route +1 +0 +0/);
});

test("a service of any port binds what it is told of (I110, I148)", () => {
  const any = `ipvsadm -A -t ${VIP}:0 -s rr -p 60; ipvsadm -a -t ${VIP}:0 -r 192.168.88.10 -g`;
  const { texts } = pair([
    `0.5 ${LB}: ipvsadm -C; ${any}`,
    `0.5 ${LB2}: ipvsadm -C; ${any}`,
    `1 client: ${CURL}`,
    `6 ${LB2}: ipvsadm -Ln --persistent-conn | tail -1`,
  ]);
  expect(texts[3]).toMatch(/192\.168\.88\.10:0 +1 +1 +0 +1/);
});

test("either daemon starts once, stops once, and names its card (I151, I152)", () => {
  const { texts } = session([
    `1 ${LB}: ${daemon("master", 3)}; ${daemon("backup", 4)}; ipvsadm -L --daemon`,
    `2 ${LB}: ${daemon("master", 3)}; echo $?; ipvsadm --start-daemon backup --mcast-interface eth9`,
    `3 ${LB}: ipvsadm --stop-daemon master; ipvsadm -L --daemon; ipvsadm --stop-daemon master`,
  ]);
  const tail = "maxlen=1472, group=224.0.0.81, port=8848, ttl=1)\n";
  const backup = `backup sync daemon (mcast=eth1, syncid=4, ${tail}`;
  expect(texts).toEqual([
    `master sync daemon (mcast=eth1, syncid=3, ${tail}${backup}`,
    "Daemon has already run\n255\nNo such device\n",
    `${backup}No daemon is running\n`,
  ]);
});
