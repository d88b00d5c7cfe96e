import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import yardstick from "./compare/testdata/yardstick.recorded.json" with { type: "json" };
import { compare, PARTS, percent, scenarioOf } from "./compare.ts";
import type { Comparison, Exclusion, Replayed } from "./compare.ts";
import { readRecording } from "./scenario.ts";
import type { Recording } from "./scenario.ts";

type Verdict = Record<(typeof PARTS)[number], number[]>;

/** Agreeing, compared, disagreements: the three figures of each part. */
function verdictOf(comparison: Comparison): Verdict {
  const figures = PARTS.map((part) => {
    const { good, total, bad } = comparison[part];
    return [part, [good, total, bad.length]];
  });
  return Object.fromEntries(figures) as Verdict;
}

function recordingOf(name: string): Recording {
  const file = new URL(`./recordings/${name}.recorded.json`, import.meta.url);
  const read = readRecording(readFileSync(file, "utf8"));
  if ("errors" in read) throw new Error(read.errors.map((error) => error.message).join("; "));
  return read.recording;
}

interface Change {
  readonly op: string;
  readonly path: readonly (string | number)[];
  readonly value?: unknown;
}

/** The recording with changes made to it, each at a path into the JSON. */
function changed(recording: Recording, changes: readonly Change[]): Recording {
  const copy = structuredClone(recording);
  for (const { op, path, value } of changes) {
    const inner = path
      .slice(0, -1)
      .reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], copy);
    const last = path.at(-1)!;
    if (op === "remove") (inner as unknown[]).splice(Number(last), 1);
    else if (op === "insert") (inner as unknown[]).splice(Number(last), 0, value);
    else (inner as Record<string, unknown>)[last] = value;
  }
  return copy;
}

/** Every frame and log line moved by up to six times `step` seconds, in a fixed pattern. */
function jittered(recording: Recording, step: number): Recording {
  const moved = <T extends { t: number }>(item: T, i: number): T => ({
    ...item,
    t: item.t + (((i * 7919) % 13) - 6) * step,
  });
  const logs = Object.entries(recording.logs).map(([host, lines]) => [host, lines.map(moved)]);
  return { ...recording, frames: recording.frames.map(moved), logs: Object.fromEntries(logs) };
}

// The figures in yardstick.recorded.json are the verdict of the project's yardstick (the comparison with
// which the recordings were made) on the same two files.
describe("the verdict on two files is the yardstick's", () => {
  it.each(yardstick.pairs)("$recording against $replay", ({ recording, replay, verdict }) => {
    const comparison = compare(recordingOf(recording), recordingOf(replay));
    expect(verdictOf(comparison)).toEqual(verdict);
  });

  it.each(yardstick.jitter)("$recording, moved by $step s", ({ recording, step, verdict }) => {
    const original = recordingOf(recording);
    expect(verdictOf(compare(original, jittered(original, step)))).toEqual(verdict);
  });

  it.each(yardstick.spoils)("$recording, $spoil", ({ recording, patch, verdict }) => {
    const original = recordingOf(recording);
    expect(verdictOf(compare(original, changed(original, patch)))).toEqual(verdict);
  });
});

it.each(yardstick.spoils)("$spoil lowers the score of $recording", ({ recording, patch }) => {
  const original = recordingOf(recording);
  const comparison = compare(original, changed(original, patch));
  expect(PARTS.filter((part) => percent(comparison[part]) < 100)).toHaveLength(1);
});

it("compares conversations of two thousand frames within a second", () => {
  const advert = recordingOf("vrrp-a-start").frames.find((frame) => frame.ip?.vrrp)!;
  const frames = Array.from({ length: 2000 }, (_, i) => ({ ...advert, t: i }));
  const recording: Recording = { steps: [], logs: {}, frames };
  const late: Replayed = { ...recording, frames: frames.map((f) => ({ ...f, t: f.t + 0.1 })) };
  const before = performance.now();
  expect(compare(recording, late).frames).toMatchObject({ good: 4000, total: 4000 });
  expect(performance.now() - before).toBeLessThan(1000);
});

describe("scenarioOf", () => {
  it("keeps the scenario, drops what came of it, adds the draws and the date", () => {
    const scenario = scenarioOf(recordingOf("lvs-d-checker"));
    expect(Object.keys(scenario).sort()).toEqual(
      ["draws", "end", "files", "name", "start", "steps", "title", "topology"].sort(),
    );
    expect(scenario.steps[7]).toEqual({
      t: 20,
      host: "node-1",
      run: "systemctl stop openresty",
      record: false,
    });
    expect(scenario.start).toBe("2026-11-23T02:56:47Z");
    const of = (host: string, server: string, seconds: number) => ({
      host,
      what: "first-check",
      of: `${server}:80`,
      seconds,
    });
    expect(scenario.draws).toEqual([
      of("keepalived", "192.168.88.10", 2.65843),
      of("keepalived", "192.168.88.11", 1.029504),
      of("keepalived-backup", "192.168.88.10", 1.784852),
      of("keepalived-backup", "192.168.88.11", 3.492199),
    ]);
  });
});

describe("draws", () => {
  const drawsOf = (name: string) => scenarioOf(recordingOf(name)).draws;

  it("has a script's first check end where the log first speaks of it", () => {
    expect(drawsOf("lvs-p-udp")).toEqual([
      { host: "keepalived", what: "first-check", of: "192.168.88.10:5353", seconds: 5.379 },
      { host: "keepalived", what: "first-check", of: "192.168.88.11:5353", seconds: 6.9312 },
    ]);
  });

  // The client's last ping that followed an answer is of 35.831 s, its first question to the
  // silent neighbour of 68.535 s.
  it("has the reachable time that a silent neighbour brings to light (I56)", () => {
    const [drawn, ...others] = drawsOf("vrrp-f3-heal-no-refresh") ?? [];
    expect(others).toEqual([]);
    expect(drawn).toMatchObject({ host: "client", what: "reachable-time", of: "eth1" });
    expect(drawn?.seconds).toBeCloseTo(68.535 - 35.831 - 5.12 - 0.128, 2);
  });

  it("has none where neighbours answer", () => {
    expect(drawsOf("vrrp-b-stop-start")).toEqual([]);
  });

  it("takes the time of day from the first note of a script", () => {
    expect(scenarioOf(recordingOf("vrrp-q-notify")).start).toBe("2026-11-23T03:04:34Z");
  });
});

describe("exclusions", () => {
  const original = recordingOf("vrrp-b-stop-start");
  const nothing: Replayed = { frames: [], logs: {}, steps: [] };
  const base = { id: "x", recording: "*", reason: "a test", share: 100 };

  it.each<[string, Exclusion, string, number]>([
    ["a kind of frames", { ...base, frames: { kind: "igmp" } }, "frames", 8],
    ["frames of one host", { ...base, frames: { kind: "igmp", from: "keepalived" } }, "frames", 6],
    ["frames by a field", { ...base, frames: { fields: { "ip.vrrp.prio": 0 } } }, "frames", 1],
    ["frames of a time", { ...base, frames: { kind: "garp", before: 5 } }, "frames", 5],
    ["log lines", { ...base, logs: { host: "keepalived", text: "Stopping$" } }, "logs", 1],
    ["steps", { ...base, outputs: { run: "^ip neigh show" } }, "outputs", 2],
    ["lines of a step", { ...base, outputs: { run: "^ip addr", lines: "lft" } }, "outputs", 4],
  ])("takes away %s, and says how many", (_, exclusion, part, items) => {
    expect(compare(original, nothing, [exclusion]).excluded).toEqual([{ id: "x", part, items }]);
  });

  it("takes the same away from both sides", () => {
    const exclusion: Exclusion = { ...base, frames: { kind: "vrrp" } };
    const replay = { ...original, frames: original.frames.filter((frame) => !frame.ip?.vrrp) };
    expect(percent(compare(original, replay).frames)).toBeLessThan(100);
    expect(percent(compare(original, replay, [exclusion]).frames)).toBe(100);
  });

  const printed = (text: string): Recording => ({
    frames: [],
    logs: {},
    steps: [{ t: 1, host: "client", run: "cat notes", record: true, code: 0, stdout: text }],
  });
  const agrees = (outputs: object, ours: string, theirs: string): boolean => {
    const exclusion: Exclusion = { ...base, outputs };
    const { good, total } = compare(printed(ours), printed(theirs), [exclusion]).outputs;
    expect(total).toBe(1);
    return good === 1;
  };

  it.each([
    ["12:00 up\n", "13:00 up\n", true],
    ["12:00 up\n", "13:00 down\n", false],
    ["12:00 up\n", "13:00 up\n13:01 up\n", false],
  ])("leaves out parts of lines, not the rest: %j, %j", (ours, theirs, expected) => {
    expect(agrees({ erase: "^\\d\\d:\\d\\d" }, ours, theirs)).toBe(expected);
  });

  it.each([
    [":32801 a\n", ":45000 a\n", true],
    [":32801 a\n", ":80 a\n", false],
  ])("puts something in place of a part: %j, %j", (ours, theirs, expected) => {
    const outputs = { erase: "(?<=:)32[89]\\d\\d\\b", put: "33000" };
    expect(agrees(outputs, ours, theirs)).toBe(expected);
  });

  it.each([
    ["1 a\n1 b\n2 c\n", "1 b\n1 a\n2 c\n", true],
    ["1 a\n1 b\n2 c\n", "1 b\n1 a\n2 d\n", false],
    ["1 a\n1 b\n2 c\n", "1 a\n2 c\n", false],
    ["1 a\n-\n1 b\n", "1 b\n-\n1 a\n", false],
  ])("lets neighbouring lines stand in any order: %j, %j", (ours, theirs, expected) => {
    expect(agrees({ unordered: "^\\d" }, ours, theirs)).toBe(expected);
  });

  it("of parts of lines counts where there is such a part", () => {
    const exclusion: Exclusion = { ...base, outputs: { erase: "absent" } };
    expect(compare(printed("here"), printed("here"), [exclusion]).excluded).toEqual([]);
  });

  it("of one recording says nothing about another", () => {
    const exclusion: Exclusion = { ...base, recording: "lvs-a-dr", frames: { kind: "igmp" } };
    expect(compare(original, original, [exclusion]).excluded).toEqual([]);
  });

  it("leaves out lines of an output, not the rest of it", () => {
    const exclusion: Exclusion = { ...base, outputs: { run: "^ip addr", lines: "^ +inet " } };
    const spoil = (from: string, to: string): Replayed => ({
      ...original,
      steps: original.steps.map((step) =>
        step.stdout === undefined ? step : { ...step, stdout: step.stdout.replace(from, to) },
      ),
    });
    const addresses = spoil("inet 192.168.88", "inet 10.0.0");
    const link = spoil("mtu 1500", "mtu 9000");
    expect(compare(original, addresses).outputs.bad).toHaveLength(4);
    expect(compare(original, addresses, [exclusion]).outputs.bad).toHaveLength(0);
    expect(compare(original, link, [exclusion]).outputs.bad).toHaveLength(4);
  });
});
