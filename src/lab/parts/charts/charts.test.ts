import { describe, expect, test } from "vitest";
import { act, type Input, runTo, type Timeline, type World, worldFromJson } from "#sim/index.ts";
import { inputOfStep } from "#sim/scenarios.ts";
import { beginScore, outageOf, outagesOf, readScore, type Score } from "../../instrument/score.ts";
import { libraryEntry, libraryRun, libraryWorld } from "../../library.ts";
import { beginCharts, type ChartReader, readCharts } from "./charts.ts";
import { clientCsv, connectionsCsv, requestsCsv, toCsv } from "./csv.ts";
import {
  actingOf,
  addressOf,
  bucketsOf,
  domainOf,
  isDense,
  levelAt,
  type Level,
  levelsOf,
  outcomesOf,
  type Point,
  pointsOf,
  sharesOf,
  stepOf,
  thinned,
  ticksOf,
} from "./series.ts";

const SECOND = 1_000_000;

interface Played {
  readonly timeline: Timeline;
  readonly start: World;
  readonly begin: number;
  readonly reader: ChartReader;
}

function open(name: string): Played {
  const timeline = libraryRun(name);
  const start = worldFromJson(libraryWorld(name));
  return { timeline, start, begin: timeline.now, reader: beginCharts(start) };
}

/** Runs on by so many seconds. */
function run({ timeline }: Played, seconds: number): void {
  runTo(timeline, timeline.now + seconds * SECOND);
}

function command(host: string, line: string): Input {
  return { kind: "command", host, line, label: line, background: true };
}

function charts({ reader, timeline, start }: Played) {
  expect(readCharts(reader, timeline, start)).toBe(true);
  return reader.charts;
}

function scoreOf({ timeline, start }: Played): Score {
  return readScore(beginScore(start), timeline, start);
}

/** How many rows there are. */
function compare(played: Played, when: string): number {
  const { world, read } = tables(played);
  expect(read, when).toEqual(world);
  // Of several changes at one moment one is left.
  for (const { at } of charts(played).counts.values()) {
    expect(at.some((each, index) => each <= (at[index - 1] ?? -1))).toBe(false);
  }
  const lines = charts(played).servers.flatMap((server) => {
    const level = levelAt(levels(played, server), played.timeline.now);
    return level === undefined ? [] : [[server, level] as const];
  });
  expect(Object.fromEntries(lines), when).toEqual(actingTables(played));
  return world.length;
}

function counted(played: Played): Record<string, number> {
  const shares = sharesOf(charts(played), played.timeline.now);
  return Object.fromEntries(shares.map(({ server, count }) => [server, count]));
}

function levels(played: Played, server: string): Level[] {
  const hosts = [...played.start.hosts.values()];
  const directors = hosts.filter(({ role }) => role === "director").map(({ name }) => name);
  const { holders } = scoreOf(played);
  const acting = (service: string) => actingOf(holders, directors, addressOf(service));
  return levelsOf(charts(played), server, acting, played.timeline.end);
}

/** What `ipvsadm -Ln` counts at each director now, and the same as the charts read it. */
function tables(played: Played): Record<"world" | "read", string[]> {
  const { counts } = charts(played);
  const read = [...counts].flatMap(([key, { active, inactive, listed }]) =>
    listed.at(-1) === true ? [`${key} ${active.at(-1)} ${inactive.at(-1)}`] : [],
  );
  const world = [...played.timeline.world.hosts.values()].flatMap(({ name, ipvs }) =>
    [...ipvs.services.values()].flatMap(({ key, destinations }) =>
      destinations.map(({ address, port, active, inactive }) => {
        return `${name}|${key}|${address}:${port} ${active} ${inactive}`;
      }),
    ),
  );
  return { world: world.sort(), read: read.sort() };
}

/** What the tables of those who hold the services' addresses say now of each server. */
function actingTables({ timeline }: Played): Record<string, { active: number; inactive: number }> {
  const { hosts } = timeline.world;
  const has = (name: string, address: string): boolean =>
    [...(hosts.get(name)?.nics.values() ?? [])].some(
      (nic) => nic.network !== undefined && nic.addresses.some((own) => own.address === address),
    );
  const directors = [...hosts.values()].filter(({ role }) => role === "director");
  const sums: Record<string, { active: number; inactive: number }> = {};
  for (const { name, ipvs } of directors) {
    for (const { address: virtual, destinations } of ipvs.services.values()) {
      if (directors.find((each) => has(each.name, virtual))?.name !== name) continue;
      for (const { address, active, inactive } of destinations) {
        const server = [...hosts.keys()].find((host) => has(host, address)) ?? address;
        const sum = (sums[server] ??= { active: 0, inactive: 0 });
        sum.active += active;
        sum.inactive += inactive;
      }
    }
  }
  return sums;
}

describe.each([
  "weights",
  "web-server-stops",
  "live-connections",
  "power-cut",
  "persistence",
  "drain",
  "sorry-server",
  "two-addresses",
  "nat-two-subnets",
])("%s", (name) => {
  test("at every second the charts count what each director's table counts (I104)", () => {
    const played = open(name);
    const steps = libraryEntry(name).solution;
    let most = 0;
    for (let second = 0; second < 24; second++) {
      for (const [index, step] of steps.entries()) {
        if (Math.floor(step.t) !== second) continue;
        act(played.timeline, inputOfStep(step, `hint ${index}`, played.timeline.world));
      }
      run(played, 1);
      most = Math.max(most, compare(played, `after ${second + 1} s`));
    }
    // By then the first connections have run out (I97).
    run(played, 116);
    compare(played, "after 140 s");
    expect(most).toBeGreaterThan(0);
  });
});

test("weights 3 and 1 under wrr: three quarters and one quarter, as the weights would have it", () => {
  const played = open("weights");
  run(played, 20);
  const shares = sharesOf(charts(played), played.timeline.now);
  expect(shares.map(({ server }) => server)).toEqual(["node-1", "node-2"]);
  const [first, second] = shares;
  expect([first?.count, second?.count]).toEqual([30, 10]);
  expect([first?.fair, second?.fair]).toEqual([30, 10]);
});

test("other weights in the kernel's table move what would be fair from then on", () => {
  const played = open("weights");
  run(played, 8);
  const { timeline } = played;
  const service = "-t 192.168.88.100:80";
  act(timeline, command("keepalived", `ipvsadm -e ${service} -r 192.168.88.10:80 -g -w 1`));
  act(timeline, command("keepalived", `ipvsadm -e ${service} -r 192.168.88.11:80 -g -w 3`));
  run(played, 8);
  const [first, second] = sharesOf(charts(played), timeline.now);
  expect((first?.count ?? 0) + (second?.count ?? 0)).toBe(32);
  expect(first?.fair).toBeCloseTo(16, 0);
  expect(second?.fair).toBeCloseTo(16, 0);
});

test("a web server that stops leaves the share to the other, and has its weight when it is back", () => {
  const played = open("web-server-stops");
  const { timeline } = played;
  run(played, 2);
  act(timeline, command("node-1", "systemctl stop openresty"));
  run(played, 10);
  const before = counted(played);
  run(played, 5);
  const after = counted(played);
  expect(after["node-1"]).toBe(before["node-1"]);
  expect(after["node-2"]).toBe((before["node-2"] ?? 0) + 10);
  expect(levelAt(levels(played, "node-1"), timeline.now)).toBeUndefined();
  act(timeline, command("node-1", "systemctl start openresty"));
  run(played, 16);
  const { picks } = charts(played);
  expect(picks.at(-1)?.fair).toEqual(
    new Map([
      ["node-2", 0.5],
      ["node-1", 0.5],
    ]),
  );
});

test("long connections are active; at a failover the other director's table counts", () => {
  const played = open("article");
  const { timeline } = played;
  act(timeline, command("client", "hold 4 192.168.88.100 --every 0.5 --secs 600"));
  run(played, 3);
  const at = timeline.now;
  const active = () =>
    ["node-1", "node-2"].map((server) => levelAt(levels(played, server), timeline.now)?.active);
  expect(active()).toEqual([2, 2]);
  act(timeline, { kind: "power", host: "keepalived", on: false });
  run(played, 1);
  expect(active(), "nobody holds the address").toEqual([undefined, undefined]);
  run(played, 6);
  expect(active(), "without a sync daemon it has heard of none (I150)").toEqual([0, 0]);
  runTo(timeline, at - 1);
  expect(active(), "the cursor goes back").toEqual([2, 2]);
});

test("a fork is read anew, and slices read the same as all at once", () => {
  const played = open("article");
  const { timeline, begin, start } = played;
  run(played, 10);
  const whole = counted(played);
  const slow = beginCharts(start);
  let slices = 1;
  while (!readCharts(slow, timeline, start, 50)) slices++;
  expect(slices).toBeGreaterThan(5);
  expect(slow.charts).toEqual(played.reader.charts);
  runTo(timeline, begin + 2 * SECOND);
  act(timeline, command("client", "pkill traffic"));
  run(played, 8);
  const fewer = counted(played);
  expect(fewer["node-1"]).toBeLessThan(whole["node-1"] ?? 0);
  expect(fewer).toEqual(counted({ ...played, reader: beginCharts(start) }));
});

test("the outages are the score's, and the requests lost are in the rows", () => {
  const played = open("power-cut");
  const { timeline } = played;
  run(played, 2);
  act(timeline, { kind: "power", host: "keepalived", on: false });
  run(played, 8);
  const { asks } = scoreOf(played);
  const outages = outagesOf(asks, timeline.now);
  expect(outages).toHaveLength(1);
  expect(outages.at(-1)).toEqual(outageOf(asks, timeline.now));
  const [outage] = outages;
  const seconds = ((outage?.to ?? 0) - (outage?.from ?? 0)) / SECOND;
  expect(seconds).toBeGreaterThan(3);
  expect(seconds).toBeLessThan(5);
  const [answered, silent, refused] = outcomesOf(asks, timeline.now);
  expect(silent?.count).toBe(outage?.lost);
  expect(refused?.count).toBe(0);
  expect(answered?.count).toBe(asks.filter(({ result }) => result === "answered").length);
  // What had not been known at the time is the recorded future.
  const during = outcomesOf(asks, (outage?.from ?? 0) + 0.5 * SECOND);
  expect(during[1]?.count).toBe(0);
  expect(during[1]?.marks).toHaveLength(silent?.count ?? -1);
});

test("two outages are told apart", () => {
  const ask = (at: number, result: "answered" | "timed-out" | "open") => {
    return { key: String(at), client: "client", at, result, server: "", until: at + 1 };
  };
  const asks = [
    ask(0, "answered"),
    ask(10, "timed-out"),
    ask(20, "timed-out"),
    ask(30, "answered"),
    ask(40, "timed-out"),
    ask(50, "open"),
  ];
  expect(outagesOf(asks, 60)).toEqual([
    { from: 10, to: 31, over: true, lost: 2 },
    { from: 40, to: 60, over: false, lost: 2 },
  ]);
});

test("of two holders the first host counts, and nobody where none holds it", () => {
  const span = (from: number, to: number) => ({ from, to, value: "v" });
  const holders = new Map([
    ["b v", [span(0, 30), span(50, 60)]],
    ["a v", [span(20, 40)]],
    ["a w", [{ from: 0, to: 100, value: "w" }]],
  ]);
  expect(actingOf(holders, ["a", "b"], "v")).toEqual([
    { from: 0, to: 20, value: "b" },
    { from: 20, to: 40, value: "a" },
    { from: 50, to: 60, value: "b" },
  ]);
  expect(addressOf("tcp 10.0.0.1:80")).toBe("10.0.0.1");
  expect(addressOf("fwm 3")).toBeUndefined();
});

test("the axis stands still for a while and its ticks are whole", () => {
  expect(domainOf(8.4 * SECOND, 9 * SECOND)).toEqual({ from: 8 * SECOND, to: 18 * SECOND });
  expect(domainOf(8.4 * SECOND, 18.1 * SECOND).to).toBe(23 * SECOND);
  expect(domainOf(0, 3 * 3600 * SECOND + 1).to).toBe(4 * 3600 * SECOND);
  const domain = { from: 8 * SECOND, to: 38 * SECOND };
  expect(stepOf(domain, 6)).toBe(5 * SECOND);
  expect(ticksOf(domain, 10 * SECOND)).toEqual([10 * SECOND, 20 * SECOND, 30 * SECOND]);
  const marks = [1, 2, 3, 12].map((at) => ({ at, known: at }));
  expect(bucketsOf(marks, 10, 2)).toEqual([
    { from: 0, to: 10, past: 2, future: 1 },
    { from: 10, to: 20, past: 0, future: 1 },
  ]);
  expect([isDense(marks, 1), isDense(marks, 2)]).toEqual([false, true]);
});

test("a step ends where the server leaves the table, not at the change before", () => {
  const counts = { active: 1, inactive: 2 };
  const levels = [
    { at: 1, counts },
    { at: 5, counts: undefined },
    { at: 9, counts },
  ];
  expect(pointsOf(levels, "inactive")).toEqual([
    { at: 1, value: 2 },
    { at: 5, value: 2 },
    { at: 5, value: NaN },
    { at: 9, value: 2 },
  ]);
});

test("a thinned line keeps what can be seen: ends, heights, depths and gaps", () => {
  const points: Point[] = Array.from({ length: 10_000 }, (_, at) => ({
    at,
    value: at === 5_003 ? 99 : at === 5_007 ? -7 : at === 7_500 ? NaN : at % 2,
  }));
  const few = thinned(points, { from: 0, to: 10_000 }, 100);
  expect(few.length).toBeLessThanOrEqual(401);
  expect(few.map(({ value }) => value)).toEqual(expect.arrayContaining([99, -7, NaN]));
  expect([few[0], few.at(-1)]).toEqual([points[0], points.at(-1)]);
  expect(few.map(({ at }) => at)).toEqual(few.map(({ at }) => at).sort((a, b) => a - b));
});

test("as text: a line a change, quoted where it must be", () => {
  const played = open("weights");
  run(played, 2);
  const text = requestsCsv(charts(played)).split("\n");
  expect(text[0]).toBe("time,director,server,fair node-1,fair node-2");
  expect(text[1]).toMatch(/^14\.\d{6},keepalived,node-2,0\.7500,0\.2500$/);
  expect(text).toHaveLength(4 + 2);
  const lines = connectionsCsv(new Map([["node-1", levels(played, "node-1")]])).split("\n");
  expect(lines[0]).toBe("time,server,active,inactive");
  expect(lines[1]).toMatch(/^14\.\d{6},node-1,0,\d+$/);
  const asked = clientCsv(scoreOf(played).asks).split("\n");
  expect(asked[1]).toMatch(/^14\.\d{6},client,answered,14\.\d{6},192\.168\.88\.1[01]$/);
  expect(toCsv(["a"], [['x,"y"']])).toBe('a\n"x,""y"""\n');
});
