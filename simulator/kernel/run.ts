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
import type { Fields, FrameRecord, Trace, TraceCode } from "./trace.ts";
import type { World } from "./world.ts";

/** A frame's way through cable, switch and cable: as long as on the recorded wires. */
const HOP_US = 10;
/** Flooded copies leave the switch one after the other, which decides who answers first. */
const NEXT_COPY_US = 2;

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
    alarm: (host, deadline, kind, key) =>
      schedule(world, trace, { kind: "alarm", host: host.name, alarm: kind, key }, deadline),
    wake: (host, pid, reason, at = world.now) =>
      schedule(world, trace, { kind: "wake", host: host.name, pid, reason }, at),
    startUs: (program) => machine.startUs(program),
    record: (host, code, fields = {}) => record(world, trace, host, code, fields),
  };
  return { world, trace, machine, sim };
}

/** Puts a person's input into the queue at `at`: no event caused it. */
export function addInput(world: World, trace: Trace, at: number, input: Input): void {
  schedule(world, trace, { kind: "input", input }, at, 0);
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

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function schedule(
  world: World,
  trace: Trace,
  event: DistributiveOmit<Event, "at" | "id" | "cause">,
  at: number,
  cause = world.event,
): void {
  const id = ++world.lastEvent;
  trace.causes[id] = cause;
  const time = at > world.now ? Math.ceil(at) : world.now;
  push(world.queue, { ...event, at: time, id, cause } as Event);
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
  const sent: FrameRecord = {
    id: ++world.lastFrame,
    at: world.now,
    event: world.event,
    from: host.name,
    nic: nic.name,
    network: sw.name,
    frame,
    deliveries: [],
  };
  appendFrame(trace, sent);
  nic.traffic.txPackets++;
  nic.traffic.txBytes += frameLength(frame);
  for (const ring of nic.rings.values()) ring.push({ at: world.now, frame, way: "out" });
  if (port.loss > 0 && nextRandom(world) < port.loss) {
    sent.lost = { at: world.now, where: sw.name, reason: "loss" };
    return;
  }
  spread(world, trace, sw, port, sent);
}

/** Hands the frame to every port it leaves by, and says where it ended if it reached nobody. */
function spread(world: World, trace: Trace, sw: Switch, port: SwitchPort, sent: FrameRecord): void {
  const { out } = forwardFrame(sw, port.number, sent.frame, world.now);
  let at = world.now + HOP_US + port.delayUs;
  let walled = false;
  for (const target of out) {
    if (isWalled(sw, sent.from, target.host, sent.frame)) {
      walled = true;
      continue;
    }
    const mac = world.hosts.get(target.host)?.nics.get(target.nic)?.mac;
    const accepted = isGroupMac(sent.frame.destination) || sent.frame.destination === mac;
    sent.deliveries.push({ host: target.host, nic: target.nic, at, accepted });
    const { host, nic } = target;
    schedule(world, trace, { kind: "deliver", host, nic, frameId: sent.id, frame: sent.frame }, at);
    at += NEXT_COPY_US;
  }
  if (sent.deliveries.some((delivery) => delivery.accepted)) return;
  const reason = walled ? "partition" : "nobody-there";
  sent.lost = { at: world.now + HOP_US, where: sw.name, reason };
}

/** lo: what is sent arrives, without a wire to show it on. */
function loopBack(world: World, trace: Trace, host: Host, nic: Nic, frame: Frame): void {
  const event = { kind: "deliver", host: host.name, nic: nic.name, frameId: 0, frame } as const;
  schedule(world, trace, event, world.now + HOP_US);
}
