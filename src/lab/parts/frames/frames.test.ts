// The list, its filter and the ladder, over real runs of the article's cluster.
import { expect, test } from "vitest";
import { act, runTo } from "#sim/index.ts";
import { article, cable, flagsOf, frame, recorded, SECOND } from "../packet/test-runs.ts";
import { passes, readFilter, type Term } from "./filter.ts";
import { conversationOf, framesAround, ladderOf } from "./ladder.ts";
import { beginList, countBefore, lineOf, readList, windowOf } from "./list.ts";

const played = article([[12, cable("keepalived", false)]], 16);
const { trace, cluster } = played.run;

function terms(text: string): readonly Term[] {
  const filter = readFilter(text);
  if ("error" in filter) throw new Error(filter.error.code);
  return filter.terms;
}
function linesOf(text: string): string[] {
  const reader = beginList(terms(text));
  return readList(reader, trace).map((place) => {
    const record = trace.frames[place];
    return record === undefined ? "" : lineOf(reader, record);
  });
}

test("keywords, hosts, ports and words, one beside the other, and turned round by not", () => {
  const all = linesOf("");
  expect(all).toHaveLength(trace.frames.length);
  expect(linesOf("arp").every((line) => line.startsWith("ARP,"))).toBe(true);
  expect(linesOf("arp").length + linesOf("not arp").length).toBe(all.length);
  expect(linesOf("vrrp").every((line) => line.includes("VRRPv2"))).toBe(true);
  expect(linesOf("garp from keepalived-backup")).toHaveLength(5);
  expect(linesOf("port 80").length).toBe(linesOf("tcp").length);
  expect(linesOf("port 81")).toEqual([]);
  const toNode = linesOf("tcp and host node-1");
  expect(toNode.length).toBeGreaterThan(0);
  expect(toNode.length).toBeLessThan(linesOf("tcp").length);
  expect(linesOf("who-has 192.168.88.100").length).toBeGreaterThan(0);
  expect(linesOf("lost from client").length).toBeGreaterThan(3);
});

test("what cannot be understood names its word, and no text breaks it", () => {
  expect(readFilter("arp host")).toEqual({ error: { code: "needs-value", word: "host" } });
  expect(readFilter("port 70000")).toEqual({ error: { code: "bad-port", word: "70000" } });
  expect(readFilter("arp not")).toEqual({ error: { code: "nothing-after-not", word: "not" } });
  for (const text of ["constructor", "__proto__", "<b>", "((", "\\", "host <script>"]) {
    expect(linesOf(text)).toEqual([]);
  }
});

test("the list reads on as the trace grows, and anew after a fork", () => {
  const { timeline } = article([], 10);
  const reader = beginList(terms("vrrp"));
  const early = readList(reader, timeline.trace).length;
  const { read } = reader;
  expect(read).toBe(timeline.trace.frames.length);
  runTo(timeline, 14 * SECOND);
  expect(readList(reader, timeline.trace).length).toBeGreaterThan(early);
  runTo(timeline, 9 * SECOND);
  act(timeline, { kind: "power", host: "keepalived", on: false });
  act(timeline, { kind: "power", host: "keepalived-backup", on: false });
  runTo(timeline, 14 * SECOND);
  const fresh = beginList(terms("vrrp"));
  expect(readList(reader, timeline.trace)).toEqual(readList(fresh, timeline.trace));
  expect(reader.matches.length).toBeLessThan(early + 1);
});

test("lines are tcpdump's, with numbers counted from the connection's start", () => {
  const answer = linesOf("http").find((line) => line.includes("HTTP/1.1 200"));
  expect(answer).toMatch(/^IP 192\.168\.88\.100\.80 > .* Flags \[P\.\], seq 1:\d+, ack \d\d,/);
});

test("only the rows in sight are drawn", () => {
  expect(windowOf(100_000, 25 * 50_000, 130, 25)).toEqual({ first: 49_994, end: 50_012 });
  expect(windowOf(3, 0, 130, 25)).toEqual({ first: 0, end: 3 });
  expect(windowOf(0, 400, 130, 25)).toEqual({ first: 0, end: 0 });
  expect(countBefore([2, 5, 9], 5)).toBe(1);
});

test("a request's ladder: the connection between client, director and server", () => {
  const SYN = 0x02;
  const syn = frame(
    played,
    (record) => record.at > 9 * SECOND && flagsOf(record) === SYN && record.from === "client",
  );
  const around = framesAround(trace, syn, "conversation");
  expect(new Set(around.map(conversationOf)).size).toBe(1);
  const ladder = ladderOf(trace, around, cluster, "same");
  expect(ladder.hosts).toEqual(["client", "keepalived", expect.stringMatching(/^node-[12]$/)]);
  const [first, second, third] = ladder.rungs;
  expect(first?.label).toBe("SYN · …58:08 · TTL 64");
  expect(second?.label).toMatch(/^same SYN · …58:0[ab] · TTL 63$/);
  expect(third?.label).toBe("SYN-ACK · 192.168.88.100 · TTL 64");
  expect(third?.passes).toEqual(["keepalived"]);
  const middle = around[3];
  if (middle === undefined) throw new Error("no fourth frame");
  // From a frame in the middle the beginning is drawn too.
  expect(framesAround(trace, middle, "conversation")[0]).toBe(syn);
});

test("a lost frame ends on the way to whom it was meant for; NAT stays one conversation", () => {
  const lost = frame(played, (record) => record.lost !== undefined && record.from === "client");
  const { rungs } = ladderOf(trace, [lost], cluster, "same");
  expect(rungs[0]).toMatchObject({ isLost: true, to: ["keepalived"] });
  const nat = recorded("lvs-f-nat", 20);
  const syn = frame(nat, (record) => flagsOf(record) === 0x02 && record.from === "client");
  const hosts = ladderOf(
    nat.run.trace,
    framesAround(nat.run.trace, syn, "conversation"),
    nat.run.cluster,
    "same",
  ).hosts;
  expect(hosts.slice(0, 2)).toEqual(["client", "keepalived"]);
  expect(hosts[2]).toMatch(/^node-/);
});

test("a term asks for the line only when it must", () => {
  const [record] = trace.frames;
  if (record === undefined) throw new Error("no frame");
  const line = (): string => {
    throw new Error("asked");
  };
  expect(passes(terms("not igmp"), record, line)).toBe(true);
  expect(() => passes(terms("seq"), record, line)).toThrow("asked");
});
