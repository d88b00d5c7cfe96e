// Notify lines: which are called, with which words (K115-K118). notify_fifo is not acted on.
import { expect, test } from "vitest";
import {
  type Director,
  link,
  NOTE,
  reloaded,
  SECURE,
  shown,
  story,
  typedAt,
} from "./test-directors.ts";

const KEYS = ["notify_master", "notify_backup", "notify_fault", "notify_stop", "notify"];
const lines = KEYS.map((key) => `${key} "${NOTE} ${key}"`).join("\n");
const noting = (more: Director = {}): Director => ({
  before: SECURE,
  ...more,
  instance: `${lines}\n${more.instance ?? ""}`,
});

/** What was noted up to second 30, in the order in which it was. */
function notes(a: Director, steps: Parameters<typeof story>[2], b: Director = {}): string[] {
  const { outputs } = story(a, b, [...steps, shown(30, "cat /tmp/notes")]);
  return (outputs.at(-1) ?? "").trim().split("\n");
}

test("the state's own line gets its own words, the general one four more (K115, K117)", () => {
  const steps = [link(10, "down"), link(12, "up"), typedAt(20, "systemctl stop keepalived")];
  expect(notes(noting(), steps)).toEqual([
    "notify_backup",
    "notify INSTANCE VI_1 BACKUP 100",
    "notify_master",
    "notify INSTANCE VI_1 MASTER 100",
    "notify_fault",
    "notify INSTANCE VI_1 FAULT 100",
    "notify_backup",
    "notify INSTANCE VI_1 BACKUP 100",
    "notify_master",
    "notify INSTANCE VI_1 MASTER 100",
    "notify_stop",
    "notify INSTANCE VI_1 STOP 100",
  ]);
});

test("the priority is the effective one (K115)", () => {
  const script = 'vrrp_script chk {\n script "/usr/bin/test -e /tmp/good"\n weight 20\n}';
  const a = noting({ before: `${SECURE}${script}`, instance: "track_script {\n chk\n }" });
  expect(notes(a, [typedAt(0.5, "touch /tmp/good")])).toContain("notify INSTANCE VI_1 MASTER 120");
});

test("arguments in quotes stay together (K169)", () => {
  const quoted = { before: SECURE, instance: `notify_master "${NOTE} a 'b c' d"` };
  expect(notes(quoted, [])).toEqual(["a b c d"]);
});

test("a master that hears a lesser one runs notify_master_rx_lower_pri (K118)", () => {
  const a = { before: SECURE, instance: `notify_master_rx_lower_pri "${NOTE} lower"` };
  const hosts = ["keepalived", "keepalived-backup"];
  const steps = [{ t: 10, op: "isolate-vrrp", hosts } as const, { t: 20, op: "heal" } as const];
  expect(notes(a, steps)).toEqual(["lower"]);
});

/** A second instance that a reload at second 10 takes away. */
const removed = (more: string): Director => ({
  before: SECURE,
  after: `vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 20
    ${lines}
    ${more}
    virtual_ipaddress {
        192.168.88.120
    }
}`,
});
const kept: Director = { before: SECURE, after: "" };

test.each([
  ["without notify_deleted", "", "notify INSTANCE VI_2 FAULT 100"],
  ["with notify_deleted", "notify_deleted", "notify INSTANCE VI_2 DELETED 100"],
])("an instance that a reload removes, %s (K118)", (_, more, told) => {
  const noted = notes(removed(more), reloaded(10, kept), { after: "" });
  expect(noted.slice(noted.indexOf("notify INSTANCE VI_2 MASTER 100") + 1)).toEqual([told]);
});
