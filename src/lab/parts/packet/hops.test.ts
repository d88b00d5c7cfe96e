// Fields and hops of real frames: direct routing, NAT both ways, a tunnel, and frames of every kind.
import { expect, test } from "vitest";
import type { FrameRecord } from "#sim/index.ts";
import { dissect } from "./fields.ts";
import { changesOf, nextHop, previousHop, rewriteOf } from "./hops.ts";
import { article, cable, flagsOf, frame, type Played, recorded, VIP } from "./test-runs.ts";
import { burstOf, fatesOf, titleOf } from "./title.ts";
import { packetWords } from "./words.ts";

const SYN = 0x02;

function firstSyn(played: Played): FrameRecord {
  return frame(played, (record) => flagsOf(record) === SYN && record.from === "client");
}

function loud(before: FrameRecord, after: FrameRecord): string[] {
  return changesOf(before, after)
    .filter(({ isQuiet }) => !isQuiet)
    .map(({ field, was }) => `${field.key}: ${was ?? "–"} → ${field.value}`);
}

test("direct routing changes the destination MAC and the TTL, and the way back leads to it", () => {
  const played = article([], 12);
  const { trace } = played.run;
  const syn = firstSyn(played);
  const on = nextHop(trace, syn);
  expect(on?.from).toBe("keepalived");
  if (on === undefined) return;
  expect(loud(syn, on)).toEqual([
    expect.stringMatching(/^ethernet\.destination: 02:00:00:00:58:08 → 02:00:00:00:58:0[ab]$/),
    "ip.ttl: 64 → 63",
  ]);
  expect(rewriteOf(syn, on, [VIP])).toBe("route");
  expect(previousHop(trace, on)).toBe(syn);
  expect(previousHop(trace, syn)).toBeUndefined();
  expect(nextHop(trace, on)).toBeUndefined();
});

test("NAT writes the server's address, and the floating one on the way back", () => {
  const played = recorded("lvs-f-nat", 40);
  const { trace } = played.run;
  const syn = firstSyn(played);
  const on = nextHop(trace, syn);
  expect(on).toBeDefined();
  if (on === undefined) return;
  expect(rewriteOf(syn, on, [])).toBe("nat-out");
  const keys = changesOf(syn, on).map(({ field }) => field.key);
  expect(keys).toEqual(expect.arrayContaining(["ip.destination", "ip.ttl", "tcp.checksum"]));
  const answer = frame(
    played,
    (record) =>
      record.at > on.at &&
      flagsOf(record) === 0x12 &&
      on.deliveries.some(({ host, accepted }) => accepted && host === record.from),
  );
  const back = nextHop(trace, answer);
  expect(back).toBeDefined();
  if (back === undefined) return;
  expect(rewriteOf(answer, back, [])).toBe("nat-back");
  expect(loud(answer, back).some((line) => line.startsWith("ip.source"))).toBe(true);
});

test("a tunnel puts one more header in front", () => {
  const played = recorded("lvs-g-tun", 40);
  const syn = firstSyn(played);
  const on = nextHop(played.run.trace, syn);
  expect(on).toBeDefined();
  if (on === undefined) return;
  expect(rewriteOf(syn, on, [])).toBe("tunnel");
  expect(dissect(on.frame).layers.map(({ name }) => name)).toEqual([
    "ethernet",
    "outer",
    "ip",
    "tcp",
  ]);
  const lines = loud(syn, on);
  expect(lines.some((line) => line.startsWith("outer.destination: – →"))).toBe(true);
  expect(lines).toContain("ip.ttl: 64 → 63");
});

test("every frame's fields cover its bytes from first to last, without gap or overlap", () => {
  const names = ["lvs-f-nat", "lvs-g-tun", "lvs-s-mss-ttl", "vrrp-g4-auth-ah", "vrrp-i-version3"];
  const seen = new Set<string>();
  for (const name of names) {
    for (const { frame: each } of recorded(name, 30).timeline.trace.frames) {
      const { bytes, layers } = dissect(each);
      const fields = layers.flatMap((layer) => layer.fields);
      let at = 0;
      for (const { from, to, value } of fields) {
        expect(from).toBe(at);
        expect(value).not.toMatch(/undefined|NaN/);
        at = to;
      }
      // What an ICMP error quotes may be cut anywhere.
      if (!layers.some((layer) => layer.name === "quoted")) expect(at).toBe(bytes.length);
      expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length);
      for (const layer of layers) seen.add(layer.name);
    }
  }
  expect([...seen].sort()).toEqual(
    expect.arrayContaining(["ah", "arp", "ethernet", "icmp", "igmp", "ip", "outer", "tcp", "vrrp"]),
  );
});

test("a takeover announces itself five times, and each frame has its name", () => {
  const played = article([[12, cable("keepalived", false)]], 16);
  const { trace, cluster } = played.run;
  const announced = frame(
    played,
    ({ from, frame: { payload } }) =>
      from === "keepalived-backup" && payload.protocol === "arp" && payload.senderIp === VIP,
  );
  expect(titleOf(announced, cluster, packetWords.en)).toBe("Gratuitous ARP");
  expect(burstOf(trace, announced)).toEqual({ nth: 0, count: 5 });
  const checked = frame(
    played,
    (record) => flagsOf(record) === SYN && record.from === "keepalived" && !nextHopOf(record),
  );
  expect(titleOf(checked, cluster, packetWords.en)).toMatch(/TCP SYN$/);
  const lost = frame(
    played,
    (record) => record.at > 12_000_000 && flagsOf(record) === SYN && record.from === "client",
  );
  expect(fatesOf(trace, lost)).toEqual([{ hosts: [], reason: "nobody-there" }]);

  function nextHopOf(record: FrameRecord): boolean {
    return previousHop(trace, record) !== undefined;
  }
});
