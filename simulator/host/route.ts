// Where a packet goes: the local table (made from the addresses) first, then the longest match in
// the main table. Left out: policy rules, metrics beyond order, multipath.
import { broadcastOf, inSubnet, type Ip, ipNumber, networkOf } from "../wire/address.ts";
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

/** The route to `destination`, or undefined when the network is unreachable. */
export function routeTo(host: Host, destination: Ip): RouteResult | undefined {
  const local = localRoute(host, destination);
  if (local !== undefined) return local;
  const route = longestMatch(host, destination);
  const nic = route === undefined ? undefined : host.nics.get(route.nic);
  if (route === undefined || nic === undefined) return undefined;
  const source = route.source ?? selectSource(host, nic, route.via ?? destination);
  if (source === undefined) return undefined;
  const detour = host.detours.size === 0 ? undefined : host.detours.get(destination);
  return { kind: "unicast", nic, via: detour?.via ?? route.via, source };
}

/** Whether a packet to `ip` belongs to this host: any address, on any interface (I45). */
export function isLocalAddress(host: Host, ip: Ip): boolean {
  return localAddressNic(host, ip) !== undefined;
}

/**
 * Whether `ip` itself is configured here. A packet from such an address is a martian; one from the
 * rest of a subnet that stands on lo is not, although it counts as local (I44, recorded: lvs-b3).
 */
export function hasAddress(host: Host, ip: Ip): boolean {
  for (const nic of host.nics.values()) {
    if (nic.up && nic.addresses.some((own) => own.address === ip)) return true;
  }
  return false;
}

function localRoute(host: Host, destination: Ip): RouteResult | undefined {
  const owner = localAddressNic(host, destination);
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

/** The interface that holds `ip`; an address on lo stands for its whole subnet (I44). */
function localAddressNic(host: Host, ip: Ip): Nic | undefined {
  for (const nic of host.nics.values()) {
    if (!nic.up) continue;
    for (const own of nic.addresses) {
      if (own.address === ip) return nic;
      const isWide = nic.name === "lo" && own.prefix < 32;
      if (isWide && inSubnet(ip, own.address, own.prefix)) return nic;
    }
  }
  return undefined;
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
