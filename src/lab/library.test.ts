// Each entry of the library is played to its end as its hints say, and turns out as it promises.
import { virtualAddresses } from "#sim/editing.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { act, type Input, runTo, type Timeline, worldFromJson } from "#sim/index.ts";
import { inputOfStep } from "#sim/scenarios.ts";
import { clusterOf } from "./instrument/cluster.ts";
import { type Ask, beginScore, outageOf, readScore, resultAt } from "./instrument/score.ts";
import {
  type Expectation,
  libraryEntry,
  libraryNames,
  libraryRun,
  libraryWorld,
} from "./library.ts";

const SECOND = 1_000_000;
/** So long before an expectation answers are looked at. */
const RECENT_US = 4 * SECOND;

test("there are twenty and more", () => {
  expect(libraryNames().length).toBeGreaterThanOrEqual(20);
});

describe.each(libraryNames())("%s", (name) => {
  const entry = libraryEntry(name);
  let timeline: Timeline;
  let begin = 0;
  const start = worldFromJson(libraryWorld(name));

  beforeAll(() => {
    timeline = libraryRun(name);
    begin = timeline.now;
  });

  const moments = [
    ...entry.solution.map((step) => ({ after: step.t, step })),
    ...entry.expect.map((expected) => ({ after: expected.after, expected })),
  ].sort((a, b) => a.after - b.after);

  test("goes as it says", () => {
    for (const [index, moment] of moments.entries()) {
      runTo(timeline, begin + Math.round(moment.after * SECOND));
      if ("step" in moment) {
        act(timeline, inputOfStep(moment.step, `hint ${index}`, timeline.world));
      } else check(moment.expected, index);
    }
  });

  function check(expected: Expectation, index: number): void {
    const at = `${name} after ${expected.after} s`;
    const { holders, vip, answered, servers, outage, log, output } = expected;
    const cluster = clusterOf(timeline.world, virtualAddresses);
    const { asks } = readScore(beginScore(start), timeline, start);
    if (holders !== undefined) {
      const address = vip ?? cluster.vips[0] ?? "";
      const found = cluster.hosts.filter((host) => host.holds.includes(address));
      expect(
        found.map((host) => host.name),
        at,
      ).toEqual(holders);
    }
    const known = asks.filter((ask) => resultAt(ask, timeline.now) !== "open");
    if (answered !== undefined) expect(known.at(-1)?.result === "answered", at).toBe(answered);
    if (servers !== undefined) expect(answering(known), at).toEqual(servers);
    if (outage !== undefined) {
      const gap = outageOf(asks, timeline.now);
      const seconds = gap === undefined ? 0 : (gap.to - gap.from) / SECOND;
      expect(seconds, at).toBeGreaterThanOrEqual(outage[0]);
      expect(seconds, at).toBeLessThanOrEqual(outage[1]);
    }
    if (log !== undefined) {
      const lines = timeline.trace.entries.slice(0, timeline.trace.nextEntry);
      const said = lines.some(
        (line) =>
          line.code === "log" &&
          line.host === log.host &&
          String(line.fields["text"]).includes(log.has),
      );
      expect(said || logOf(log.host).some((text) => text.includes(log.has)), at).toBe(true);
    }
    if (output !== undefined) {
      expect(typed(output.host, output.run, index), at).toContain(output.has);
    }
  }

  function answering(asks: readonly Ask[]): string[] {
    const recent = asks.filter(({ until }) => until > timeline.now - RECENT_US);
    return [
      ...new Set(recent.map(({ server }) => server).filter((server) => server !== "")),
    ].sort();
  }

  function logOf(name: string): string[] {
    const texts: string[] = [];
    for (let line = timeline.world.hosts.get(name)?.log; line !== undefined; line = line.previous) {
      texts.push(line.text);
    }
    return texts;
  }

  /** Types a line and lets half a second pass. */
  function typed(host: string, line: string, index: number): string {
    const label = `look ${index}`;
    const input: Input = { kind: "command", host, line, label, background: true };
    act(timeline, input);
    runTo(timeline, timeline.now + SECOND / 2);
    return timeline.trace.entries
      .filter(({ code, fields }) => code === "console.output" && fields["label"] === label)
      .map(({ fields }) => String(fields["text"]))
      .join("");
  }
});
