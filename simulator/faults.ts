// The lab's own operations: Ctrl-C, cables, power, crashes, freezes, partitions, loss and delay.
import { typeCommand } from "./host/console.ts";
import type { Host, Nic } from "./host/host.ts";
import { removeAddress, setCarrier, setUp, addAddress, withBroadcast } from "./host/interface.ts";
import { addRoute } from "./host/route.ts";
import { INIT, killProcess, spawnProcess, writeFile } from "./host/system.ts";
import { EMPTY_FILTER } from "./host/filter.ts";
import { TUNNEL } from "./host/tunnel.ts";
import { emptyIpvs } from "./ipvs/state.ts";
import { assert } from "./kernel/assert.ts";
import type { Input } from "./kernel/input.ts";
import type { Sim } from "./kernel/sim.ts";
import { setPortUp, type SwitchPort } from "./switch.ts";

type Fault = Exclude<Input, { kind: "command" }>;

export function fault(input: Fault, sim: Sim): void {
  switch (input.kind) {
    case "interrupt":
      return interrupt(hostNamed(sim, input.host), sim);
    case "link":
      return setCable(hostNamed(sim, input.host), input.nic, input.up, sim);
    case "crash":
      return crash(hostNamed(sim, input.host), input.cables, sim);
    case "service":
      return setService(hostNamed(sim, input.host), input.on, sim);
    case "power":
      return setPower(hostNamed(sim, input.host), input.on, sim);
    case "freeze":
      return signalKeepalived(
        hostNamed(sim, input.host),
        input.frozen ? "SIGSTOP" : "SIGCONT",
        sim,
      );
    case "delay":
      return eachPort(sim, input.host, (port) => (port.delayUs = input.delayUs));
    case "loss":
      return eachPort(sim, input.host, (port) => (port.loss = input.share));
    case "partition":
      return build(input, sim);
    case "heal":
      for (const sw of sim.world.switches.values()) sw.walls = [];
      return;
    case "file":
      writeFile({ host: hostNamed(sim, input.host), sim }, input.path, input.content);
      return;
  }
}

function hostNamed(sim: Sim, name: string): Host {
  const host = sim.world.hosts.get(name);
  assert(host !== undefined, `no host ${name}`);
  return host;
}

function interrupt(host: Host, sim: Sim): void {
  const { running, labels } = host.console;
  if (running === undefined) return;
  sim.record(host, "console.interrupted", { label: labels.get(running) });
  // A terminal that is told INTR forgets what was typed ahead (termios, NOFLSH off).
  host.console.queue = [];
  killProcess({ host, sim }, running, "SIGINT");
}

/** The cable of one interface: both ends lose or gain their carrier. */
function setCable(host: Host, nicName: string, up: boolean, sim: Sim): void {
  const nic = host.nics.get(nicName);
  const port = nic === undefined ? undefined : portOf(nic, sim);
  if (nic === undefined || port === undefined) return;
  const sw = sim.world.switches.get(nic.network ?? "");
  if (sw !== undefined) setPortUp(sw, port, up && nic.up);
  if (host.powered) setCarrier(host, nic, up, sim);
}

function portOf(nic: Nic, sim: Sim): SwitchPort | undefined {
  return sim.world.switches.get(nic.network ?? "")?.ports.get(nic.port ?? -1);
}

/** All processes of keepalived die at once and say nothing more. */
function crash(host: Host, cables: boolean, sim: Sim): void {
  signalKeepalived(host, "SIGKILL", sim);
  if (!cables) return;
  for (const nic of host.nics.values()) {
    if (nic.network !== undefined) setCable(host, nic.name, false, sim);
  }
}

function setService(host: Host, on: boolean, sim: Sim): void {
  const system = { host, sim };
  const main = [...host.processes.values()].find(({ program }) => program === "keepalived");
  if (!on && main !== undefined) killProcess(system, main.pid, "SIGTERM");
  if (on && main === undefined && host.powered) {
    const files = new Map([0, 1, 2].map((fd) => [fd, { kind: "null" } as const]));
    const common = { parent: INIT, files, environment: {}, directory: "/" };
    spawnProcess(system, {
      program: "keepalived",
      argv: ["/usr/sbin/keepalived", "-D"],
      ...common,
    });
  }
  sim.record(host, "mark", { what: "service", on });
}

function signalKeepalived(host: Host, signal: "SIGKILL" | "SIGSTOP" | "SIGCONT", sim: Sim): void {
  const pids = [...host.processes.values()]
    .filter((process) => process.program.startsWith("keepalived"))
    .map((process) => process.pid)
    .reverse();
  for (const pid of pids) killProcess({ host, sim }, pid, signal);
  sim.record(host, "mark", { what: FAULT_MARKS[signal] });
}

const FAULT_MARKS = { SIGKILL: "crash", SIGSTOP: "freeze", SIGCONT: "thaw" } as const;

/** Without power RAM, /run, added addresses and `sysctl -w` are gone; with it the host boots. */
function setPower(host: Host, on: boolean, sim: Sim): void {
  if (host.powered === on) return;
  sim.record(host, "mark", { what: "power", on });
  if (!on) {
    forget(host, sim);
    eachPort(sim, host.name, (port, nic) => setPort(sim, nic, port, false));
    for (const nic of host.nics.values()) if (nic.network !== undefined) nic.carrier = false;
    host.powered = false;
    return;
  }
  host.powered = true;
  eachPort(sim, host.name, (port, nic) => setPort(sim, nic, port, true));
  for (const nic of host.nics.values()) {
    if (nic.network === undefined) continue;
    nic.carrier = true;
    setUp(host, nic, true, sim);
  }
  boot(host, sim);
}

function setPort(sim: Sim, nic: Nic, port: SwitchPort, up: boolean): void {
  const sw = sim.world.switches.get(nic.network ?? "");
  if (sw !== undefined) setPortUp(sw, port, up);
}

function forget(host: Host, sim: Sim): void {
  host.processes.clear();
  host.sockets.clear();
  host.taps = [];
  host.tcp.byTuple.clear();
  host.tcp.listeners.clear();
  host.tcp.portUse.clear();
  host.pipes.clear();
  host.groups.clear();
  host.reports.clear();
  host.sysctl.clear();
  host.filter = EMPTY_FILTER;
  host.redirects.clear();
  host.detours.clear();
  host.masquerades.clear();
  host.nics.delete(TUNNEL);
  host.counters.clear();
  Object.assign(host.ipvs, emptyIpvs());
  host.console.running = undefined;
  host.console.queue = [];
  host.console.labels.clear();
  host.console.shell = undefined;
  host.console.prompt = undefined;
  for (const [path, file] of host.files) if (file.volatile === true) host.files.delete(path);
  for (const nic of host.nics.values()) {
    nic.neighbours.clear();
    for (const own of nic.addresses) {
      if (!isConfigured(host, nic, own.address)) {
        removeAddress(host, nic.name, own.address, own.prefix, sim);
      }
    }
  }
}

/** What /etc/network holds: the addresses and routes that the host was built with. */
function isConfigured(host: Host, nic: Nic, address: string): boolean {
  return host.boot.addresses.some((own) => own.nic === nic.name && own.address === address);
}

function boot(host: Host, sim: Sim): void {
  for (const { nic, address, prefix } of host.boot.addresses) {
    if (nic !== "lo") addAddress(host, nic, withBroadcast(address, prefix), sim);
  }
  for (const [name, value] of Object.entries(host.boot.sysctl)) host.sysctl.set(name, value);
  for (const route of host.boot.routes) addRoute(host, route);
  const enabled = [...host.files.keys()].flatMap((path) => {
    const name = /^\/etc\/systemd\/system\/multi-user\.target\.wants\/(.+)\.service$/.exec(
      path,
    )?.[1];
    return name === undefined ? [] : [`systemctl start ${name}`];
  });
  for (const line of new Set([...host.boot.commands, ...enabled])) {
    typeCommand(host, { line, label: "boot", background: true }, sim);
  }
}

function eachPort(sim: Sim, hostName: string, change: (port: SwitchPort, nic: Nic) => void): void {
  for (const nic of hostNamed(sim, hostName).nics.values()) {
    const port = portOf(nic, sim);
    if (port !== undefined) change(port, nic);
  }
}

/** Walls between the hosts named: each from all others of the list, or from the first only. */
function build(input: Extract<Fault, { kind: "partition" }>, sim: Sim): void {
  const [first, ...others] = input.hosts;
  if (first === undefined) return;
  for (const sw of sim.world.switches.values()) {
    const there = { from: [first], to: others, protocol: input.protocol };
    const back = { from: others, to: [first], protocol: input.protocol };
    sw.walls = [...sw.walls, there, ...(input.oneWay ? [] : [back])];
  }
}
