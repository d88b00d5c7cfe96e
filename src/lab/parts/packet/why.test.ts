// Why? asked of real runs of the article's cluster: each explanation whole, as a reader gets it.
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Input, TraceEntry } from "#sim/index.ts";
import { article, cable, mark, type Played, told } from "./test-runs.ts";
import { whyOf } from "./why.ts";
import { packetWords } from "./words.ts";

function why(played: Played, isAsked: (entry: TraceEntry) => boolean): string[] {
  const entry = mark(played, isAsked);
  return told(whyOf(played.run, { event: entry.event, at: entry.at, entry }));
}

const becomes =
  (host: string, state: string) =>
  (entry: TraceEntry): boolean =>
    entry.host === host && entry.fields["state"] === state;
const what = (name: string) => (entry: TraceEntry) => entry.fields["what"] === name;
const typed = (host: string, line: string): Input => ({
  kind: "command",
  host,
  line,
  label: line,
  background: true,
});

const TAKEOVER = [
  "14.887 keepalived-backup heard nothing from keepalived for 3.613 s",
  "14.887 keepalived-backup became MASTER",
  "14.887 keepalived-backup set the address 192.168.88.100",
  "14.887 keepalived-backup sent an advert, priority 99",
  "14.887 keepalived-backup told everyone that 192.168.88.100 is at its MAC",
];

test("a takeover leads back to the pulled cable, across the silence", () => {
  const played = article([[12, cable("keepalived", false)]], 16);
  expect(why(played, becomes("keepalived-backup", "MASTER"))).toEqual([
    "12.000 You: link keepalived",
    ...TAKEOVER,
  ]);
});

test("a takeover leads back to a typed kill, and to a wall that stops adverts", () => {
  const killed = article([[12, typed("keepalived", "kill -9 $(pidof keepalived)")]], 16);
  expect(why(killed, becomes("keepalived-backup", "MASTER"))).toEqual([
    "12.000 You: command keepalived",
    "12.008 keepalived on keepalived was killed",
    ...TAKEOVER,
  ]);
  const hosts = ["keepalived", "keepalived-backup"];
  const wall = { kind: "partition", hosts, oneWay: false, protocol: "vrrp" } as const;
  expect(why(article([[12, wall]], 16), becomes("keepalived-backup", "MASTER"))).toEqual([
    "12.000 You: partition ",
    "12.273 adverts from keepalived did not arrive: a wall between these hosts stops it",
    ...TAKEOVER,
  ]);
});

test("a master that is stopped says so, and the backup waits its skew", () => {
  const stopped = article([[12, { kind: "service", host: "keepalived", on: false }]], 16);
  expect(why(stopped, becomes("keepalived-backup", "MASTER")).slice(0, 4)).toEqual([
    "12.000 You: service keepalived",
    "12.000 keepalived removed the address 192.168.88.100",
    "12.000 keepalived sent an advert with priority 0: I am leaving",
    "12.613 keepalived said that it leaves (priority 0); keepalived-backup waited 0.613 s more",
  ]);
});

test("the cable back: the better priority wins, and the other steps back", () => {
  const played = article(
    [
      [12, cable("keepalived", false)],
      [30, cable("keepalived", true)],
    ],
    36,
  );
  expect(
    why(played, (entry) => entry.at > 31e6 && becomes("keepalived-backup", "BACKUP")(entry)),
  ).toEqual([
    "30.000 You: link keepalived",
    "30.014 keepalived became BACKUP",
    "33.623 keepalived heard no better priority than its own for 3.609 s",
    "33.623 keepalived became MASTER",
    "33.623 keepalived set the address 192.168.88.100",
    "33.623 keepalived sent an advert, priority 100",
    "33.623 keepalived told everyone that 192.168.88.100 is at its MAC",
    "33.623 keepalived-backup heard keepalived, whose priority 100 is better",
    "33.623 keepalived-backup became BACKUP",
    "33.623 keepalived-backup removed the address 192.168.88.100",
  ]);
  // Requests after the cable is back meet an empty table: the checker's two rounds.
  expect(why(played, (entry) => entry.at > 35e6 && what("refused")(entry))).toEqual([
    "12.000 You: link keepalived",
    "21.482 the checker on keepalived took node-1 out of the table",
    "30.000 You: link keepalived",
    "30.000 the checker on keepalived trusts a server again only after two good rounds, one delay_loop apart",
    "31.359 the check of node-2 was good for the first time: that one only forgives",
    "33.623 keepalived became MASTER",
    "34.483 the check of node-1 was good for the first time: that one only forgives",
    "35.253 client asks 192.168.88.100 for a page",
    "35.253 client sent its request to the MAC of keepalived",
    "35.253 keepalived dropped it: the table has no server that may be chosen",
    "35.253 client was refused",
  ]);
});

test("a request in the gap went to a card that is gone", () => {
  const played = article([[12, cable("keepalived", false)]], 16);
  expect(why(played, what("timed-out"))).toEqual([
    "12.000 You: link keepalived",
    "12.253 client asks 192.168.88.100 for a page",
    "12.253 client sent its request to the MAC of keepalived",
    "12.253 it was lost: no machine with that MAC is at the switch",
    "13.253 client gave up waiting",
  ]);
});

test("a server that stopped was not missed yet, then it is taken out", () => {
  const played = article([[12, typed("node-1", "systemctl stop nginx")]], 25);
  expect(why(played, what("refused"))).toEqual([
    "12.000 You: command node-1",
    "12.022 the web server on node-1 was stopped",
    "12.753 client asks 192.168.88.100 for a page",
    "12.753 client sent its request to the MAC of keepalived",
    "12.753 keepalived had not noticed yet that node-1 was gone: its next check was still to come",
    "12.753 keepalived sent a packet to node-1",
    "12.753 node-1 dropped it: nobody listens for it here",
    "12.753 client was refused",
  ]);
  expect(why(played, what("server-removed"))).toEqual([
    "12.000 You: command node-1",
    "12.022 the web server on node-1 was stopped",
    expect.stringContaining("took node-1 out of the table"),
  ]);
});

test("the ARP problem names the sysctl: arp_ignore where a server answered", () => {
  const played = article(
    [
      [12, typed("node-1", "sysctl -w net.ipv4.conf.all.arp_ignore=0")],
      [12.1, typed("client", "ip neigh flush all")],
      [12.2, typed("node-1", "systemctl stop nginx")],
    ],
    20,
  );
  const steps = why(played, what("refused"));
  expect(steps.at(-1)).toMatch(/client was refused$/);
  expect(steps.join("\n")).toMatch(/node-1 answered the ARP question .*arp_ignore = 1/);
});

test("the ARP problem names the sysctl: arp_announce where a server asked as the address", () => {
  const played = article(
    [
      [12, typed("node-1", "systemctl stop nginx")],
      [12.1, typed("node-1", "sysctl -w net.ipv4.conf.all.arp_announce=0")],
      [12.2, typed("node-1", "ip neigh flush all")],
      [12.3, typed("node-1", "ping -c 1 -I 192.168.88.100 192.168.88.2")],
    ],
    20,
  );
  expect(why(played, what("refused"))).toEqual([
    "12.000 You: command node-1",
    "12.022 the web server on node-1 was stopped",
    expect.stringMatching(
      /^12\.307 node-1 used 192\.168\.88\.100 .* arp_announce = 2|arp_announce/,
    ),
    "12.753 client asks 192.168.88.100 for a page",
    "12.753 client sent its request to the MAC of node-1",
    "12.753 node-1 dropped it: nobody listens for it here",
    "12.753 client was refused",
  ]);
});

test("every reason that the simulator gives for a drop has a sentence in both languages", () => {
  const sources = globSync("simulator/**/*.ts").filter((path) => !path.endsWith(".test.ts"));
  const reasons = new Set(
    sources.flatMap((path) =>
      [...readFileSync(path, "utf8").matchAll(/"drop\.([a-z-]+)"/g)].map(([, reason]) => reason),
    ),
  );
  expect(reasons.size).toBeGreaterThan(15);
  for (const words of Object.values(packetWords)) {
    const missing = [...reasons].filter((reason) => !Object.hasOwn(words.drops, reason ?? ""));
    expect(missing).toEqual([]);
  }
});
