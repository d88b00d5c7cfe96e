// Who is better: 255, equal priorities, preemption and its delay (K21, K26-K29, K33, K34, K41, K50).
import { expect, test } from "vitest";
import { replay } from "../replay.ts";
import { link, said, story, timeOf, typedAt } from "./test-directors.ts";

const CLEFT = { op: "isolate-vrrp", hosts: ["keepalived", "keepalived-backup"] } as const;
const HEAL = { op: "heal" } as const;

test.each(["", "state MASTER"])("priority 255 is master at once: %j (K21)", (instance) => {
  const played = story({ priority: 255, instance }, {}, [], 6);
  expect(said(played, "A", /STATE/)).toEqual(["(VI_1) Entering MASTER STATE"]);
  expect(timeOf(played, "A", "Entering MASTER")).toBeLessThan(1.2);
});

test("with state BACKUP priority 255 waits like everybody, 3.004 s (K20)", () => {
  const played = story({ priority: 255, instance: "state BACKUP" }, {}, [], 8);
  const wait = timeOf(played, "A", "MASTER STATE") - timeOf(played, "A", "BACKUP STATE (init)");
  expect(wait).toBeCloseTo(3.004, 2);
});

test("after a FAULT the owner waits too (measured, 2.2.7)", () => {
  const played = story({ priority: 255 }, {}, [link(10, "down"), link(15, "up")]);
  const back = timeOf(played, "A", "Entering MASTER", 15) - timeOf(played, "A", "BACKUP", 15);
  expect(back).toBeCloseTo(3.004, 2);
});

test("255 on both: the one that runs gives way, as 254 from then on (K28-4, K50)", () => {
  const stop = { ...typedAt(10, "systemctl stop keepalived"), host: "keepalived-backup" };
  const played = story({ priority: 255 }, { priority: 255 }, [stop], 16);
  const told =
    "(VI_1) CONFIGURATION ERROR: local instance and a remote instance are both configured";
  const [first] = [...said(played, "A", /CONFIG/), ...said(played, "B", /CONFIG/)];
  expect(first).toContain(told);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER", "A BACKUP", "A MASTER"]);
  expect(played.adverts.at(-1)).toMatchObject({ who: "A", priority: 254 });
});

test("equal priorities: who is master first stays, whatever its address (K41)", () => {
  const steps = [
    typedAt(10, "systemctl stop keepalived"),
    typedAt(15, "systemctl start keepalived"),
  ];
  const played = story({}, { priority: 100 }, steps);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER"]);
});

test("equal priorities between two masters: the lower address yields (K28-6)", () => {
  const steps = [
    { t: 10, ...CLEFT },
    { t: 20, ...HEAL },
  ];
  const played = story({}, { priority: 100 }, steps);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER", "A BACKUP"]);
  expect(said(played, "A", /same priority/)).toEqual([
    "(VI_1) Master received advert from 192.168.88.9 with same priority 100 but higher IP address" +
      " than ours",
  ]);
});

test("two masters: the better one answers at once, the other yields (K28, K43)", () => {
  const steps = [
    { t: 10, ...CLEFT },
    { t: 20, ...HEAL },
  ];
  const played = story({}, {}, steps);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER", "B BACKUP"]);
  expect(said(played, "A", /forcing new election/)).toHaveLength(1);
  const quiet = story({ instance: "lower_prio_no_advert" }, {}, steps);
  expect(said(quiet, "A", /lower priority 90, ours 100$/)).not.toEqual([]);
  expect(said(quiet, "A", /forcing/)).toEqual([]);
});

test("nopreempt with priority 255 is cleared (K33)", () => {
  const steps = [
    typedAt(10, "systemctl stop keepalived"),
    typedAt(15, "systemctl start keepalived"),
  ];
  const a = { priority: 255, instance: "nopreempt\n state BACKUP" };
  const played = story(a, {}, steps);
  expect(said(played, "A", /nopreempt/)[0]).toBe(
    "(VI_1) nopreempt is incompatible with priority 255. resetting nopreempt",
  );
  expect(played.kinds.slice(-2)).toEqual(["A MASTER", "B BACKUP"]);
});

const again = [typedAt(10, "systemctl stop keepalived"), typedAt(15, "systemctl start keepalived")];

test("preempt_delay begins with the first lower advert, and ends with the last accepted (K34)", () => {
  const played = story({ instance: "preempt_delay 5" }, {}, again);
  const begin = timeOf(played, "A", "start preempt delay (5.000000)");
  expect(begin).toBeGreaterThan(15);
  expect(begin).toBeLessThan(16.2);
  const taken = timeOf(played, "A", "Entering MASTER", 15) - begin;
  expect(taken).toBeGreaterThanOrEqual(5 + 2.6);
  expect(taken).toBeLessThanOrEqual(5 + 3.62);
});

test("preempt_delay does not delay taking over from a silent master (K34)", () => {
  const steps = [...again, { t: 18, op: "crash", host: "keepalived-backup", power: true } as const];
  const played = story({ instance: "preempt_delay 100" }, {}, steps);
  const taken = timeOf(played, "A", "Entering MASTER", 16) - 18;
  expect(taken).toBeGreaterThan(2.5);
  expect(taken).toBeLessThan(3.7);
});

test("a better advert ends the delay (K34)", () => {
  const raise =
    "sed -i 's/priority 90/priority 120/' /etc/keepalived/keepalived.conf; systemctl reload keepalived";
  const steps = [...again, { t: 18, host: "keepalived-backup", run: raise }];
  const played = story({ instance: "preempt_delay 20" }, {}, steps);
  expect(said(played, "A", /preempt delay/)).toEqual([
    "(VI_1) start preempt delay (20.000000)",
    "(VI_1) stop preempt delay",
  ]);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER"]);
});

test("preempt_delay is nothing for state MASTER (K34)", () => {
  const played = story({ instance: "state MASTER\n preempt_delay 100" }, {}, again);
  expect(said(played, "A", /preempt delay/)[0]).toContain("clearing");
  expect(played.kinds.slice(-2)).toEqual(["A MASTER", "B BACKUP"]);
});

test("version 3 learns its master's interval (K16, K29)", () => {
  const a = { instance: "version 3\n advert_int 0.5" };
  const b = { instance: "version 3\n advert_int 1" };
  const steps = [{ t: 10, op: "crash", host: "keepalived", power: true } as const];
  const played = story(a, b, steps, 20);
  expect(said(played, "B", /interval/)).toEqual([
    "(VI_1) advertisement interval updated from 1000ms to 500ms by master",
    "(VI_1) changing advert interval from 500ms to locally configured 1000ms",
  ]);
  // 3 × 0.5 s and 166/256 of it, after the last advert (K20).
  const last = Math.max(...played.adverts.filter(({ who }) => who === "A").map(({ t }) => t));
  expect(timeOf(played, "B", "Entering MASTER") - last).toBeCloseTo(1.824, 2);
});

// Measured: commands of one moment begin half a millisecond apart, and the first timer wins.
test("equal priorities started together: the first becomes master, the other never does", () => {
  const config = `vrrp_instance VI_1 {
  state MASTER
  interface eth1
  virtual_router_id 18
  priority 100
  virtual_ipaddress {
    192.168.88.100/24
  }
}
`;
  const directors = ["keepalived", "keepalived-backup"];
  const { logs } = replay({
    topology: "flat",
    only: directors,
    files: Object.fromEntries(
      directors.map((host) => [`${host}:/etc/keepalived/keepalived.conf`, config]),
    ),
    steps: directors.map((host) => ({ t: 1, host, run: "systemctl start keepalived" })),
    end: 12,
  });
  const became = directors.map((host) =>
    (logs[host] ?? []).some(({ msg }) => msg === "(VI_1) Entering MASTER STATE"),
  );
  expect(became).toEqual([true, false]);
});
