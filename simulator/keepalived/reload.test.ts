// SIGHUP: what a new file changes while instances go on (K45-K47, K66, K118).
import { expect, test } from "vitest";
import {
  configuration,
  CONF,
  type Director,
  link,
  reloaded,
  said,
  SECURE,
  shown,
  story,
  timeOf,
  typedAt,
} from "./test-directors.ts";

const MORE = "virtual_ipaddress {\n 192.168.88.101/24\n }";
const addresses = shown(14, "ip -4 -br address show dev eth1");

test("an address that is added comes at once, with a whole burst (K45, K66)", () => {
  const played = story({}, {}, [...reloaded(12, { instance: MORE }), addresses], 15);
  expect(played.outputs[0]).toMatch(
    /192\.168\.88\.100\/24.*192\.168\.88\.101\/24|101\/24.*100\/24/,
  );
  const sent = said(played, "A", /^Sending gratuitous ARP on eth1 for 192\.168\.88\.101$/);
  expect(sent).toHaveLength(5);
  expect(said(played, "A", /STATE/)).toHaveLength(2);
});

test("an address that is removed is told and goes (K45)", () => {
  const played = story({ instance: MORE }, {}, [...reloaded(12, {}), addresses], 15);
  expect(said(played, "A", /no longer exist/)).toEqual([
    "(VI_1) ip address 192.168.88.101/24 dev eth1, no longer exist",
  ]);
  expect(played.outputs[0]).not.toContain("192.168.88.101");
});

test("other addresses than the peer's: both are masters (K46)", () => {
  const played = story({}, {}, reloaded(12, { instance: MORE }), 20);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER"]);
  expect(said(played, "B", /ip number/)[0]).toBe(
    "(VI_1) received an unexpected ip number count 2, expected 1!",
  );
  const since = timeOf(played, "B", "Entering MASTER") - timeOf(played, "B", "ip number");
  // The reload itself sends an advert and the next is due at once (K45).
  expect(since).toBeGreaterThan(2.6);
  expect(since).toBeLessThan(3.7);
});

const second = (more = ""): Director => ({
  after: `vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 19
    ${more}
    virtual_ipaddress {
        192.168.1.100/24
    }
}`,
});
const without: Director = { after: "" };

test("an instance that is removed says good-bye, the other one goes on", () => {
  const outside = shown(14, "ip -4 -br address show dev eth0");
  const played = story(second(), without, [...reloaded(12, without), outside], 20);
  expect(said(played, "A", /VI_2.*(sent 0|removing)/).slice(1)).toEqual([
    "(VI_2) sent 0 priority",
    "(VI_2) removing VIPs.",
  ]);
  expect(played.outputs[0]).not.toContain("192.168.1.100");
  const zero = played.adverts.filter(({ priority }) => priority === 0);
  expect(zero.map(({ routerId }) => routerId)).toEqual([19]);
  expect(played.adverts.filter(({ t, routerId }) => t > 13 && routerId === 18)).toHaveLength(7);
});

test("an instance that is added begins as at a start, with nothing to remove (measured, 2.2.7)", () => {
  const played = story(without, without, reloaded(12, second()), 20);
  expect(said(played, "A", /VI_2/)[0]).toBe("(VI_2) Entering BACKUP STATE (init)");
  expect(timeOf(played, "A", "(VI_2) Entering MASTER") - 12.1).toBeCloseTo(3.609, 0);
});

test("an instance with another name and the same router id is the same (K45)", () => {
  const content = configuration({}).replace("VI_1", "VI_NEW");
  const steps = [
    { t: 12, op: "save", host: "keepalived", path: CONF, content } as const,
    typedAt(12.1, "systemctl reload keepalived"),
  ];
  const played = story({}, {}, steps, 20);
  expect(played.kinds).toEqual(["A MASTER"]);
  expect(said(played, "A", /VI_NEW.*STATE/)).toEqual([]);
});

test("a file that is broken is taken all the same (K47)", () => {
  const content = configuration({ before: "global_defs {" });
  const steps = [
    { t: 12, op: "save", host: "keepalived", path: CONF, content } as const,
    typedAt(12.1, "systemctl reload keepalived"),
    addresses,
  ];
  const played = story({}, {}, steps, 20);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER"]);
  expect(played.outputs[0]).not.toContain("192.168.88.100");
});

const track: Director = { after: "", instance: "track_interface {\n eth0\n }" };

test("a reload without what was tracked ends the FAULT (measured, 2.2.7)", () => {
  const played = story(track, without, [link(10, "down", "eth0"), ...reloaded(15, without)], 25);
  expect(said(played, "A", /STATE/)).toEqual([
    "(VI_1) Entering BACKUP STATE (init)",
    "(VI_1) Entering MASTER STATE",
    "(VI_1) Entering FAULT STATE",
    "(VI_1) Entering BACKUP STATE (init)",
    "(VI_1) Entering MASTER STATE",
  ]);
});

test("a reload that tracks what is down begins one (measured, 2.2.7)", () => {
  const played = story(without, without, [link(10, "down", "eth0"), ...reloaded(15, track)], 25);
  expect(said(played, "A", /FAULT|removing/).slice(1)).toEqual([
    "(VI_1): entering FAULT state (interface eth0 down)",
    "(VI_1) entering FAULT state",
    "(VI_1) removing VIPs.",
  ]);
  expect(played.kinds.at(-1)).toBe("B MASTER");
});

test("scripts keep their result, and their new weight counts (measured, 2.2.7)", () => {
  const tracking = (weight: number): Director => ({
    before: `${SECURE}vrrp_script chk {\n script "/usr/bin/test ! -e /tmp/bad"\n weight ${weight}\n}`,
    instance: "track_script {\n chk\n }",
  });
  const steps = [
    ...reloaded(8, tracking(20)),
    typedAt(10.5, "touch /tmp/bad"),
    ...reloaded(15, tracking(-30)),
  ];
  const played = story(tracking(30), { priority: 50 }, steps, 18);
  expect(said(played, "A", /effective|considered|failed/)).toEqual([
    "(VI_1) Changing effective priority from 100 to 130",
    "VRRP_Script(chk) considered successful on reload",
    "(VI_1) Changing effective priority from 100 to 120",
    "VRRP_Script(chk) failed (exited with status 1)",
    "(VI_1) Changing effective priority from 120 to 100",
    "VRRP_Script(chk) considered unsuccessful on reload",
    "(VI_1) Changing effective priority from 100 to 70",
  ]);
});

test("at a reload the child looks into global_defs too (measured, 2.2.7)", () => {
  const odd = { before: "global_defs {\n nonsense\n}" };
  const played = story(odd, {}, [typedAt(8, "systemctl reload keepalived")], 10);
  expect(said(played, "A", /nonsense/)).toEqual([
    expect.stringMatching(/^\(Line \d+\) Unknown keyword 'nonsense'$/),
    expect.stringMatching(/^\(Line \d+\) Unknown keyword 'nonsense'$/),
    expect.stringMatching(/^\(\/etc\/keepalived\/keepalived.conf: Line \d+\) Unknown/),
  ]);
});
