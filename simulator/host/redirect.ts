// Obeying ICMP redirects (RFC 1122 3.2.2.2, I30): one destination takes another way for a while.
// Left out: redirects for whole networks, which nobody sends.
import type { Sim } from "../kernel/sim.ts";
import { inSubnet } from "../wire/address.ts";
import type { IcmpRedirect } from "../wire/icmp.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { Host, Nic } from "./host.ts";
import { knowsNeighbour } from "./neighbour.ts";
import { isLocalAddress, routeTo } from "./route.ts";
import { sysctlMax, sysctlNumber } from "./sysctl.ts";
import { senderOf } from "./tcp-icmp.ts";

/** How long a redirect is believed (I30: `ip route get` counts it down). */
const BELIEVED_US = 300_000_000;

/** False when it changes nothing: only the gateway in use may speak, and of a neighbour. */
export function obeyRedirect(
  host: Host,
  { source }: Ipv4Packet,
  { gateway, quoted }: IcmpRedirect,
  sim: Sim,
): boolean {
  const { destination, payload } = quoted;
  const way = routeTo(host, destination);
  if (way?.kind !== "unicast" || way.via !== source || !accepts(host, way.nic)) return false;
  if (isLocalAddress(host, gateway) || !isTrusted(host, way.nic, gateway)) return false;
  // A handshake that is not over takes no notice (recorded: lvs-e2-nat-flat-gw).
  if (payload.protocol === "tcp") {
    const sender = senderOf(host, quoted, payload);
    if (sender === undefined || sender.state === "SYN-RECEIVED") return false;
  }
  // An unknown gateway is only asked for; the next redirect then counts (measured).
  if (!knowsNeighbour(host, way.nic, gateway, sim)) return false;
  const deadline = sim.now + BELIEVED_US;
  host.detours.set(destination, { via: gateway, deadline });
  sim.alarm(host, deadline, "detour", destination);
  sim.record(host, "icmp.redirected", { destination, gateway });
  return true;
}

/** `all` or the interface: one of them is enough, but a router needs both (I30). */
function accepts(host: Host, { name }: Nic): boolean {
  const isOn = (key: string): boolean => sysctlNumber(host, `net.ipv4.conf.${key}`) !== 0;
  if (!isOn(`${name}.forwarding`)) return sysctlMax(host, name, "accept_redirects") > 0;
  return isOn("all.accept_redirects") && isOn(`${name}.accept_redirects`);
}

/** Unless the medium is shared, the gateway must be on link and, if secure, a default one. */
function isTrusted(host: Host, nic: Nic, gateway: string): boolean {
  if (sysctlMax(host, nic.name, "shared_media") > 0) return true;
  if (!nic.addresses.some((own) => inSubnet(gateway, own.address, own.prefix))) return false;
  if (sysctlMax(host, nic.name, "secure_redirects") === 0) return true;
  return host.routes.some(({ prefix, via }) => prefix === 0 && via === gateway);
}

/** The detour alarm: key is the destination. */
export function detourAlarm(host: Host, destination: string, sim: Sim): void {
  if (host.detours.get(destination)?.deadline === sim.now) host.detours.delete(destination);
}
