// The ready pairs are run, and their figures are what the mechanisms say.
import { expect, test } from "vitest";
import { createTimeline, createMachine, replaceInputs, worldFromJson } from "#sim/index.ts";
import { programs } from "#sim/programs/index.ts";
import { languages } from "../../../i18n/language.ts";
import { libraryEntry, libraryWorld } from "../../library.ts";
import { changesOf } from "./changes.ts";
import { choicesOf } from "./choices.ts";
import { figuresOf, givenIn, isTelling, rowsOf, tallyOf } from "./compare.ts";
import { pairOfFragment } from "./fragment.ts";
import { basesOf, sidesOf } from "./pairs.ts";
import { type Pair, pairs } from "./pairs.table.ts";
import { atOnce, type Run, running, runningBoth } from "./run.ts";
import { changed, type Side } from "./side.ts";
import { verdictOf } from "./verdict.ts";
import { compareWords } from "./words.ts";

const SECOND = 1_000_000;

function pairNamed(name: string): Pair {
  const pair = pairs.find((each) => each.name === name);
  if (pair === undefined) throw new Error(name);
  return pair;
}

const known = new Map<string, readonly [Run, Run]>();
function runsOf(name: string): readonly [Run, Run] {
  const pair = pairNamed(name);
  const scenarios = new Map(basesOf(pair).map((base) => [base, libraryEntry(base).scenario]));
  const runs =
    known.get(name) ?? atOnce(runningBoth(sidesOf(pair, scenarios), pair.end * SECOND, programs));
  known.set(name, runs);
  return runs;
}
function figures(name: string) {
  const [a, b] = runsOf(name).map(figuresOf);
  if (a === undefined || b === undefined) throw new Error(name);
  return { a, b };
}

/** The article's run with a cut cable, as a reader leaves it. */
function readersSide(): Side {
  return {
    scenario: libraryEntry("article").scenario,
    begin: Math.round(libraryEntry("article").begin * SECOND),
    steps: [],
    inputs: [
      {
        at: 12 * SECOND,
        input: { kind: "link", host: "keepalived", nic: "eth1", up: false },
      },
    ],
  };
}

test.each(pairs.map(({ name }) => name))("%s: the two sides differ, and it is said how", (name) => {
  const pair = pairNamed(name);
  const [a, b] = runsOf(name);
  expect(a.end).toBe(b.end);
  expect(a.begin).toBe(b.begin);
  expect(changesOf(a, b)).not.toEqual([]);
  const [ofA, ofB] = [figuresOf(a), figuresOf(b)];
  expect(rowsOf(ofA, ofB).filter(isTelling)).not.toEqual([]);
  for (const language of languages) {
    const words = compareWords[language].verdict;
    const [verdict] = verdictOf(
      { name: pair.a.label[language], figures: ofA },
      { name: pair.b.label[language], figures: ofB },
      words,
    );
    expect(verdict).toContain(pair.a.label[language]);
    expect(verdict).not.toBe(words.alike);
  }
});

test("K20, K31: a stop costs less than a second, a power cut 2.6 to 3.6", () => {
  const { a: stop, b: power } = figures("stop-power");
  expect(stop.withoutUs).toBeGreaterThan(0);
  expect(stop.withoutUs).toBeLessThan(SECOND);
  // The peer waits for its skew: (256 - 99) / 256 s.
  expect(stop.nobodyUs).toBeGreaterThan(0.61 * SECOND);
  expect(stop.nobodyUs).toBeLessThan(0.62 * SECOND);
  for (const us of [power.nobodyUs, power.withoutUs]) {
    expect(us).toBeGreaterThan(2.6 * SECOND);
    expect(us).toBeLessThan(3.62 * SECOND);
  }
  expect(power.lost).toBeGreaterThan(stop.lost);
  expect(stop.answered + stop.lost).toBe(power.answered + power.lost);
});

test("K32: a crash of keepalived alone loses nothing; the address then has two owners", () => {
  const { b: crash } = figures("stop-crash");
  expect(crash).toMatchObject({ withoutUs: 0, lost: 0, refused: 0, nobodyUs: 0, moves: 1 });
  // From the takeover, 2.6 to 3.62 s after the crash at 12, to the end at 24.
  expect(crash.twoOwnersUs).toBeGreaterThan(8.38 * SECOND);
  expect(crash.twoOwnersUs).toBeLessThan(9.4 * SECOND);
});

test("K33: with preempt the address moves back, with nopreempt it stays", () => {
  const { a: preempt, b: calm } = figures("preempt");
  expect([preempt.moves, calm.moves]).toEqual([2, 1]);
});

test("I43: without arp_ignore three machines say that the address is theirs", () => {
  const { a: quiet, b: loud } = figures("arp-ignore");
  expect([quiet.arpVoices, loud.arpVoices]).toEqual([1, 3]);
  // Whoever is believed serves alone, and nothing passes through a director.
  expect([quiet.serversMet, loud.serversMet]).toEqual([2, 1]);
  expect(loud.passedOn).toBe(0);
});

test("I72, I75: wrr gives the server that joins its turn, lc everything until it has caught up", () => {
  const [wrr, lc] = runsOf("wrr-lc");
  const late = ({ score, end }: Run): number[] =>
    ["192.168.88.10", "192.168.88.11"].map(
      (server) => score.asks.filter((ask) => ask.server === server && ask.at > end - 6e6).length,
    );
  expect(late(wrr)).toEqual([6, 6]);
  expect(late(lc)).toEqual([0, 12]);
});

test("each answer is told with the host that gave it and when it was asked for", () => {
  const [a] = runsOf("weights");
  const given = givenIn("A", a);
  expect(given.filter(({ host }) => host === "node-2").length).toBe(10);
  expect(given.every(({ at }) => at >= a.begin && at <= a.end)).toBe(true);
});

test("a fragment names a pair and nothing else", () => {
  expect(pairOfFragment("#compare=stop-power")).toBe("stop-power");
  expect(pairOfFragment("#compare=../x")).toBeUndefined();
  expect(pairOfFragment("#scenario=drain")).toBeUndefined();
});

test("weights 3:1 and 1:1 are kept by wlc", () => {
  const { a: three, b: one } = figures("weights");
  expect(Object.fromEntries(three.servers)).toEqual({ "node-1": 30, "node-2": 10 });
  expect(Object.fromEntries(one.servers)).toEqual({ "node-1": 20, "node-2": 20 });
  const telling = rowsOf(three, one).filter(isTelling);
  expect(telling.map(({ key, host }) => `${key} ${host ?? ""}`)).toEqual([
    "server node-1",
    "server node-2",
  ]);
  expect(changesOf(...runsOf("weights"))).toEqual([
    {
      names: ["keepalived", "keepalived-backup"].map(
        (host) => `${host}:/etc/keepalived/keepalived.conf`,
      ),
      lines: [
        { kind: "gone", text: "weight 3" },
        { kind: "new", text: "weight 1" },
      ],
    },
  ]);
});

test("under NAT the way back by a dead director is no way", () => {
  const { a: direct, b: nat } = figures("dr-nat");
  expect(direct.withoutUs).toBeLessThan(3.62 * SECOND);
  expect(nat.withoutUs).toBeGreaterThan(9 * SECOND);
  expect(nat.nobodyUs).toBe(direct.nobodyUs);
});

test("sh and persistence keep a client with its server", () => {
  const { a: turns, b: hashed } = figures("rr-sh");
  expect([turns.serversMet, hashed.serversMet]).toEqual([2, 1]);
  const { a: free, b: kept } = figures("persistence");
  expect(kept.longestUs).toBeGreaterThan(free.longestUs + SECOND);
});

test("answers are tallied at every moment, from none to all", () => {
  const [a, b] = runsOf("stop-power");
  const tally = tallyOf(a, b);
  expect(tally[0]).toEqual({ at: a.begin, a: 0, b: 0 });
  expect(tally.at(-1)).toEqual({ at: a.end, a: figuresOf(a).answered, b: figuresOf(b).answered });
  const gaps = tally.map((each) => each.a - each.b);
  expect(Math.max(...gaps)).toBe(5);
  expect(gaps.indexOf(5)).toBeGreaterThan(tally.findIndex(({ at }) => at > 12 * SECOND));
});

test("the reader's run, built again from its scenario, is the same run", () => {
  const side = readersSide();
  const run = atOnce(running(side, 20 * SECOND, programs));
  const timeline = createTimeline(worldFromJson(libraryWorld("article")), createMachine(programs));
  replaceInputs(timeline, side.inputs, 20 * SECOND);
  expect(run.timeline.trace.frames).toEqual(timeline.trace.frames);
  expect(run.timeline.trace.frames.length).toBeGreaterThan(100);
});

test("of the reader's run one thing can be changed, and nothing else changes", () => {
  const side = readersSide();
  const choices = choicesOf(side);
  expect(choices.map(({ key, now }) => `${key}: ${now}`)).toEqual([
    "scheduler: lb_algo wlc",
    "weight: 192.168.88.10 weight 3",
    "weight: 192.168.88.11 weight 3",
    "preempt: preempt",
    "interval: advert_int 1",
    "arp_ignore: arp_ignore=1",
    "fault: cable",
  ]);
  const left = atOnce(running(side, 20 * SECOND, programs));
  for (const { now, options } of choices) {
    expect(options.map(({ label }) => label)).not.toContain(now);
    const [option] = options;
    if (option === undefined) throw new Error(now);
    const right = atOnce(running(changed(side, option.change), 20 * SECOND, programs));
    expect(changesOf(left, right).length, option.label).toBe(1);
  }
});

test("a fault is exchanged with its repair, once a host however many its cables", () => {
  const cable = { kind: "link", host: "keepalived", nic: "eth1" } as const;
  const side: Side = {
    ...readersSide(),
    inputs: [
      { at: 12 * SECOND, input: { ...cable, up: false } },
      { at: 12 * SECOND, input: { ...cable, nic: "eth2", up: false } },
      { at: 13 * SECOND, input: { ...cable, host: "node-1", up: false } },
      { at: 20 * SECOND, input: { ...cable, up: true } },
    ],
  };
  const { inputs } = changed(side, { kind: "fault", fault: "power" });
  expect(inputs).toEqual([
    { at: 12 * SECOND, input: { kind: "power", host: "keepalived", on: false } },
    { at: 13 * SECOND, input: { ...cable, host: "node-1", up: false } },
    { at: 20 * SECOND, input: { kind: "power", host: "keepalived", on: true } },
  ]);
});

test("a fault is known however it was brought about", () => {
  const typed = (line: string) =>
    ({ kind: "command", host: "keepalived", line, label: "x", background: false }) as const;
  const service = { kind: "service", host: "keepalived" } as const;
  for (const [name, broken, repaired] of [
    ["stop", { ...service, on: false }, { ...service, on: true }],
    ["stop", typed("systemctl stop keepalived"), typed("systemctl start keepalived")],
    ["crash", { kind: "crash", host: "keepalived", cables: false }, { ...service, on: true }],
    ["crash", typed("pkill -9 keepalived"), typed("service keepalived start")],
    [
      "power",
      { kind: "power", host: "keepalived", on: false },
      { kind: "power", host: "keepalived", on: true },
    ],
  ] as const) {
    const inputs = [
      { at: 12 * SECOND, input: broken },
      { at: 13 * SECOND, input: typed("ipvsadm -Ln") },
      { at: 20 * SECOND, input: repaired },
    ];
    const side: Side = { ...readersSide(), inputs };
    expect(choicesOf(side).find(({ key }) => key === "fault")?.now).toBe(name);
    const cable = { kind: "link", host: "keepalived", nic: "eth1" };
    expect(changed(side, { kind: "fault", fault: "cable" }).inputs).toEqual([
      { at: 12 * SECOND, input: { ...cable, up: false } },
      { at: 13 * SECOND, input: typed("ipvsadm -Ln") },
      { at: 20 * SECOND, input: { ...cable, up: true } },
    ]);
  }
});

test("what the reader saved or set on the way is changed too", () => {
  const base = readersSide();
  const path = "/etc/keepalived/keepalived.conf";
  const content = "virtual_server 192.168.88.100 80 {\n    lb_algo rr\n}\n";
  const line = "sysctl -w net.ipv4.conf.all.arp_ignore=1";
  const side: Side = {
    ...base,
    inputs: [
      { at: 10 * SECOND, input: { kind: "file", host: "keepalived", path, content } },
      {
        at: 11 * SECOND,
        input: { kind: "command", host: "node-1", line, label: "x", background: true },
      },
    ],
  };
  const scheduler = changed(side, {
    kind: "value",
    path: ["virtual_server", "lb_algo"],
    value: "lc",
  });
  expect(JSON.stringify(scheduler.inputs)).toContain("lb_algo lc");
  const loud = changed(side, { kind: "sysctl", name: "arp_ignore", value: "0" });
  expect(JSON.stringify(loud.inputs)).toContain("arp_ignore=0");
});
