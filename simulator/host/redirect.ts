// Obeying ICMP redirects (RFC 1122 3.2.2.2, I30): one destination takes another way for a while.
// Left out: redirects for whole networks, which nobody sends.
import type { Sim } from "../kernel/sim.ts";
import { inSubnet } from "../wire/address.ts";
import type { IcmpRedirect } from "../wire/icmp.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { Host, Nic } from "./host.ts";
import { isLocalAddress, routeTo } from "./route.ts";
import { sysctlNumber } from "./sysctl.ts";
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
  const deadline = sim.now + BELIEVED_US;
  host.detours.set(destination, { via: gateway, deadline });
  sim.alarm(host, deadline, "detour", destination);
  sim.record(host, "icmp.redirected", { destination, gateway });
  return true;
}

/** `all` and the interface: one of them is enough, but a router needs both (I30). */
function accepts(host: Host, nic: Nic): boolean {
  const isRouter = sysctlNumber(host, `net.ipv4.conf.${nic.name}.forwarding`) !== 0;
  return isRouter
    ? isOn(host, "all", "accept_redirects") && isOn(host, nic.name, "accept_redirects")
    : isOnFor(host, nic, "accept_redirects");
}

/** Unless the medium is shared, the gateway must be on link and, if secure, a default one. */
function isTrusted(host: Host, nic: Nic, gateway: string): boolean {
  if (isOnFor(host, nic, "shared_media")) return true;
  if (!nic.addresses.some((own) => inSubnet(gateway, own.address, own.prefix))) return false;
  if (!isOnFor(host, nic, "secure_redirects")) return true;
  return host.routes.some(({ prefix, via }) => prefix === 0 && via === gateway);
}

function isOnFor(host: Host, nic: Nic, key: string): boolean {
  return isOn(host, "all", key) || isOn(host, nic.name, key);
}

function isOn(host: Host, nic: string, key: string): boolean {
  return sysctlNumber(host, `net.ipv4.conf.${nic}.${key}`) !== 0;
}

/** The detour alarm: key is the destination. */
export function detourAlarm(host: Host, destination: string, sim: Sim): void {
  if (host.detours.get(destination)?.deadline === sim.now) host.detours.delete(destination);
}
