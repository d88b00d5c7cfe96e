import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildSimulation } from "../build.ts";
import { createMachine } from "../machine.ts";
import { programs } from "../programs/index.ts";
import { expandScenario, type Scenario } from "../scenario.ts";
import { push, pop, emptyQueue, type Event } from "./queue.ts";
import type { Input } from "./input.ts";
import { createTimeline, act, causesOf, replaceInputs, runTo, type Timeline } from "./timeline.ts";
import { worldFromJson, worldToJson } from "./snapshot.ts";
import { timerWheel } from "./wheel.ts";

const CONFIG = (priority: number): string => `
vrrp_instance HA_WebServer {
    state MASTER
    interface eth1
    virtual_router_id 18
    priority ${priority}
    advert_int 1
    virtual_ipaddress {
        192.168.88.100/24
    }
}
`;

const SCENARIO: Scenario = {
  topology: "flat",
  files: {
    "keepalived:/etc/keepalived/keepalived.conf": CONFIG(100),
    "keepalived-backup:/etc/keepalived/keepalived.conf": CONFIG(99),
  },
  steps: [
    { t: 0.5, host: "keepalived", run: "systemctl start keepalived" },
    { t: 0.6, host: "keepalived-backup", run: "systemctl start keepalived" },
    { t: 5, host: "client", run: "for i in 1 2 3 4 5; do ping -c 2 192.168.88.100; sleep 1; done" },
  ],
};

function begin(seed = 1): Timeline {
  const machine = createMachine(programs);
  const simulation = buildSimulation(expandScenario({ ...SCENARIO, seed }), machine);
  return createTimeline(simulation.world, machine, simulation.trace);
}

const SECOND = 1_000_000;
const cable = (up: boolean): Input => ({ kind: "link", host: "keepalived", nic: "eth1", up });

/** All that a run has left behind, as text. */
function everything(timeline: Timeline): string {
  const { trace, world } = timeline;
  return JSON.stringify([worldToJson(world), trace.frames, trace.entries]);
}

test("the same scenario and seed give the same bytes, another seed does not", () => {
  const [a, b, c] = [begin(7), begin(7), begin(8)];
  for (const timeline of [a, b, c]) runTo(timeline, 20 * SECOND);
  expect(everything(a)).toBe(everything(b));
  expect(everything(a)).not.toBe(everything(c));
});

test("a seek ends where a straight run ends, in the middle of a loop too", () => {
  const moments = fc.array(fc.integer({ min: 0, max: 25 * SECOND }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(moments, (stops) => {
      const straight = begin();
      const wandering = begin();
      runTo(straight, 25 * SECOND);
      for (const stop of stops) runTo(wandering, stop);
      runTo(wandering, 25 * SECOND);
      expect(everything(wandering)).toBe(everything(straight));
    }),
    { numRuns: 12 },
  );
});

test("an input is had again when its moment is run through again", () => {
  const timeline = begin();
  runTo(timeline, 8 * SECOND);
  act(timeline, cable(false));
  runTo(timeline, 15 * SECOND);
  const after = everything(timeline);
  runTo(timeline, 2 * SECOND);
  runTo(timeline, 15 * SECOND);
  expect(everything(timeline)).toBe(after);
});

test("an input drops the recorded future", () => {
  const timeline = begin();
  runTo(timeline, 15 * SECOND);
  runTo(timeline, 8 * SECOND);
  act(timeline, cable(false));
  expect(timeline.end).toBe(8 * SECOND);
  expect(timeline.trace.frames.every(({ at }) => at <= 8 * SECOND)).toBe(true);
  runTo(timeline, 15 * SECOND);
  const director = timeline.world.hosts.get("keepalived-backup");
  const addresses = director?.nics.get("eth1")?.addresses.map(({ address }) => address);
  expect(addresses).toContain("192.168.88.100");
});

test("an action taken back leaves no trace, and done again leaves the same", () => {
  const timeline = begin();
  runTo(timeline, 12 * SECOND);
  act(timeline, cable(false));
  const once = timeline.inputs;
  runTo(timeline, 15 * SECOND);
  const before = everything(timeline);
  act(timeline, cable(true));
  const twice = timeline.inputs;
  runTo(timeline, 25 * SECOND);
  const after = everything(timeline);
  replaceInputs(timeline, once, 15 * SECOND);
  expect(everything(timeline)).toBe(before);
  replaceInputs(timeline, twice, 25 * SECOND);
  expect(everything(timeline)).toBe(after);
  const fresh = begin();
  runTo(fresh, 9 * SECOND);
  replaceInputs(timeline, [], 9 * SECOND);
  expect(worldToJson(timeline.world)).toBe(worldToJson(fresh.world));
});

test("a takeover can be followed back to the hand that pulled the cable", () => {
  const timeline = begin();
  runTo(timeline, 8 * SECOND);
  const before = timeline.world.lastEvent;
  act(timeline, cable(false));
  const input = before + 1;
  runTo(timeline, 9 * SECOND);
  const fault = timeline.trace.entries.find(
    ({ code, fields }) => code === "mark" && fields["state"] === "FAULT",
  );
  expect(causesOf(timeline.trace, fault?.event ?? 0).at(-1)).toBe(input);
});

test("a world survives being written down", () => {
  const timeline = begin();
  runTo(timeline, 9_300_000);
  const text = worldToJson(timeline.world);
  const copy = createTimeline(worldFromJson(text), timeline.machine);
  expect(worldToJson(copy.world)).toBe(text);
  runTo(copy, 20 * SECOND);
  runTo(timeline, 20 * SECOND);
  expect(worldToJson(copy.world)).toBe(worldToJson(timeline.world));
});

test("events come out by time, then in the order they were asked for, near and far", () => {
  const moment = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 9 * SECOND }));
  fc.assert(
    fc.property(fc.array(fc.tuple(moment, fc.boolean())), (steps) => {
      const queue = emptyQueue();
      const waiting: Event[] = [];
      let now = 0;
      const takeOne = (): void => {
        waiting.sort((a, b) => a.at - b.at || a.id - b.id);
        const next = pop(queue);
        expect(next).toEqual(waiting.shift());
        now = next?.at ?? now;
      };
      for (const [id, [delay, takes]] of steps.entries()) {
        const event = { kind: "input", at: now + delay, id, input: { kind: "heal" } } as const;
        push(queue, event);
        waiting.push(event);
        if (takes) takeOne();
      }
      while (waiting.length > 0) takeOne();
      expect(pop(queue)).toBeUndefined();
    }),
  );
});

test("a long run of many hosts keeps fewer copies of its beginning, and still goes back to it", () => {
  const hosts = Array.from({ length: 400 }, (_, index) => {
    const address = `10.0.${index >> 7}.${1 + (index & 127)}/16`;
    return {
      name: `node-${index}`,
      role: "node",
      interfaces: [{ name: "eth1", network: "lan", address }],
    } as const;
  });
  const scenario = {
    networks: [{ name: "lan" }],
    hosts,
    web: [],
    steps: [{ t: 61, host: "node-7", run: "ping 10.0.0.1" }],
  };
  const make = (): Timeline => {
    const machine = createMachine(programs);
    const simulation = buildSimulation(expandScenario(scenario), machine);
    return createTimeline(simulation.world, machine, simulation.trace);
  };
  const long = make();
  for (let at = 0; at < 300; at += 5) runTo(long, at * SECOND);
  expect(long.keyframes.length).toBeLessThan(40);
  expect(long.keyframes[0]?.world.now).toBe(0);
  for (const second of [64, 3, 250]) {
    const short = make();
    runTo(short, second * SECOND);
    runTo(long, second * SECOND);
    expect(worldToJson(long.world)).toBe(worldToJson(short.world));
  }
});

describe("the kernel's timer wheel rings late, never early (I231)", () => {
  test.each([
    ["ping -i 0.5: 125 jiffies and one bucket", 500_000, 512_000],
    ["below 64 jiffies to the jiffy", 200_000, 204_000],
    ["a SYN's first repeat", 1_000_000, 1_024_000],
    ["ARP's DELAY", 5_000_000, 5_120_000],
  ])("%s", (_name, delay, rings) => {
    expect(timerWheel(0, delay)).toBe(rings);
  });
});
