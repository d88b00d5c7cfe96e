// Sync groups: instances on two networks that move together (K83, K111-K117).
import { expect, test } from "vitest";
import {
  configuration,
  type Director,
  link,
  NOTE,
  said,
  SECURE,
  shown,
  story,
  timeOf,
  typedAt,
} from "./test-directors.ts";

const second = (priority: number, more = ""): string => `vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 19
    priority ${priority}
    ${more}
    virtual_ipaddress {
        192.168.1.100/24
    }
}`;
const group = (more = ""): string =>
  `${SECURE}vrrp_sync_group VG_1 {\n group {\n VI_1\n VI_2\n }\n ${more}\n}`;

const together = (priority: number, more: Director = {}, lines = ""): Director => ({
  priority,
  before: group(lines),
  after: second(priority),
  ...more,
});
const bad = typedAt(10, "touch /tmp/bad");
const SCRIPT = `vrrp_script chk {\n script "/usr/bin/test ! -e /tmp/bad"\n weight -20\n}`;

const A = together(100);
const B = together(90);

test("one member's fault takes the other one down, and both come back together (K111)", () => {
  const played = story(A, B, [link(10, "down", "eth0"), link(20, "up", "eth0")]);
  const told = said(played, "A", /STATE(?! \(init\))|Syncing/);
  expect(told.slice(3, 9)).toEqual([
    "(VI_2) Entering FAULT STATE",
    "VRRP_Group(VG_1) Syncing instances to FAULT state",
    "(VI_1) Entering FAULT STATE",
    "(VI_2) Entering BACKUP STATE",
    "VRRP_Group(VG_1) Syncing instances to BACKUP state",
    "(VI_1) Entering BACKUP STATE",
  ]);
  expect(told.slice(9)).toContain("VRRP_Group(VG_1) Syncing instances to MASTER state");
});

test("while one member is in fault the others stay there (K111)", () => {
  const steps = [
    link(10, "down", "eth0"),
    link(11, "down", "eth1"),
    link(15, "up", "eth0"),
    link(20, "up", "eth1"),
  ];
  const played = story(A, B, steps);
  expect(timeOf(played, "A", "Entering BACKUP STATE", 5)).toBeCloseTo(20, 1);
});

test("the faulty member says priority 0 twice, the others once (K114)", () => {
  const a = {
    priority: 100,
    before: `${SCRIPT.replace(" weight -20\n", "")}\n${group()}`,
    after: second(100, "track_script {\n chk\n }"),
  };
  const { adverts } = story(a, B, [bad], 12);
  const zeros = adverts.filter(({ priority }) => priority === 0);
  expect(zeros.map(({ routerId }) => routerId)).toEqual([19, 19, 18]);
});

test("alone nobody becomes master: all members must want it (K111)", () => {
  // B's second instance hears a better master: VI_1, whose peer is silent, waits for it.
  const isolated = {
    t: 10,
    op: "isolate-vrrp",
    hosts: ["keepalived", "keepalived-backup"],
  } as const;
  const lonely = story(A, B, [isolated], 30);
  expect(lonely.kinds.filter((each) => each.startsWith("B"))).toEqual(["B MASTER", "B MASTER"]);
  const onlyOne = { priority: 100, after: "" };
  const half = story({ ...onlyOne }, B, [typedAt(15, "systemctl stop keepalived")], 30);
  // While A has VI_1 alone, B's VI_2 wants to be master and VI_1 does not.
  expect(said(half, "B", /Receive advertisement timeout/).length).toBeGreaterThan(2);
  expect(timeOf(half, "B", "Entering MASTER")).toBeGreaterThan(15);
});

test("a member that cannot begin holds the others back (K83)", () => {
  const played = story(A, B, [link(0.5, "down", "eth0"), link(12, "up", "eth0")]);
  expect(said(played, "A", /FAULT|removing|BACKUP|Syncing/).slice(0, 9)).toEqual([
    "(VI_2): entering FAULT state (interface eth0 down)",
    "VRRP_Group(VG_1): Syncing VI_2 to FAULT state",
    "(VI_1) entering FAULT state",
    "(VI_2) entering FAULT state",
    "(VI_1) removing VIPs.",
    "(VI_2) removing VIPs.",
    "(VI_2) Entering BACKUP STATE",
    "VRRP_Group(VG_1) Syncing instances to BACKUP state",
    "(VI_1) Entering BACKUP STATE",
  ]);
});

test("what members track with a weight is ignored, unless the group says otherwise (K112)", () => {
  const tracking = (lines: string): Director => ({
    priority: 100,
    instance: "track_script {\n chk\n }",
    before: `${SCRIPT}\n${group(lines)}`,
    after: second(100),
  });
  const ignored = story(tracking(""), B, [bad]);
  expect(said(ignored, "A", /effective priority/)).toEqual([]);
  expect(said(ignored, "A", /SYNC group/)[0]).toBe(
    "(VI_1) ignoring tracked script chk with weights due to SYNC group",
  );
  const counted = story(tracking("sync_group_tracking_weight"), B, [bad]);
  expect(said(counted, "A", /effective priority/)).toEqual([
    "(VI_1) Changing effective priority from 100 to 80",
  ]);
});

test("a script that the group tracks faults all members", () => {
  const script = SCRIPT.replace(" weight -20\n", "");
  const a = {
    priority: 100,
    before: `${script}\n${group("track_script {\n chk\n }")}`,
    after: second(100),
  };
  const played = story(a, B, [bad]);
  expect(said(played, "A", /FAULT STATE/)).toEqual([
    "(VI_1) Entering FAULT STATE",
    "(VI_2) Entering FAULT STATE",
  ]);
});

test("the group has notify lines of its own, without a priority (K116)", () => {
  const lines = `notify "${NOTE} any"\n notify_master "${NOTE} now master"\n notify_stop "${NOTE} end"`;
  const steps = [
    link(10, "down", "eth0"),
    link(12, "up", "eth0"),
    typedAt(20, "systemctl stop keepalived"),
    shown(25, "cat /tmp/notes"),
  ];
  const { outputs } = story(together(100, {}, lines), {}, steps);
  expect(outputs[0]?.trim().split("\n")).toEqual([
    "any GROUP VG_1 BACKUP 0",
    "now master",
    "any GROUP VG_1 MASTER 0",
    "any GROUP VG_1 FAULT 0",
    "any GROUP VG_1 BACKUP 0",
    "now master",
    "any GROUP VG_1 MASTER 0",
    "end",
    "any GROUP VG_1 STOP 0",
  ]);
});

test("names of a group that are no instances are told (K113)", () => {
  const file = configuration({ before: group() });
  const steps = [shown(0.2, "keepalived -t 2>&1")];
  const { outputs } = story({ before: group() }, {}, steps, 2);
  expect(file).toContain("VI_2");
  expect(outputs[0]).toContain(
    "Virtual router VI_2 specified in sync group VG_1 doesn't exist - ignoring\n",
  );
});

test("an address deleted from one member makes all run again after their skew (measured, 2.2.7)", () => {
  const played = story(A, B, [typedAt(12.3, "ip addr del 192.168.1.100/24 dev eth0")], 20);
  const told = said(played, "A", /STATE(?! \(init\))|sent 0|Syncing/);
  expect(told.slice(-7)).toEqual([
    "(VI_2) Entering BACKUP STATE",
    "(VI_2) sent 0 priority",
    "(VI_1) Entering BACKUP STATE",
    "(VI_1) sent 0 priority",
    "(VI_2) Entering MASTER STATE",
    "VRRP_Group(VG_1) Syncing instances to MASTER state",
    "(VI_1) Entering MASTER STATE",
  ]);
  expect(timeOf(played, "A", "Entering MASTER", 12) - 12.3).toBeCloseTo(0.609, 1);
  expect(played.kinds.filter((each) => each.startsWith("B"))).toEqual([]);
});

test("what the group watches acts on who owns the interface first (measured, 2.2.7)", () => {
  const watching = together(100, {}, "track_interface {\n eth0\n }");
  const played = story(watching, B, [link(10, "down", "eth0")], 20);
  expect(said(played, "A", /FAULT STATE|configured on VRRP/)).toEqual([
    expect.stringContaining("(VI_2) track_interface eth0 is configured on VRRP instance and sync"),
    "(VI_2) Entering FAULT STATE",
    "(VI_1) Entering FAULT STATE",
  ]);
});

test("a member's weight on an interface acts, though it is told as ignored (measured, 2.2.7)", () => {
  const weighed = together(100, { instance: "track_interface {\n eth0 weight -30\n }" });
  const played = story(weighed, B, [link(10, "down", "eth0")], 20);
  expect(said(played, "A", /ignoring|effective priority/)).toEqual([
    "(VI_1) ignoring eth0 tracked interface weight due to SYNC group",
    "(VI_1) Changing effective priority from 100 to 70",
  ]);
});
