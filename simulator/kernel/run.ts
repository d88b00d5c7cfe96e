// Runs the world: takes the next event, gives it to the machine, and keeps the trace. What an
// event means is the machine's business (`machine.ts`); this file knows only time and causes.
import type { Host, Nic } from "../host/host.ts";
import type { Wake } from "../host/process.ts";
import { forwardFrame, isWalled, type Switch, type SwitchPort } from "../switch.ts";
import { isGroupMac } from "../wire/address.ts";
import { type Frame, frameLength } from "../wire/ethernet.ts";
import { assert, unreachable } from "./assert.ts";
import type { Input } from "./input.ts";
import { type AlarmKind, type Event, peek, pop, push } from "./queue.ts";
import { nextRandom } from "./random.ts";
import type { Sim } from "./sim.ts";
import { appendEntry, appendFrame } from "./trace.ts";
import type { Delivery, Fields, FrameRecord, Trace, TraceCode } from "./trace.ts";
import type { World } from "./world.ts";

/** A frame's way through cable, switch and cable: as long as on the recorded wires. */
export const HOP_US = 10;
/** Flooded copies leave the switch one after the other, which decides who answers first. */
const NEXT_COPY_US = 2;
const NO_PORTS: readonly SwitchPort[] = [];

/** What the events mean. */
export interface Machine {
  deliver(host: Host, nic: Nic, frame: Frame, sim: Sim): void;
  alarm(host: Host, kind: AlarmKind, key: string, sim: Sim): void;
  wake(host: Host, pid: number, reason: Wake, sim: Sim): void;
  input(input: Input, sim: Sim): void;
  startUs(program: string): number | undefined;
}

export interface Simulation {
  readonly world: World;
  readonly trace: Trace;
  readonly machine: Machine;
  readonly sim: Sim;
}

export function createSimulation(world: World, trace: Trace, machine: Machine): Simulation {
  const sim: Sim = {
    world,
    get now() {
      return world.now;
    },
    random: () => nextRandom(world),
    transmit: (host, nic, frame) => transmit(world, trace, host, nic, frame),
    alarm(host, deadline, alarm, key) {
      const at = eventTime(world, deadline);
      const id = nextEvent(world, trace, world.event);
      push(world.queue, { kind: "alarm", at, id, host: host.name, alarm, key });
    },
    wake(host, pid, reason, when = world.now) {
      const at = eventTime(world, when);
      const id = nextEvent(world, trace, world.event);
      push(world.queue, { kind: "wake", at, id, host: host.name, pid, reason });
    },
    startUs: (program) => machine.startUs(program),
    record: (host, code, fields = {}) => record(world, trace, host, code, fields),
  };
  return { world, trace, machine, sim };
}

/** Puts a person's input into the queue at `at`: no event caused it. */
export function addInput(world: World, trace: Trace, when: number, input: Input): void {
  const at = eventTime(world, when);
  push(world.queue, { kind: "input", at, id: nextEvent(world, trace, 0), input });
}

/** Handles the next event if it is due by `until`; false when there is none. */
export function step(simulation: Simulation, until: number): boolean {
  const { world } = simulation;
  const next = peek(world.queue);
  if (next === undefined || next.at > until) return false;
  pop(world.queue);
  world.now = next.at;
  world.event = next.id;
  handle(simulation, next);
  return true;
}

/** Runs until virtual time `until`, which is then the time even if nothing happens at it. */
export function run(simulation: Simulation, until: number): void {
  while (step(simulation, until));
  if (simulation.world.now < until) simulation.world.now = until;
}

function handle({ world, trace, machine, sim }: Simulation, event: Event): void {
  switch (event.kind) {
    case "input":
      return machine.input(event.input, sim);
    case "alarm":
      return machine.alarm(hostNamed(world, event.host), event.alarm, event.key, sim);
    case "wake":
      return machine.wake(hostNamed(world, event.host), event.pid, event.reason, sim);
    case "deliver": {
      const host = hostNamed(world, event.host);
      const nic = host.nics.get(event.nic);
      assert(nic !== undefined, `no interface ${event.nic} on ${event.host}`);
      if (!host.powered || !nic.up || (event.nic !== "lo" && !nic.carrier)) {
        return record(world, trace, host, "drop.interface-down", { frame: event.frameId });
      }
      return machine.deliver(host, nic, event.frame, sim);
    }
    default:
      unreachable(event);
  }
}

function hostNamed(world: World, name: string): Host {
  const host = world.hosts.get(name);
  assert(host !== undefined, `no host ${name}`);
  return host;
}

/** Gives the next event its number and notes which one asked for it; 0 for none. */
function nextEvent(world: World, trace: Trace, cause: number): number {
  const id = ++world.lastEvent;
  trace.causes[id] = cause;
  return id;
}

/** Whole microseconds, and never in the past. */
function eventTime(world: World, at: number): number {
  return at > world.now ? Math.ceil(at) : world.now;
}

function record(world: World, trace: Trace, host: Host, code: TraceCode, fields: Fields): void {
  appendEntry(trace, { at: world.now, event: world.event, host: host.name, code, fields });
}

function transmit(world: World, trace: Trace, host: Host, nic: Nic, frame: Frame): void {
  if (nic.network === undefined) return loopBack(world, trace, host, nic, frame);
  if (!nic.up || !nic.carrier) {
    return record(world, trace, host, "drop.no-carrier", { nic: nic.name });
  }
  const sw = world.switches.get(nic.network);
  const port = sw?.ports.get(nic.port ?? -1);
  assert(sw !== undefined && port !== undefined, `${host.name} ${nic.name} is plugged in nowhere`);
  const id = ++world.lastFrame;
  nic.traffic.txPackets++;
  nic.traffic.txBytes += frameLength(frame);
  for (const ring of nic.rings.values()) ring.push({ at: world.now, frame, way: "out" });
  const isLost = port.loss > 0 && nextRandom(world) < port.loss;
  const out = isLost ? NO_PORTS : forwardFrame(sw, port.number, frame, world.now);
  const reached = sw.walls.length === 0 ? out : beyondWalls(sw, host, out, frame);
  const first = Math.ceil(world.now + HOP_US + port.delayUs);
  const deliveries = reached.map((target, copy) =>
    delivery(world, target, frame, first + copy * NEXT_COPY_US),
  );
  const at = world.now;
  const sent: FrameRecord = {
    id,
    at,
    event: world.event,
    from: host.name,
    nic: nic.name,
    network: sw.name,
    frame,
    deliveries,
  };
  if (isLost) {
    appendFrame(trace, { ...sent, lost: { at, where: sw.name, reason: "loss" } });
  } else if (deliveries.some(({ accepted }) => accepted)) {
    appendFrame(trace, sent);
  } else {
    const reason = reached.length < out.length ? "partition" : "nobody-there";
    appendFrame(trace, { ...sent, lost: { at: at + HOP_US, where: sw.name, reason } });
  }
  for (const { host, nic, at } of deliveries) {
    const id = nextEvent(world, trace, world.event);
    push(world.queue, { kind: "deliver", at, id, host, nic, frameId: sent.id, frame });
  }
}

function beyondWalls(
  sw: Switch,
  from: Host,
  out: readonly SwitchPort[],
  frame: Frame,
): readonly SwitchPort[] {
  return out.filter((target) => !isWalled(sw, from.name, target.host, frame));
}

/** A copy of a frame that leaves the switch by `port`, to be there at `at`. */
function delivery(world: World, { host, nic }: SwitchPort, frame: Frame, at: number): Delivery {
  const mac = world.hosts.get(host)?.nics.get(nic)?.mac;
  const accepted = isGroupMac(frame.destination) || frame.destination === mac;
  return { host, nic, at, accepted };
}

/** lo: what is sent arrives, without a wire to show it on. */
function loopBack(world: World, trace: Trace, host: Host, nic: Nic, frame: Frame): void {
  const at = world.now + HOP_US;
  const id = nextEvent(world, trace, world.event);
  push(world.queue, {
    kind: "deliver",
    at,
    id,
    host: host.name,
    nic: nic.name,
    frameId: 0,
    frame,
  });
}
