// What an instance watches: interfaces and scripts, as causes of FAULT or as weights (K100-K106).
import { expect, test } from "vitest";
import { link, said, SECURE, type Director, story, timeOf, typedAt } from "./test-directors.ts";

const TWO_SUBNETS = { after: "" };
const trackEth0 = (entry: string): Director => ({
  ...TWO_SUBNETS,
  instance: `track_interface {\n ${entry}\n }`,
});

test("a tracked interface that goes down is FAULT, and the peer waits only its skew (K100)", () => {
  const played = story(trackEth0("eth0"), {}, [link(10.2, "down", "eth0"), link(20, "up", "eth0")]);
  expect(played.kinds).toEqual([
    "A MASTER",
    "A FAULT",
    "B MASTER",
    "A BACKUP",
    "A MASTER",
    "B BACKUP",
  ]);
  // 0.648 s at priority 90 (K31).
  const gap = timeOf(played, "B", "Entering MASTER") - timeOf(played, "A", "Entering FAULT");
  expect(gap).toBeCloseTo(0.648, 2);
});

test.each([
  ["eth0 weight -20", "from 100 to 80", "from 80 to 100"],
  ["eth0 weight 30", "from 130 to 100", "from 100 to 130"],
])("%s is subtracted while it is down, added while it is up (K100)", (entry, lost, found) => {
  const steps = [link(10.2, "down", "eth0"), link(25, "up", "eth0")];
  const b = { priority: entry.includes("-") ? 90 : 110 };
  const played = story(trackEth0(entry), b, steps);
  expect(said(played, "A", /Changing effective priority/)).toEqual([
    // What is added counts, and is told, from the start (measured, 2.2.7).
    ...(entry.includes("-") ? [] : [`(VI_1) Changing effective priority ${found}`]),
    `(VI_1) Changing effective priority ${lost}`,
    `(VI_1) Changing effective priority ${found}`,
  ]);
  // B waits its whole master_down time, for A goes on advertising (K101).
  const taken = timeOf(played, "B", "Entering MASTER", 10) - 10.2;
  expect(taken).toBeGreaterThan(2.6);
  expect(taken).toBeLessThan(3.7);
  expect(played.kinds.slice(-4)).toEqual(["B MASTER", "A BACKUP", "A MASTER", "B BACKUP"]);
});

test("its own interface is not tracked twice, and a weight on it is ignored (K100)", () => {
  const own = { instance: "track_interface {\n eth1 weight -20\n }" };
  const played = story(own, {}, [link(10, "down"), link(15, "up")]);
  expect(said(played, "A", /own interface/)).toEqual([
    "(VI_1) Ignoring track_interface eth1 since own interface",
  ]);
  expect(said(played, "A", /effective priority/)).toEqual([]);
});

test("dont_track_primary stays master without a link (K38)", () => {
  const a = { instance: "dont_track_primary" };
  const played = story(a, {}, [link(10, "down"), link(20, "up")]);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER", "B BACKUP"]);
  expect(timeOf(played, "B", "Entering BACKUP STATE", 19)).toBeLessThan(21.1);
});

test("several causes of FAULT are counted: all must go (K40)", () => {
  const steps = [
    link(10, "down", "eth0"),
    link(12, "down"),
    link(15, "up", "eth0"),
    link(18, "up"),
  ];
  const played = story(trackEth0("eth0"), {}, steps);
  expect(timeOf(played, "A", "Entering BACKUP STATE", 10)).toBeCloseTo(18, 1);
});

test("a tracked interface that is down at the start (K37)", () => {
  const played = story(trackEth0("eth0"), {}, [link(0.5, "down", "eth0"), link(8, "up", "eth0")]);
  expect(said(played, "A", /FAULT|removing|BACKUP/).slice(0, 4)).toEqual([
    "(VI_1): entering FAULT state (interface eth0 down)",
    "(VI_1) entering FAULT state",
    "(VI_1) removing VIPs.",
    "(VI_1) Entering BACKUP STATE",
  ]);
  expect(timeOf(played, "A", "Entering MASTER") - 8).toBeCloseTo(3.609, 1);
});

test("without an address on its interface it is in FAULT until one comes (K37)", () => {
  const steps = [
    typedAt(0.2, "ip addr del 192.168.88.8/24 dev eth1"),
    typedAt(8, "ip addr add 192.168.88.8/24 dev eth1"),
    typedAt(20, "ip addr del 192.168.88.8/24 dev eth1"),
  ];
  const played = story({}, {}, steps);
  expect(said(played, "A", /FAULT/)).toEqual([
    "(VI_1) entering FAULT state (no IPv4 address for interface)",
    "(VI_1) entering FAULT state",
    "(VI_1) Entering FAULT STATE",
  ]);
  expect(timeOf(played, "A", "Entering BACKUP STATE")).toBeCloseTo(8, 1);
});

const script = (options: string): string => `${SECURE}vrrp_script chk {
    script "/usr/bin/test ! -e /tmp/bad"
    interval 1
    ${options}
}`;
const tracking = (options: string, more: Partial<Director> = {}): Director => ({
  before: script(options),
  instance: "track_script {\n chk\n }",
  ...more,
});
const bad = [typedAt(10.5, "touch /tmp/bad"), typedAt(20.5, "rm /tmp/bad")];

test("a positive weight is added while the script succeeds (K100)", () => {
  const played = story(tracking("weight 20"), { priority: 110 }, bad);
  expect(said(played, "A", /effective priority/)).toEqual([
    "(VI_1) Changing effective priority from 100 to 120",
    "(VI_1) Changing effective priority from 120 to 100",
    "(VI_1) Changing effective priority from 100 to 120",
  ]);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER", "A BACKUP", "A MASTER", "B BACKUP"]);
});

test("a weight in track_script stands for that of the script", () => {
  const a = { before: script("weight -5"), instance: "track_script {\n chk weight -20\n }" };
  expect(said(story(a, {}, bad), "A", /effective priority/)[0]).toContain("from 100 to 80");
});

test("rise and fall count results in a row (K103)", () => {
  const played = story(tracking("weight -20\n fall 3\n rise 4"), {}, bad);
  const [fails, succeeds] = ["now returning 1", "now returning 0"];
  const down = timeOf(played, "A", "failed") - timeOf(played, "A", fails);
  const up = timeOf(played, "A", "succeeded", 15) - timeOf(played, "A", succeeds);
  expect([Math.round(down), Math.round(up)]).toEqual([2, 3]);
});

test("results that change in between begin the count anew (K103)", () => {
  const blink = [10.5, 12.5, 14.5, 16.5].flatMap((t) => [
    typedAt(t, "touch /tmp/bad"),
    typedAt(t + 1, "rm /tmp/bad"),
  ]);
  const played = story(tracking("weight -20\n fall 2"), {}, blink);
  expect(said(played, "A", /now returning 1/)).toHaveLength(4);
  expect(said(played, "A", /failed|effective/)).toEqual([]);
});

test("weight 0 and a first failure: FAULT without a word, until `rise` successes (K105)", () => {
  const steps = [typedAt(0.2, "touch /tmp/bad"), typedAt(6.5, "rm /tmp/bad")];
  const played = story(tracking("rise 3"), {}, steps);
  const told = said(played, "A", /FAULT|BACKUP|returning 0|succeeded/);
  expect(told.slice(0, 3)).toEqual([
    "Script `chk` now returning 0",
    "VRRP_Script(chk) succeeded",
    "(VI_1) Entering BACKUP STATE",
  ]);
  const [zero, good] = ["now returning 0", "succeeded"].map((text) => timeOf(played, "A", text));
  expect(Math.round((good ?? NaN) - (zero ?? NaN))).toBe(2);
});

test("the effective priority stays within 1 and 254, and 255 never changes (K102)", () => {
  const low = story(tracking("weight -200"), {}, bad);
  expect(said(low, "A", /effective priority/)[0]).toContain("from 100 to 1");
  const high = story(tracking("weight 200"), {}, bad);
  expect(said(high, "A", /effective priority/)[0]).toContain("from 100 to 254");
  const owner = story(tracking("weight -200", { priority: 255 }), {}, bad);
  expect(said(owner, "A", /effective priority/)).toEqual([]);
});

test("a script that is tracked but not defined is left aside (K108)", () => {
  const played = story({ instance: "track_script {\n nosuch\n }" }, {}, []);
  expect(said(played, "A", /not found/)).toHaveLength(1);
  expect(played.states).toEqual(["A 5 MASTER"]);
});

test("a script that begins as failed needs one good end, whatever its rise (K104, K105; measured, 2.2.7)", () => {
  const played = story(tracking("init_fail\n rise 3"), {}, [], 8);
  expect(said(played, "A", /VRRP_Script/)).toEqual(["VRRP_Script(chk) succeeded"]);
  expect(timeOf(played, "A", "Entering MASTER")).toBeCloseTo(4.67, 1);
});

test("a script that nobody watches is told of (measured, 2.2.7)", () => {
  const played = story({ before: script("") }, {}, [], 3);
  expect(said(played, "A", /not used/)).toEqual(["Warning - script chk is not used"]);
});

test("only the first of several runs that take too long is told of (measured, 2.2.7)", () => {
  const slow = (options: string): string =>
    `${SECURE}vrrp_script chk {\n script "/bin/sleep 2.5"\n interval 1\n timeout 4\n ${options}\n}`;
  const played = story({ before: slow(""), instance: "track_script {\n chk\n }" }, {}, [], 12);
  const told = played.lines.filter(({ msg }) => msg.includes("already running"));
  expect(told.map(({ t }) => Math.floor(t))).toEqual([2, 3]);
});

test("a script that goes while it is watched is told of at each run (measured, 2.2.7)", () => {
  const watched = {
    before: `${SECURE}vrrp_script chk {\n script "/etc/keepalived/note.sh"\n interval 2\n}`,
    instance: "track_script {\n chk\n }",
  };
  const steps = [
    typedAt(6.3, "chmod 644 /etc/keepalived/note.sh"),
    typedAt(10.3, "rm /etc/keepalived/note.sh"),
  ];
  const told = said(story(watched, {}, steps, 14), "A", /exec-ing/);
  const start = "Error exec-ing command '/etc/keepalived/note.sh', error";
  expect(told.slice(0, 1)).toEqual([`${start} 13: Permission denied`]);
  expect(told.slice(-1)).toEqual([`${start} 2: No such file or directory`]);
});

test("a notify line that cannot be run when the file is read is never run (measured, 2.2.7)", () => {
  const lost = { before: SECURE, instance: "notify_master /etc/keepalived/none.sh" };
  const played = story(lost, {}, [], 8);
  expect(said(played, "A", /none.sh/)).toEqual([
    "Script /etc/keepalived/none.sh cannot be accessed - No such file or directory",
  ]);
});
