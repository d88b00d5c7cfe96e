// Interfaces: addresses and links, and the kernel's news of them (netlink) to the daemons that
// listen. Left out: promiscuous mode, VLANs, address lifetimes.
import type { Sim } from "../kernel/sim.ts";
import { broadcastOf, inSubnet, type Ip } from "../wire/address.ts";
import type { Host, InterfaceAddress, Nic } from "./host.ts";
import { setPortUp } from "../switch.ts";
import { tellGroupsAgain } from "./igmp.ts";
import { flushNeighbours } from "./neighbour.ts";
import type { Wake } from "./process.ts";
import { addRoute, connectedRoute, removeRoutes } from "./route.ts";

/** Programs that listen to netlink. */
const NETLINK_LISTENERS: readonly string[] = ["keepalived-vrrp", "keepalived-healthcheckers"];
/** From a change to the listener's reading of it: the recorded order of log lines. */
const NETLINK_US = 100;
/** Carrier changes are noticed late (recorded: cable pulled to log line 14 ms). */
const CARRIER_NEWS_US = 14_000;

export interface NewAddress {
  readonly address: Ip;
  readonly prefix: number;
  readonly broadcast?: Ip;
  readonly scope?: InterfaceAddress["scope"];
  readonly label?: string;
  /** The daemon that put it there. */
  readonly owner?: string;
}

/** `ip addr add`: sends no ARP by itself (I55). */
export function addAddress(
  host: Host,
  nicName: string,
  wanted: NewAddress,
  sim: Sim,
): "ok" | "exists" | "no-device" {
  const nic = host.nics.get(nicName);
  if (nic === undefined) return "no-device";
  const { address, prefix } = wanted;
  if (nic.addresses.some((own) => own.address === address && own.prefix === prefix)) {
    return "exists";
  }
  const secondary = nic.addresses.some(
    (own) => own.prefix === prefix && prefix < 32 && inSubnet(address, own.address, prefix),
  );
  const added: InterfaceAddress = Object.freeze({
    ...wanted,
    scope: wanted.scope ?? "global",
    secondary,
    label: wanted.label ?? nicName,
  });
  nic.addresses = Object.freeze(inserted(nic.addresses, added));
  const route = connectedRoute(nic, added);
  if (route !== undefined && nic.up) addRoute(host, route);
  announce(host, { kind: "netlink", change: "address-added", nic: nicName, address }, sim);
  sim.record(host, "mark", { what: "address-added", address, nic: nicName });
  return "ok";
}

/** The kernel's list: primaries by scope, the narrowest first, then the secondaries (measured). */
function inserted(
  addresses: readonly InterfaceAddress[],
  added: InterfaceAddress,
): InterfaceAddress[] {
  if (added.secondary) return [...addresses, added];
  const rank = ({ scope }: InterfaceAddress): number => SCOPES.indexOf(scope);
  const at = addresses.findLastIndex((own) => !own.secondary && rank(own) <= rank(added)) + 1;
  return addresses.toSpliced(at, 0, added);
}

const SCOPES: readonly InterfaceAddress["scope"][] = ["host", "link", "global"];

/** `ip addr del`; without a prefix the first such address goes. False when there is none. */
export function removeAddress(
  host: Host,
  nicName: string,
  address: Ip,
  prefix: number | undefined,
  sim: Sim,
): boolean {
  const nic = host.nics.get(nicName);
  const found = nic?.addresses.find(
    (own) => own.address === address && (prefix === undefined || own.prefix === prefix),
  );
  if (nic === undefined || found === undefined) return false;
  const kept = withoutAddress(nic.addresses, found);
  const gone = nic.addresses.filter((own) => own !== found && !kept.includes(own));
  nic.addresses = Object.freeze(kept);
  const route = connectedRoute(nic, found);
  if (route !== undefined) {
    removeRoutes(host, (other) => other.source === address && other.nic === nicName);
  }
  if (kept.length === 0) {
    // Without an address an interface speaks no IP: its routes and neighbours go (measured).
    removeRoutes(host, (other) => other.nic === nicName);
    flushNeighbours(host, nic, sim);
  }
  // Its secondaries go, and are told of, before it (measured).
  for (const { address } of [...gone, found]) {
    announce(host, { kind: "netlink", change: "address-removed", nic: nicName, address }, sim);
    sim.record(host, "mark", { what: "address-removed", address, nic: nicName });
  }
  return true;
}

/** A primary takes its secondaries with it (promote_secondaries is 0 in these recordings). */
function withoutAddress(
  addresses: readonly InterfaceAddress[],
  gone: InterfaceAddress,
): InterfaceAddress[] {
  return addresses.filter((own) => {
    if (own === gone) return false;
    if (gone.secondary || !own.secondary || own.prefix !== gone.prefix) return true;
    return !inSubnet(own.address, gone.address, gone.prefix);
  });
}

/** The address a /24 on a device gets from `ip addr add … brd +`, which the recordings' hosts have. */
export function withBroadcast(address: Ip, prefix: number): NewAddress {
  return prefix < 31
    ? { address, prefix, broadcast: broadcastOf(address, prefix) }
    : { address, prefix };
}

/** The cable: carrier comes or goes, and the daemons hear of it a little later. */
export function setCarrier(host: Host, nic: Nic, carrier: boolean, sim: Sim): void {
  if (nic.carrier === carrier) return;
  nic.carrier = carrier;
  // Without a carrier the neighbours are forgotten (recorded: lvs-o-loop-link).
  if (!carrier) flushNeighbours(host, nic, sim);
  sim.record(host, "mark", { what: "carrier", nic: nic.name, up: carrier });
  if (nic.up) {
    const change = carrier ? "link-up" : "link-down";
    announce(host, { kind: "netlink", change, nic: nic.name }, sim, CARRIER_NEWS_US);
  }
}

/**
 * `ip link set … up|down`: down takes the routes away, up brings back the connected ones (I201). The
 * switch's end of the cable has no carrier meanwhile: nothing is sent there (measured).
 */
export function setUp(host: Host, nic: Nic, up: boolean, sim: Sim): void {
  if (nic.up === up) return;
  nic.up = up;
  sim.record(host, "mark", { what: "link", nic: nic.name, up });
  const sw = sim.world.switches.get(nic.network ?? "");
  const port = sw?.ports.get(nic.port ?? -1);
  if (sw !== undefined && port !== undefined) setPortUp(sw, port, up && nic.carrier);
  if (up) {
    for (const own of nic.addresses) {
      const route = connectedRoute(nic, own);
      if (route !== undefined) addRoute(host, route);
    }
    tellGroupsAgain(host, nic, sim);
  } else {
    removeRoutes(host, (route) => route.nic === nic.name);
    flushNeighbours(host, nic, sim);
  }
  if (nic.carrier) {
    announce(host, { kind: "netlink", change: up ? "link-up" : "link-down", nic: nic.name }, sim);
  }
}

function announce(host: Host, news: Wake, sim: Sim, afterUs = NETLINK_US): void {
  for (const process of host.processes.values()) {
    if (!NETLINK_LISTENERS.includes(process.program)) continue;
    sim.wake(host, process.pid, news, sim.now + afterUs);
  }
}
