// The simulator's speed: events a second, ten minutes of the article's cluster, seeking, and how
// the cost of an event grows with the hosts, that of a packet with the connection table. Times stand
// beside a calibration loop run at the same moment; only twice a budget fails.
import {
  act,
  createMachine,
  createTimeline,
  lightPrograms,
  runTo,
  type Timeline,
  worldFromJson,
} from "../simulator/index.ts";
import { programs } from "../simulator/programs/index.ts";
import { libraryWorld } from "../src/lab/library.ts";
import {
  type ConnectionCost,
  connectionCosts,
  connectionTable,
  hostTable,
  median,
  milliseconds,
} from "./bench-growth.ts";

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly budget: number;
  /** Whether more is better. */
  readonly more?: boolean;
}

const text = libraryWorld("article");

function begin(): Timeline {
  return createTimeline(worldFromJson(text), createMachine(lightPrograms));
}

/** A loop of known work: how fast this machine is at this moment. */
function calibrate(): number {
  return milliseconds(() => {
    const map = new Map<string, number>();
    for (let i = 0; i < 300_000; i++) map.set(`key ${i % 1000}`, i);
  });
}

/** The article's cluster with ten requests a second in place of two. */
function busy(): Timeline {
  const timeline = begin();
  const client = timeline.world.hosts.get("client");
  for (const process of client?.processes.values() ?? []) {
    const memory = process.memory as { everyUs?: number } | undefined;
    if (process.program === "traffic" && memory !== undefined) memory.everyUs = 100_000;
  }
  return timeline;
}

/** Ten minutes of it, as a reader has them after a minute of play. */
function tenMinutes(): { readonly rate: number; readonly figures: readonly Figure[] } {
  const warm = busy();
  runTo(warm, warm.now + 60_000_000);
  const { timeline, spent, rate } = runTenMinutes();
  const seeks = seekTimes(timeline).sort((a, b) => a - b);
  const figures = [
    { name: "ten minutes, ten requests a second", value: spent, unit: "ms", budget: 1000 },
    { name: "seek, median of 40", value: seeks[20] ?? 0, unit: "ms", budget: 50 },
    { name: "seek, slowest of 40", value: seeks[39] ?? 0, unit: "ms", budget: 50 },
  ];
  return { rate, figures };
}

/** Events a second: the median of that run and four more, in which the engine goes on compiling. */
function eventRate(first: number): Figure[] {
  const rates = [first, ...Array.from({ length: 4 }, () => runTenMinutes().rate)];
  const value = median(rates);
  return [{ name: "events a second", value, unit: "/s", budget: 400_000, more: true }];
}

function runTenMinutes(): { timeline: Timeline; spent: number; rate: number } {
  const timeline = busy();
  const before = timeline.world.lastEvent;
  const spent = milliseconds(() => runTo(timeline, timeline.now + 600_000_000));
  return { timeline, spent, rate: ((timeline.world.lastEvent - before) * 1000) / spent };
}

function growth(costs: readonly ConnectionCost[]): Figure[] {
  const [small, large] = [costs[0]!, costs.at(-1)!];
  const ratio = large.packetUs / small.packetUs;
  return [
    { name: "packet at 100 connections", value: small.packetUs, unit: "µs", budget: 25 },
    { name: "packet at 100,000 connections", value: large.packetUs, unit: "µs", budget: 25 },
    { name: "growth of that cost", value: ratio, unit: "×", budget: 1.5 },
    { name: "keyframe at 100,000 connections", value: large.keyframeMs, unit: "ms", budget: 20 },
  ];
}

/** Seeking across the moment a fault was put in. */
function fork(): Figure[] {
  const timeline = begin();
  runTo(timeline, 60_000_000);
  act(timeline, { kind: "link", host: "keepalived", nic: "eth1", up: false });
  runTo(timeline, 120_000_000);
  const spent = milliseconds(() => runTo(timeline, 61_000_000));
  return [{ name: "seek back over a fault", value: spent, unit: "ms", budget: 50 }];
}

/** Seeking in ten minutes in which a loop of requests runs in a terminal. */
function loopSeeks(): Figure[] {
  const timeline = createTimeline(worldFromJson(text), createMachine(programs));
  const line = "while true; do curl -s http://192.168.88.100/; sleep 0.2; done";
  act(timeline, { kind: "command", host: "client", line, label: "loop", background: false });
  runTo(timeline, timeline.now + 600_000_000);
  const slowest = Math.max(...seekTimes(timeline));
  return [{ name: "seek, slowest of 40, beside a loop", value: slowest, unit: "ms", budget: 50 }];
}

/** To forty moments of the ten minutes, there and back. */
function seekTimes(timeline: Timeline): number[] {
  return Array.from({ length: 40 }, (_, index) =>
    milliseconds(() => runTo(timeline, 10_000_000 + ((index * 7919) % 590) * 1_000_000)),
  );
}

calibrate();
const calibration = calibrate();
const ten = tenMinutes();
// Before the runs that only leave garbage behind: collecting it would count as a seek.
const seeks = [...fork(), ...loopSeeks()];
const costs = connectionCosts(text);
const figures = [...eventRate(ten.rate), ...ten.figures, ...growth(costs), ...seeks];
process.stdout.write(`calibration loop ${calibration.toFixed(1)} ms\n\n`);
process.stdout.write("| figure | measured | budget |\n|---|---|---|\n");
for (const { name, value, unit, budget, more } of figures) {
  const shown = value >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
  const sign = more === true ? "≥" : "≤";
  const limit = budget.toLocaleString("en");
  process.stdout.write(`| ${name} | ${shown} ${unit} | ${sign} ${limit} ${unit} |\n`);
}
process.stdout.write(`\n${connectionTable(costs)}\n${hostTable()}`);
const missed = figures.filter(({ value, budget, more }) =>
  more === true ? value < budget / 2 : value > budget * 2,
);
for (const { name } of missed) process.stderr.write(`missed by more than half: ${name}\n`);
process.exitCode = missed.length > 0 ? 1 : 0;
