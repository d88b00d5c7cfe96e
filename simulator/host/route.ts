// Where a packet goes: the local table (made from the addresses) first, then the longest match in
// the main table. Left out: policy rules, metrics beyond order, multipath.
import { broadcastOf, inSubnet, type Ip, ipNumber, maskOf, networkOf } from "../wire/address.ts";
import type { Host, InterfaceAddress, Nic, Route } from "./host.ts";

export type RouteResult =
  | { readonly kind: "local"; readonly nic: Nic; readonly source: Ip }
  | { readonly kind: "broadcast"; readonly nic: Nic; readonly source: Ip }
  | {
      readonly kind: "unicast";
      readonly nic: Nic;
      /** The gateway; undefined when the destination itself is the neighbour. */
      readonly via: Ip | undefined;
      readonly source: Ip;
    };

/** What a host's addresses and routes say of an address, worked out once and kept. */
interface Answers {
  readonly routes: readonly Route[];
  readonly nics: readonly Pick<Nic, "up" | "addresses">[];
  /** The interface that an address is configured on. */
  readonly own: ReadonlyMap<Ip, Nic>;
  /** What stands for whole subnets: the addresses on lo, as number and mask (I44). */
  readonly wide: readonly { readonly nic: Nic; readonly network: number; readonly mask: number }[];
  readonly ways: Map<Ip, RouteResult | undefined>;
}

/** No host speaks to more at a time than are worth keeping. */
const MOST_ANSWERS = 4_096;
/** By host. Only what follows from the host's own data is kept, so copies need not have it. */
const ANSWERS = new WeakMap<Host, Answers>();

function answersOf(host: Host): Answers {
  const kept = ANSWERS.get(host);
  if (kept !== undefined && stillHold(host, kept)) return kept;
  const nics = [...host.nics.values()].map(({ up, addresses }) => ({ up, addresses }));
  const up = [...host.nics.values()].filter((nic) => nic.up);
  const own = new Map<Ip, Nic>();
  for (const nic of up) {
    for (const { address } of nic.addresses) if (!own.has(address)) own.set(address, nic);
  }
  const answers = { routes: host.routes, nics, own, wide: up.flatMap(subnetsOn), ways: new Map() };
  ANSWERS.set(host, answers);
  return answers;
}

function subnetsOn(nic: Nic): Answers["wide"] {
  if (nic.name !== "lo") return [];
  return nic.addresses
    .filter(({ prefix }) => prefix < 32)
    .map(({ address, prefix }) => {
      return { nic, network: ipNumber(address) & maskOf(prefix), mask: maskOf(prefix) };
    });
}

/** Lists of addresses and routes are never written to: a change makes a new list. */
function stillHold(host: Host, { routes, nics, ways }: Answers): boolean {
  if (host.routes !== routes || host.nics.size !== nics.length) return false;
  if (ways.size > MOST_ANSWERS) return false;
  let index = 0;
  for (const nic of host.nics.values()) {
    const seen = nics[index++];
    if (nic.up !== seen?.up || nic.addresses !== seen.addresses) return false;
  }
  return true;
}

/** The route to `destination`, or undefined when the network is unreachable. */
export function routeTo(host: Host, destination: Ip): RouteResult | undefined {
  const { ways } = answersOf(host);
  let way = ways.get(destination);
  if (way === undefined && !ways.has(destination)) {
    way = findRoute(host, destination);
    ways.set(destination, way);
  }
  const detour = host.detours.size === 0 ? undefined : host.detours.get(destination);
  return detour !== undefined && way?.kind === "unicast" ? { ...way, via: detour.via } : way;
}

function findRoute(host: Host, destination: Ip): RouteResult | undefined {
  const local = localRoute(host, destination);
  if (local !== undefined) return local;
  const route = longestMatch(host, destination);
  const nic = route === undefined ? undefined : host.nics.get(route.nic);
  if (route === undefined || nic === undefined) return undefined;
  const source = route.source ?? selectSource(host, nic, route.via ?? destination);
  return source === undefined ? undefined : { kind: "unicast", nic, via: route.via, source };
}

/** Whether a packet to `ip` belongs to this host: any address, on any interface (I45). */
export function isLocalAddress(host: Host, ip: Ip): boolean {
  return ownerOf(host, ip) !== undefined;
}

/**
 * Whether `ip` itself is configured here. A packet from such an address is a martian; one from the
 * rest of a subnet that stands on lo is not, although it counts as local (I44, recorded: lvs-b3).
 */
export function hasAddress(host: Host, ip: Ip): boolean {
  return answersOf(host).own.has(ip);
}

/** The first interface, in kernel order, on which an address counts as local: lo before others. */
function ownerOf(host: Host, ip: Ip): Nic | undefined {
  const { own, wide } = answersOf(host);
  const number = ipNumber(ip);
  const subnet = wide.find(({ network, mask }) => (number & mask) === network);
  return subnet?.nic ?? own.get(ip);
}

function localRoute(host: Host, destination: Ip): RouteResult | undefined {
  const owner = ownerOf(host, destination);
  const lo = host.nics.get("lo");
  if (owner !== undefined && lo !== undefined) {
    return { kind: "local", nic: lo, source: localSource(owner, destination) };
  }
  for (const nic of host.nics.values()) {
    if (nic.name === "lo" || !nic.up) continue;
    for (const own of nic.addresses) {
      const isBroadcast = own.prefix < 31 && broadcastOf(own.address, own.prefix) === destination;
      if (isBroadcast) return { kind: "broadcast", nic, source: own.address };
    }
  }
  return undefined;
}

/** A secondary address's route names the primary of its subnet as source (recorded: lvs-a-dr). */
function localSource(nic: Nic, address: Ip): Ip {
  const own = nic.addresses.find((each) => each.address === address);
  if (own?.secondary !== true) return address;
  const primary = nic.addresses.find(
    (each) => !each.secondary && inSubnet(address, each.address, each.prefix),
  );
  return primary?.address ?? address;
}

function longestMatch(host: Host, destination: Ip): Route | undefined {
  let best: Route | undefined;
  for (const route of host.routes) {
    if (!inSubnet(destination, route.destination, route.prefix)) continue;
    if (host.nics.get(route.nic)?.up !== true) continue;
    const longer = best === undefined || route.prefix > best.prefix;
    if (longer || (route.prefix === best?.prefix && route.metric < best.metric)) best = route;
  }
  return best;
}

/** Linux `inet_select_addr`: a primary of the target's subnet, else the first primary at all. */
export function selectSource(host: Host, nic: Nic, target: Ip): Ip | undefined {
  const usable = nic.addresses.filter((own) => !own.secondary && own.scope !== "host");
  const same = usable.find((own) => inSubnet(target, own.address, own.prefix));
  const chosen = same ?? usable[0];
  if (chosen !== undefined) return chosen.address;
  for (const other of host.nics.values()) {
    const global = other.addresses.find((own) => own.scope === "global" && !own.secondary);
    if (global !== undefined) return global.address;
  }
  return undefined;
}

/** The connected route that an address brings with it; none for a /32 or on lo. */
export function connectedRoute(nic: Nic, own: InterfaceAddress): Route | undefined {
  if (own.prefix === 32 || own.secondary || nic.name === "lo") return undefined;
  return {
    destination: networkOf(own.address, own.prefix),
    prefix: own.prefix,
    nic: nic.name,
    source: own.address,
    scope: "link",
    protocol: "kernel",
    metric: 0,
  };
}

/** Adds a main-table route; false when one of the same destination and metric is there already. */
export function addRoute(host: Host, route: Route): boolean {
  if (host.routes.some((other) => isSameRoute(other, route))) return false;
  host.detours.clear();
  host.routes = [...host.routes, Object.freeze(route)].sort(
    (a, b) => b.prefix - a.prefix || ipNumber(a.destination) - ipNumber(b.destination),
  );
  return true;
}

export function removeRoutes(host: Host, matches: (route: Route) => boolean): number {
  const kept = host.routes.filter((route) => !matches(route));
  const removed = host.routes.length - kept.length;
  host.routes = kept;
  if (removed > 0) host.detours.clear();
  return removed;
}

function isSameRoute(a: Route, b: Route): boolean {
  return a.destination === b.destination && a.prefix === b.prefix && a.metric === b.metric;
}
