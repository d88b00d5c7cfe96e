// The simulator's speed: events a second, ten minutes of the article's cluster, seeking, and how
// the cost of a packet and of a keyframe grows with the connection table. Times stand beside a
// calibration loop run at the same moment; only twice a budget fails.
import {
  act,
  createMachine,
  createTimeline,
  lightPrograms,
  runTo,
  type Timeline,
  worldFromJson,
} from "../simulator/index.ts";
import { cloneWorld } from "../simulator/kernel/clone.ts";
import { ipvsLocalIn } from "../simulator/ipvs/hook.ts";
import { libraryWorld } from "../src/lab/library.ts";

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

function milliseconds(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

/** A loop of known work: how fast this machine is at this moment. */
function calibrate(): number {
  return milliseconds(() => {
    const map = new Map<string, number>();
    for (let i = 0; i < 300_000; i++) map.set(`key ${i % 1000}`, i);
  });
}

/** Ten minutes with ten requests a second in place of two. */
function tenMinutes(): Figure[] {
  const timeline = begin();
  const client = timeline.world.hosts.get("client");
  for (const process of client?.processes.values() ?? []) {
    const memory = process.memory as { everyUs?: number } | undefined;
    if (process.program === "traffic" && memory !== undefined) memory.everyUs = 100_000;
  }
  const before = timeline.world.lastEvent;
  const spent = milliseconds(() => runTo(timeline, timeline.now + 600_000_000));
  const events = timeline.world.lastEvent - before;
  const seeks = Array.from({ length: 40 }, (_, index) =>
    milliseconds(() => runTo(timeline, 10_000_000 + ((index * 7919) % 590) * 1_000_000)),
  ).sort((a, b) => a - b);
  return [
    {
      name: "events a second",
      value: (events * 1000) / spent,
      unit: "/s",
      budget: 400_000,
      more: true,
    },
    { name: "ten minutes, ten requests a second", value: spent, unit: "ms", budget: 1000 },
    { name: "seek, median of 40", value: seeks[20] ?? 0, unit: "ms", budget: 50 },
    { name: "seek, slowest of 40", value: seeks[39] ?? 0, unit: "ms", budget: 50 },
  ];
}

/** Microseconds a packet of a new connection takes while the table holds `size` others. */
function connectionCost(size: number): { packetUs: number; keyframeMs: number } {
  const timeline = begin();
  const host = timeline.world.hosts.get("keepalived");
  if (host === undefined) throw new Error("no director");
  const { sim } = timeline.simulation;
  const open = (n: number): void => {
    const packet = {
      protocol: "ipv4",
      source: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
      destination: "192.168.88.100",
      ttl: 64,
      tos: 0,
      id: 0,
      dontFragment: true,
      payload: {
        protocol: "tcp",
        sourcePort: 40_000,
        destinationPort: 80,
        sequence: 0,
        acknowledgement: 0,
        flags: 2,
        window: 64_240,
        options: {},
        data: "",
      },
    } as const;
    ipvsLocalIn(host, packet, { mark: 0, toThisMac: true }, sim);
  };
  for (let n = 0; n < size; n++) open(n);
  const packets = 4000;
  // The first packet that a bucket sees after a keyframe copies it; that is part of the cost.
  const keyframeMs = milliseconds(() => void cloneWorld(timeline.world));
  const rounds = Array.from({ length: 5 }, (_, round) =>
    milliseconds(() => {
      for (let n = 0; n < packets; n++) open(size + round * packets + n);
    }),
  ).sort((a, b) => a - b);
  return { packetUs: ((rounds[1] ?? 0) * 1000) / packets, keyframeMs };
}

function growth(): Figure[] {
  connectionCost(1000);
  const small = connectionCost(100);
  const large = connectionCost(100_000);
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

calibrate();
const calibration = calibrate();
const figures = [...tenMinutes(), ...growth(), ...fork()];
process.stdout.write(`calibration loop ${calibration.toFixed(1)} ms\n\n`);
process.stdout.write("| figure | measured | budget |\n|---|---|---|\n");
for (const { name, value, unit, budget, more } of figures) {
  const shown = value >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
  const sign = more === true ? "≥" : "≤";
  const limit = budget.toLocaleString("en");
  process.stdout.write(`| ${name} | ${shown} ${unit} | ${sign} ${limit} ${unit} |\n`);
}
const missed = figures.filter(({ value, budget, more }) =>
  more === true ? value < budget / 2 : value > budget * 2,
);
for (const { name } of missed) process.stderr.write(`missed by more than half: ${name}\n`);
process.exitCode = missed.length > 0 ? 1 : 0;
