// What the instrument shows of the world at the cursor: each host's part, state and addresses, and
// who acts for which floating address. Pure functions; map, lanes, answers and tables read these.
import {
  type Host,
  masterDownUs,
  type VrrpInstance,
  vrrpInstances,
  type World,
} from "#sim/index.ts";

export type VrrpState = VrrpInstance["state"];

export interface NicView {
  readonly name: string;
  readonly network: string;
  /** Its own first address, floating ones aside. */
  readonly address: string;
  readonly mac: string;
  readonly plugged: boolean;
  readonly delayUs: number;
  /** Share of its frames that is lost, 0 to 1. */
  readonly loss: number;
}

export interface InstanceView {
  readonly name: string;
  readonly state: VrrpState;
  readonly routerId: number;
  /** Its last change of state. */
  readonly since: number;
  readonly priority: number;
  readonly addresses: readonly string[];
  /** How long it waits in silence before it takes over; microseconds. */
  readonly waitUs: number;
  readonly intervalUs: number;
  /** How that wait comes about: "3 × 1 s + (256 − 99) / 256 s = 3.613 s". */
  readonly formula: string;
  /** When its silence runs out, while it is BACKUP. */
  readonly deadline: number | undefined;
}

export interface HostView {
  readonly name: string;
  readonly role: Host["role"];
  readonly nics: readonly NicView[];
  readonly powered: boolean;
  /** keepalived's processes are stopped by a signal. */
  readonly frozen: boolean;
  readonly instances: readonly InstanceView[];
  /** Floating addresses on a card, and those that it owns quietly, on lo. */
  readonly holds: readonly string[];
  readonly quiet: readonly string[];
  /** A server's place in the acting director's table; undefined where there is no such service. */
  readonly pool: "in" | "out" | undefined;
  /** A web server runs here. */
  readonly serves: boolean;
}

export interface ClusterView {
  readonly now: number;
  readonly hosts: readonly HostView[];
  readonly networks: readonly string[];
  readonly vips: readonly string[];
}

export const CONFIGURATION = "/etc/keepalived/keepalived.conf";
const LOOPBACK = "lo";

/** The addresses that a keepalived.conf names; a figure that has not fetched the reader knows none. */
export type NamedAddresses = (text: string) => readonly string[];
const unread: NamedAddresses = () => [];

/** The floating addresses: those that the directors' files and daemons name. */
function floatingAddresses(
  world: World,
  named: NamedAddresses,
  known: readonly string[],
): string[] {
  const found = new Set(known);
  for (const host of world.hosts.values()) {
    if (host.role !== "director") continue;
    const text = host.files.get(CONFIGURATION)?.content;
    for (const address of text === undefined ? [] : named(text)) found.add(address);
    for (const address of addressesOfDaemons(host)) found.add(address);
  }
  return [...found];
}

/** What the running daemons were told to hold. */
export function addressesOfDaemons(host: Host): string[] {
  return vrrpInstances(host.processes.values()).flatMap(({ config }) =>
    config.addresses.map(({ address }) => address),
  );
}

/** `known`: floating addresses that stay so, though no daemon runs that names them. */
export function clusterOf(
  world: World,
  named: NamedAddresses = unread,
  known: readonly string[] = [],
): ClusterView {
  const vips = floatingAddresses(world, named, known);
  const isFloating = new Set(vips);
  const holders = [...world.hosts.values()].filter((host) =>
    cardsOf(host).some(({ addresses }) => addresses.some((own) => isFloating.has(own.address))),
  );
  const acting = holders.find(({ role }) => role === "director");
  return {
    now: world.now,
    hosts: [...world.hosts.values()].map((host) => hostView(world, host, isFloating, acting)),
    networks: [...world.switches.keys()],
    vips,
  };
}

function cardsOf(host: Host) {
  return [...host.nics.values()].filter(({ network }) => network !== undefined);
}

function hostView(
  world: World,
  host: Host,
  vips: ReadonlySet<string>,
  acting: Host | undefined,
): HostView {
  const cards = cardsOf(host);
  const floatingOn = (nic: Host["nics"] extends Map<string, infer N> ? N : never): string[] =>
    nic.addresses.map(({ address }) => address).filter((address) => vips.has(address));
  const lo = host.nics.get(LOOPBACK);
  const processes = [...host.processes.values()];
  return {
    name: host.name,
    role: host.role,
    nics: cards.map((nic) => {
      const port = world.switches.get(nic.network ?? "")?.ports.get(nic.port ?? -1);
      return {
        name: nic.name,
        network: nic.network ?? "",
        address: nic.addresses.find(({ address }) => !vips.has(address))?.address ?? "",
        mac: nic.mac,
        plugged: port?.up ?? false,
        delayUs: port?.delayUs ?? 0,
        loss: port?.loss ?? 0,
      };
    }),
    powered: host.powered,
    frozen: processes.some((each) => each.program.startsWith("keepalived") && each.frozen),
    instances: vrrpInstances(processes).map((each) => instanceView(host, each)),
    holds: cards.flatMap(floatingOn),
    quiet: lo === undefined ? [] : floatingOn(lo),
    pool: poolOf(host, acting),
    serves: processes.some(({ program }) => program === "nginx"),
  };
}

function instanceView(host: Host, instance: VrrpInstance): InstanceView {
  const process = [...host.processes.values()].find(({ program }) => program === "keepalived-vrrp");
  const { name, state, priority, config } = instance;
  return {
    name,
    state,
    routerId: config.virtualRouterId,
    since: instance.changedAt,
    priority,
    addresses: config.addresses.map(({ address }) => address),
    waitUs: masterDownUs(instance),
    intervalUs: config.advertIntervalUs,
    formula: formulaOf(instance),
    deadline: state === "BACKUP" ? process?.timers.get(`vrrp ${name}`) : undefined,
  };
}

/** RFC 3768 in whole seconds; RFC 5798 in parts of the master's interval. */
function formulaOf(instance: VrrpInstance): string {
  const { config, priority, masterIntervalUs } = instance;
  const interval = `${masterIntervalUs / 1_000_000} s`;
  const skew = config.version === 3 ? `× ${interval}` : "s";
  const wait = secondsText(masterDownUs(instance));
  return `${config.downTimerAdverts} × ${interval} + (256 − ${priority}) / 256 ${skew} = ${wait} s`;
}

/** A server is in when any service of the acting director would choose it. */
function poolOf(host: Host, acting: Host | undefined): HostView["pool"] {
  if (host.role !== "node" || acting === undefined || acting.ipvs.services.size === 0) {
    return undefined;
  }
  const own = new Set(cardsOf(host).flatMap(({ addresses }) => addresses.map((a) => a.address)));
  const isIn = [...acting.ipvs.services.values()].some(({ destinations }) =>
    destinations.some(({ address, weight }) => own.has(address) && weight > 0),
  );
  return isIn ? "in" : "out";
}

/** Worst first: what a host's box says when it runs several instances. */
const GRAVITY: readonly VrrpState[] = ["MASTER", "BACKUP", "FAULT", "INIT"];

/** MASTER if it is that anywhere; undefined when keepalived does not run. */
export function stateOf({ instances }: HostView): VrrpState | undefined {
  return GRAVITY.find((state) => instances.some((each) => each.state === state));
}

/** Which host's card has this address. */
export function hostWithMac({ hosts }: ClusterView, mac: string): HostView | undefined {
  return hosts.find(({ nics }) => nics.some((nic) => nic.mac === mac));
}

/** "…58:08" of 02:00:00:00:58:08. */
export function shortMac(mac: string): string {
  return `…${mac.slice(-5)}`;
}

/** Seconds with three decimals, as every time that names an event is written. */
export function secondsText(us: number, decimals = 3): string {
  return (us / 1_000_000).toFixed(decimals);
}
