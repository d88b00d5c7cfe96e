// Who is master when: each mechanism of VRRP as a transcript of two directors.
import { expect, test } from "vitest";
import type { Step } from "../scenario.ts";
import { replay } from "../replay.ts";
import { CONF, configuration, type Director, story } from "./test-directors.ts";

const stopAndStart: readonly Step[] = [
  { t: 10, host: "keepalived", run: "systemctl stop keepalived" },
  { t: 20, host: "keepalived", run: "systemctl start keepalived" },
];

test("a stopped master says priority 0, and comes back as master (K26)", () => {
  const { states } = story({}, {}, stopAndStart);
  expect(states).toEqual(["A 5 MASTER", "B 11 MASTER", "A 24 MASTER", "B 24 BACKUP"]);
});

test("with nopreempt the backup stays master", () => {
  const { states } = story({ instance: "nopreempt" }, {}, stopAndStart);
  expect(states).toEqual(["A 5 MASTER", "B 11 MASTER"]);
});

test("preempt_delay counts from the first lower advert (K34)", () => {
  const { states } = story({ instance: "preempt_delay 10" }, {}, stopAndStart, 50);
  expect(states.slice(0, 2)).toEqual(["A 5 MASTER", "B 11 MASTER"]);
  const back = Number(/^A (\d+) MASTER$/.exec(states[2] ?? "")?.[1]);
  expect(back).toBeGreaterThanOrEqual(31);
  expect(back).toBeLessThanOrEqual(35);
  expect(states[3]).toBe(`B ${back} BACKUP`);
});

test("the interface down is FAULT, and up again the way back", () => {
  const { states } = story({}, {}, [
    { t: 10.2, op: "link-down", host: "keepalived", dev: "eth1" },
    { t: 20, op: "link-up", host: "keepalived", dev: "eth1" },
  ]);
  expect(states[0]).toBe("A 5 MASTER");
  expect(states[1]).toBe("A 10 FAULT");
  expect(states[2]).toMatch(/^B 1[34] MASTER$/);
  expect(states.slice(3).map((line) => line.replace(/\d+ /, ""))).toEqual([
    "A BACKUP",
    "A MASTER",
    "B BACKUP",
  ]);
});

const script = (options: string) => `global_defs {
    script_user root
    enable_script_security
}
vrrp_script chk {
    script "/bin/sh -c 'test ! -e /tmp/bad'"
    interval 1
    ${options}
}`;
const TRACK = "track_script {\n chk\n }";
const bad: readonly Step[] = [
  { t: 10, host: "keepalived", run: "touch /tmp/bad" },
  { t: 20, host: "keepalived", run: "rm /tmp/bad" },
];

test.each([
  { what: "a negative weight lets the backup preempt", options: "weight -20", fault: false },
  { what: "no weight is FAULT", options: "", fault: true },
])("track_script: $what", ({ options, fault }) => {
  const { states } = story({ before: script(options), instance: TRACK }, {}, bad);
  const kinds = states.map((line) => line.replace(/\d+ /, ""));
  expect(kinds.includes("A FAULT")).toBe(fault);
  expect(kinds.indexOf("B MASTER")).toBeGreaterThan(kinds.indexOf("A MASTER"));
  expect(kinds.slice(-2)).toEqual(["A MASTER", "B BACKUP"]);
});

test("a track_script's weight too small changes nothing", () => {
  const { states, lines } = story({ before: script("weight -5"), instance: TRACK }, {}, bad);
  expect(lines.some(({ msg }) => /effective priority from 100 to 95/.test(msg))).toBe(true);
  expect(states).toHaveLength(1);
  expect(states[0]).toMatch(/^A \d+ MASTER$/);
});

test("fall counts failures in a row", () => {
  const moment = (fall: number) => {
    const before = script(`weight -20\n fall ${fall}`);
    const { states } = story({ before, instance: TRACK }, {}, bad);
    return Number(/^B (\d+) MASTER$/.exec(states[1] ?? "")?.[1]);
  };
  expect(moment(4) - moment(1)).toBe(3);
});

const password = (auth: string): Director => ({
  instance: `authentication {\n auth_type PASS\n auth_pass ${auth}\n }`,
});

test("another password: both are masters, and say why (K18)", () => {
  const { states, lines } = story(password("one"), password("two"), []);
  expect(states.map((line) => line.replace(/\d+ /, ""))).toEqual(["A MASTER", "B MASTER"]);
  expect(lines.some(({ msg }) => msg.includes("received an invalid passwd"))).toBe(true);
});

test("a reload takes a new priority on without leaving the state", () => {
  const { states } = story({}, {}, [
    {
      t: 10,
      host: "keepalived-backup",
      run: `sed -i 's/priority 90/priority 150/' ${CONF}; systemctl reload keepalived`,
    },
  ]);
  expect(states.slice(0, 1)).toEqual(["A 5 MASTER"]);
  expect(states.slice(1).map((line) => line.replace(/\d+ /, ""))).toEqual(["B MASTER", "A BACKUP"]);
});

test("the second burst for a lesser master has the delay of global_defs, not its own (measured, 2.2.7)", () => {
  const oneWay = { t: 10.3, op: "isolate-vrrp", oneway: true } as const;
  const hosts = ["keepalived", "keepalived-backup"];
  const steps: Step[] = [
    { ...oneWay, hosts },
    { t: 13.8, op: "heal" },
  ];
  const last = (a: Director): number => {
    const { lines } = story(a, {}, steps, 30);
    const bursts = lines.filter(({ who, msg }) => who === "A" && msg.includes("queueing"));
    const heard = lines.findLast(({ who, msg }) => who === "A" && msg.includes("forcing"));
    return (bursts.at(-1)?.t ?? NaN) - (heard?.t ?? NaN);
  };
  expect(last({ instance: "garp_master_delay 2" })).toBeCloseTo(5, 1);
  expect(last({ before: "global_defs {\n vrrp_garp_master_delay 3\n}" })).toBeCloseTo(3, 1);
});

test("of equal backups one takes over, the last plugged in, and the others hear it (measured)", () => {
  const names = ["keepalived", "keepalived-backup", "keepalived-3"];
  const equal = configuration({});
  const played = replay({
    topology: "flat",
    only: [...names, "client"],
    hosts: [{ name: "keepalived-3", ip: "192.168.88.7/24", role: "director" }],
    files: Object.fromEntries(names.map((name) => [`${name}:${CONF}`, equal])),
    steps: [
      ...names.map((host, i) => ({ t: 1 + i / 2, host, run: "systemctl start keepalived" })),
      { t: 10.3, op: "crash", host: "keepalived" },
    ],
    end: 18,
  });
  const masters = Object.entries(played.logs).filter(([, log]) =>
    log.some(({ t, msg }) => t > 10 && msg.includes("Entering MASTER")),
  );
  expect(masters.map(([host]) => host)).toEqual(["keepalived-3"]);
});
