// Builds a world from a written-out scenario: hosts with their interfaces, routes and files, the
// switches between them, and the web servers that run from the start.
import { addAddress, withBroadcast } from "./host/interface.ts";
import type { BootPlan, FileRecord, Host, Nic } from "./host/host.ts";
import type { OpenFile } from "./host/process.ts";
import { firstReachableTime } from "./host/reachable-time.ts";
import { addRoute } from "./host/route.ts";
import { firstPort } from "./host/ports.ts";
import { INIT, spawnProcess } from "./host/system.ts";
import { EMPTY_FILTER } from "./host/filter.ts";
import { NGINX_CONFIGURATION, NGINX_DEFAULT } from "./programs/nginx-configuration.ts";
import { nginxCommand } from "./programs/nginx-start.ts";
import { emptyIpvs } from "./ipvs/state.ts";
import type { OperationStep, RunStep } from "./scenario.ts";
import type { ExpandedHost, ExpandedScenario } from "./scenario.ts";
import { emptyQueue } from "./kernel/queue.ts";
import { nextRandom } from "./kernel/random.ts";
import { addInput, createSimulation, type Machine, type Simulation } from "./kernel/run.ts";
import { cutTrace, emptyTrace } from "./kernel/trace.ts";
import type { Input } from "./kernel/input.ts";
import type { World } from "./kernel/world.ts";
import { timerWheel } from "./kernel/wheel.ts";
import type { Switch } from "./switch.ts";
import { ZERO_MAC } from "./wire/address.ts";

/** The first process of a recorded host's daemons is number 32. */
const LAST_PID = 31;
const REACHABLE_EVERY_US = 300_000_000;
/** Recorded between two hosts' commands of the same moment, as a rule. */
const APART_US = 500;

/** A simulation at time 0, with the scenario's steps in its queue. */
export function buildSimulation(scenario: ExpandedScenario, machine: Machine): Simulation {
  const world: World = {
    now: 0,
    event: 0,
    lastEvent: 0,
    lastFrame: 0,
    random: scenario.seed >>> 0,
    startEpoch: scenario.start,
    queue: emptyQueue(),
    hosts: new Map(),
    switches: new Map(scenario.networks.map((name) => [name, emptySwitch(name)])),
    draws: Object.freeze([...scenario.draws]),
  };
  const simulation = createSimulation(world, emptyTrace(), machine);
  for (const expanded of scenario.hosts) buildHost(expanded, simulation);
  for (const [index, step] of scenario.steps.entries()) {
    const input = inputOfStep(step, String(index), world);
    addInput(world, simulation.trace, beginsAt(scenario, index), input);
  }
  return simulation;
}

/** Commands of one moment on several hosts begin one after the other: no two machines are as one. */
function beginsAt({ steps }: ExpandedScenario, index: number): number {
  const { t } = steps[index]!;
  const before = steps.slice(0, index).filter((each) => each.t === t && "run" in each);
  return Math.round(t * 1_000_000) + ("run" in steps[index]! ? before.length * APART_US : 0);
}

function emptySwitch(name: string): Switch {
  return { name, ports: new Map(), learned: new Map(), walls: [] };
}

function buildHost(expanded: ExpandedHost, { world, sim, trace }: Simulation): void {
  const host = emptyHost(expanded, world);
  world.hosts.set(host.name, host);
  host.nics.set("lo", loopback());
  addAddress(host, "lo", { address: "127.0.0.1", prefix: 8, scope: "host" }, sim);
  for (const [index, plan] of expanded.interfaces.entries()) {
    host.nics.set(plan.name, buildNic(plan, index + 2, world, host.name));
    addAddress(host, plan.name, withBroadcast(plan.address, plan.prefix), sim);
    const refresh = timerWheel(0, REACHABLE_EVERY_US);
    sim.alarm(host, refresh, "reachable-time", plan.name);
  }
  for (const route of host.boot.routes) addRoute(host, route);
  for (const [name, value] of Object.entries(host.boot.sysctl)) host.sysctl.set(name, value);
  if (expanded.web) startWebServer(host, sim);
  // Being built is no event of the run.
  trace.nextEntry = 0;
  cutTrace(trace, world.lastEvent);
}

function emptyHost(expanded: ExpandedHost, world: World): Host {
  return {
    name: expanded.name,
    role: expanded.role,
    powered: true,
    nics: new Map(),
    routes: [],
    sysctl: new Map(),
    files: filesOf(expanded, world),
    processes: new Map(),
    lastPid: LAST_PID,
    pipes: new Map(),
    lastPipe: 0,
    sockets: new Map(),
    lastSocket: 0,
    taps: [],
    tcp: { byTuple: new Map(), listeners: new Map(), portUse: new Map() },
    nextPort: firstPort({ random: () => nextRandom(world) }),
    log: undefined,
    accessLog: undefined,
    console: {
      running: undefined,
      queue: [],
      labels: new Map(),
      shell: undefined,
      prompt: undefined,
    },
    filter: EMPTY_FILTER,
    ipvs: emptyIpvs(),
    counters: new Map(),
    groups: new Map(),
    reports: new Map(),
    icmpCredit: new Map(),
    redirects: new Map(),
    detours: new Map(),
    masquerades: new Map(),
    packetIds: new Map(),
    boot: bootPlan(expanded),
  };
}

function bootPlan(expanded: ExpandedHost): BootPlan {
  const { gateway, interfaces } = expanded;
  const out = interfaces[0]?.name ?? "lo";
  const toGateway = interfaces.find((nic) => gateway?.startsWith(prefixText(nic.address)));
  const nic = toGateway?.name ?? out;
  const scope = "global" as const;
  const common = { destination: "0.0.0.0", prefix: 0, scope, protocol: "boot", metric: 0 } as const;
  return Object.freeze({
    addresses: interfaces.map(({ name, address, prefix }) => ({ nic: name, address, prefix })),
    routes: gateway === undefined ? [] : [{ ...common, nic, via: gateway }],
    sysctl: expanded.sysctl,
    commands: expanded.web ? ["systemctl start nginx"] : [],
  });
}

const OS_RELEASE = [
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
  'NAME="Debian GNU/Linux"',
  'VERSION_ID="12"',
  'VERSION="12 (bookworm)"',
  "VERSION_CODENAME=bookworm",
  "ID=debian",
  "",
].join("\n");

/** "192.168.88." of 192.168.88.8: the topologies use /24 throughout. */
function prefixText(address: string): string {
  return address.slice(0, address.lastIndexOf(".") + 1);
}

function filesOf(expanded: ExpandedHost, world: World): Map<string, FileRecord> {
  const own = expanded.interfaces[0]?.address ?? "";
  const contents: Record<string, string> = {
    "/etc/hostname": `${expanded.name}\n`,
    "/etc/os-release": OS_RELEASE,
    "/etc/hosts": `127.0.0.1\tlocalhost\n${own}\t${expanded.name}\n`,
    ...(expanded.role === "node" && { "/var/www/index.html": `${own}\n` }),
    [NGINX_CONFIGURATION]: NGINX_DEFAULT,
    ...(expanded.keepalivedOptions !== "-D" && {
      "/etc/sysconfig/keepalived": `KEEPALIVED_OPTIONS="${expanded.keepalivedOptions}"\n`,
    }),
    ...expanded.files,
  };
  const modified = world.startEpoch;
  return new Map(
    Object.entries(contents).map(([path, content]) => [
      path,
      Object.freeze({ content, modified, mode: content.startsWith("#!") ? 0o755 : 0o644 }),
    ]),
  );
}

function loopback(): Nic {
  return {
    name: "lo",
    index: 1,
    mac: ZERO_MAC,
    mtu: 65536,
    up: true,
    carrier: true,
    addresses: [],
    neighbours: new Map(),
    traffic: { rxPackets: 0, rxBytes: 0, txPackets: 0, txBytes: 0 },
    rings: new Map(),
    reachableUs: 30_000_000,
    arp: true,
  };
}

/** An interface, plugged into the next free port of its switch. */
function buildNic(
  plan: ExpandedHost["interfaces"][number],
  index: number,
  world: World,
  host: string,
): Nic {
  const ports = world.switches.get(plan.network)?.ports;
  const port = (ports?.size ?? 0) + 1;
  ports?.set(port, { number: port, host, nic: plan.name, up: true, delayUs: 0, loss: 0 });
  return {
    name: plan.name,
    index,
    mac: plan.mac,
    mtu: 1500,
    up: true,
    carrier: true,
    network: plan.network,
    port,
    addresses: [],
    neighbours: new Map(),
    traffic: { rxPackets: 0, rxBytes: 0, txPackets: 0, txBytes: 0 },
    rings: new Map(),
    reachableUs: firstReachableTime(world, host, plan.name),
    arp: true,
  };
}

function startWebServer(host: Host, sim: Simulation["sim"]): void {
  const files = new Map<number, OpenFile>([0, 1, 2].map((fd) => [fd, { kind: "null" }]));
  const common = { parent: INIT, files, environment: {}, directory: "/", delayUs: 0 };
  spawnProcess({ host, sim }, { program: "nginx", argv: nginxCommand(), ...common });
}

/** What a scenario's step does; `label` names a command's output in the trace. */
export function inputOfStep(step: RunStep | OperationStep, label: string, world: World): Input {
  if ("run" in step) {
    const { host, run: line, bg: background = false, prompt } = step;
    return { kind: "command", host, line, label, background, ...(prompt === true && { prompt }) };
  }
  switch (step.op) {
    case "link-down":
    case "link-up": {
      const nics = [...(world.hosts.get(step.host)?.nics.keys() ?? [])];
      const nic = step.dev ?? nics.find((name) => name !== "lo") ?? "";
      return { kind: "link", host: step.host, nic, up: step.op === "link-up" };
    }
    case "crash":
      return { kind: "crash", host: step.host, cables: step.power === true };
    case "power-off":
    case "power-on":
      return { kind: "power", host: step.host, on: step.op === "power-on" };
    case "reboot":
      return { kind: "power", host: step.host, on: false };
    case "freeze":
    case "thaw":
      return { kind: "freeze", host: step.host, frozen: step.op === "freeze" };
    case "delay":
      return { kind: "delay", host: step.host, delayUs: step.ms * 1000 };
    case "loss":
      return { kind: "loss", host: step.host, share: step.share };
    case "isolate":
    case "isolate-vrrp": {
      const protocol = step.op === "isolate" ? "all" : "vrrp";
      return { kind: "partition", hosts: step.hosts, oneWay: step.oneway === true, protocol };
    }
    case "heal":
      return { kind: "heal" };
    case "save":
      return { kind: "file", host: step.host, path: step.path, content: step.content };
  }
}
