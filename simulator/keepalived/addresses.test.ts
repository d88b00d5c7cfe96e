// Virtual addresses that come and go, and what the network sees of an interface that does (measured
// with 2.2.7).
import { expect, test } from "vitest";
import { replay } from "../replay.ts";
import { CONF, configuration, said, shown, story, timeOf, typedAt } from "./test-directors.ts";

const EXCLUDED = {
  instance: "virtual_ipaddress_excluded {\n 192.168.88.110/24\n 10.1.1.1/32 dev lo\n }",
};

test("excluded addresses have lines of their own, and none is told of on lo (K51, K70)", () => {
  const played = story(EXCLUDED, {}, [], 8);
  expect(said(played, "A", /VIPs/)).toEqual([
    "(VI_1) removing VIPs.",
    "(VI_1) removing E-VIPs.",
    "(VI_1) setting VIPs.",
    "(VI_1) setting E-VIPs.",
  ]);
  expect(said(played, "A", /queueing .* on lo/)).toHaveLength(1);
  expect(said(played, "A", /Sending gratuitous ARP on lo/)).toEqual([]);
});

test("an excluded address that somebody deletes is as any other (K39)", () => {
  const played = story(EXCLUDED, {}, [typedAt(12.3, "ip addr del 192.168.88.110/24 dev eth1")]);
  const lines = said(played, "A", /.*/);
  const at = lines.indexOf("Netlink reflector reports IP 192.168.88.110 removed from eth1");
  expect(lines.slice(at + 1, at + 3)).toEqual([
    "(VI_1) Entering BACKUP STATE",
    "(VI_1) sent 0 priority",
  ]);
  expect(timeOf(played, "A", "Entering MASTER", 12) - 12.3).toBeCloseTo(0.609, 1);
});

test("the address of the interface takes its secondaries along: BACKUP, then FAULT", () => {
  const away = typedAt(12.3, "ip addr del 192.168.88.8/24 dev eth1");
  const back = typedAt(20.3, "ip addr add 192.168.88.8/24 dev eth1");
  const played = story({}, {}, [away, back]);
  const lines = said(played, "A", /.*/);
  const at = lines.indexOf("Netlink reflector reports IP 192.168.88.100 removed from eth1");
  expect(lines.slice(at + 1, at + 8)).toEqual([
    "(VI_1) Entering BACKUP STATE",
    "(VI_1) sent 0 priority",
    "(VI_1) removing VIPs.",
    "Deassigned address 192.168.88.8 from interface eth1",
    "(VI_1) Entering FAULT STATE",
    "Assigned address 192.168.88.8 for interface eth1",
    "(VI_1) Entering BACKUP STATE",
  ]);
  // The last word is still heard: B waits its skew alone.
  expect(timeOf(played, "B", "Entering MASTER", 12) - 12.3).toBeCloseTo(0.648, 1);
});

test("nothing is sent to an interface that is set down; up again it tells of its groups", () => {
  const played = replay({
    topology: "flat",
    only: ["keepalived", "keepalived-backup", "client"],
    files: {
      [`keepalived:${CONF}`]: configuration({}),
      [`keepalived-backup:${CONF}`]: configuration({ priority: 99 }),
    },
    steps: [
      { t: 1, host: "keepalived", run: "systemctl start keepalived" },
      { t: 2, host: "keepalived-backup", run: "systemctl start keepalived" },
      { t: 12.3, host: "keepalived-backup", run: "ip link set eth1 down" },
      { t: 18.3, host: "keepalived-backup", run: "ip link set eth1 up" },
    ],
    end: 22,
  });
  const adverts = played.frames.filter(({ ip }) => ip?.["vrrp"] !== undefined);
  const heard = (from: number, to: number) =>
    adverts.filter(({ t }) => t > from && t < to).map((each) => each.to?.length);
  expect(new Set(heard(4, 12))).toEqual(new Set([2]));
  expect(new Set(heard(12.4, 18.3))).toEqual(new Set([1]));
  expect(new Set(heard(18.4, 22))).toEqual(new Set([2]));
  const reports = played.frames.filter(({ ip, t }) => ip?.["igmp"] !== undefined && t > 12);
  expect(reports.map(({ from }) => from)).toEqual(["keepalived-backup", "keepalived-backup"]);
});

test("without virtual addresses nothing is said of them", () => {
  const bare = configuration({}).replace(/virtual_ipaddress \{[^}]*\}/, "");
  const played = replay({
    topology: "flat",
    only: ["keepalived", "client"],
    files: { [`keepalived:${CONF}`]: bare },
    steps: [{ t: 1, host: "keepalived", run: "systemctl start keepalived" }, shown(7, "true")],
    end: 8,
  });
  const said = (played.logs["keepalived"] ?? []).map(({ msg }) => msg);
  expect(said).toContain("(VI_1) Entering MASTER STATE");
  expect(said.filter((each) => each.includes("VIPs."))).toEqual([]);
});

test("addresses stand as the kernel keeps them: primaries by scope, then the secondaries", () => {
  const forms = `virtual_ipaddress_excluded {
    192.168.88.102/24 brd 192.168.88.255
    192.168.88.103/32 scope link
    10.9.9.1/24 scope host
    192.168.88.104/25 brd +
  }`;
  const played = story({ instance: forms }, {}, [shown(9, "ip -4 -o addr show dev eth1")], 10);
  const rows = played.outputs.join("").split("\n").slice(0, -1);
  expect(rows.map((row) => row.replace(/^.*inet (.*) eth1\\.*$/, "$1"))).toEqual([
    "10.9.9.1/24 scope host",
    "192.168.88.103/32 scope link",
    "192.168.88.8/24 brd 192.168.88.255 scope global",
    "192.168.88.104/25 brd 192.168.88.127 scope global",
    "192.168.88.100/24 scope global secondary",
    "192.168.88.102/24 brd 192.168.88.255 scope global secondary",
  ]);
});
