// Receiving IPv4: is it for us, may it come from there, who takes it. Left out: fragments, options.
import { ipvsLocalIn } from "../ipvs/hook.ts";
import type { Sim } from "../kernel/sim.ts";
import { unreachable } from "../kernel/assert.ts";
import { broadcastOf, isMulticastIp } from "../wire/address.ts";
import type { Frame } from "../wire/ethernet.ts";
import { UNREACHABLE_HOST, UNREACHABLE_NET, UNREACHABLE_PROTOCOL } from "../wire/icmp.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import { receiveArp } from "./arp.ts";
import { count } from "./counters.ts";
import { isDropped } from "./filter.ts";
import type { Host, Nic } from "./host.ts";
import { receiveIcmp, sendIcmpError } from "./icmp.ts";
import { isMember } from "./igmp.ts";
import { route } from "./ip-output.ts";
import { isLocalAddress, routeTo } from "./route.ts";
import { handToRawSockets } from "./raw.ts";
import { sysctlMax, sysctlNumber } from "./sysctl.ts";
import { receiveTcp } from "./tcp-input.ts";
import { receiveUdp } from "./udp.ts";

/** A frame that reached an interface: the MAC filter, then ARP or IP. */
export function receiveFrame(host: Host, nic: Nic, frame: Frame, sim: Sim): void {
  const isLoopback = nic.name === "lo";
  const toUs = isLoopback || frame.destination === nic.mac;
  const toGroup = (parseInt(frame.destination.slice(0, 2), 16) & 1) === 1;
  if (!toUs && !toGroup) {
    sim.record(host, "drop.other-mac", { nic: nic.name, destination: frame.destination });
    return;
  }
  if (frame.payload.protocol === "arp") return receiveArp(host, nic, frame, frame.payload, sim);
  receiveIpv4(host, nic, frame.payload, toUs, sim);
}

function receiveIpv4(host: Host, nic: Nic, packet: Ipv4Packet, toUs: boolean, sim: Sim): void {
  if (isMulticastIp(packet.destination)) return receiveMulticast(host, nic, packet, sim);
  if (!isSourceAllowed(host, nic, packet, sim)) return;
  if (isLocalAddress(host, packet.destination) || isBroadcast(nic, packet)) {
    return deliverLocal(host, nic, packet, toUs, sim);
  }
  if (!toUs) {
    sim.record(host, "drop.not-for-us", { destination: packet.destination });
    return;
  }
  forward(host, nic, packet, sim);
}

/** LOCAL_IN: the packet filter, then IPVS, then the protocol (I2-I6). */
function deliverLocal(host: Host, nic: Nic, packet: Ipv4Packet, toUs: boolean, sim: Sim): void {
  if (isDropped(host, "INPUT", packet, nic.name)) {
    sim.record(host, "drop.filter", { chain: "INPUT", source: packet.source });
    return;
  }
  if (host.ipvs.services.size > 0) {
    const context = { mark: 0, toThisMac: toUs };
    if (ipvsLocalIn(host, nic, packet, context, sim) === "stolen") return;
  }
  handToProtocol(host, nic, packet, sim);
}

function handToProtocol(host: Host, nic: Nic, packet: Ipv4Packet, sim: Sim): void {
  const taken = handToRawSockets(host, nic, packet, sim);
  switch (packet.payload.protocol) {
    case "tcp":
      return receiveTcp(host, packet, packet.payload, sim);
    case "udp":
      return receiveUdp(host, packet, packet.payload, sim);
    case "icmp":
      return receiveIcmp(host, packet, packet.payload, sim);
    case "igmp":
      return;
    case "vrrp":
      if (!taken) sim.record(host, "drop.no-listener", { protocol: "vrrp" });
      return;
    case "ipv4":
      // No tunl0 here: the sender learns that protocol 4 is not spoken (I38).
      sim.record(host, "drop.no-listener", { protocol: "ipip" });
      return sendIcmpError(host, { code: UNREACHABLE_PROTOCOL }, packet, sim);
    default:
      unreachable(packet.payload);
  }
}

/** Every host's card takes multicast frames; the kernel keeps those of groups it has joined. */
function receiveMulticast(host: Host, nic: Nic, packet: Ipv4Packet, sim: Sim): void {
  if (!isMember(host, nic, packet.destination)) {
    sim.record(host, "drop.not-a-member", { group: packet.destination });
    return;
  }
  if (isDropped(host, "INPUT", packet, nic.name)) {
    sim.record(host, "drop.filter", { chain: "INPUT", source: packet.source });
    return;
  }
  handToProtocol(host, nic, packet, sim);
}

/** Martian sources (I20, I21) and the reverse path (rp_filter). */
function isSourceAllowed(host: Host, nic: Nic, packet: Ipv4Packet, sim: Sim): boolean {
  if (nic.name === "lo") return true;
  if (isLocalAddress(host, packet.source) && sysctlMax(host, nic.name, "accept_local") === 0) {
    sim.record(host, "drop.martian-source", { source: packet.source, nic: nic.name });
    return false;
  }
  const level = sysctlMax(host, nic.name, "rp_filter");
  if (level === 0) return true;
  const back = routeTo(host, packet.source);
  const isReachable = back?.kind === "unicast" && (level === 2 || back.nic.name === nic.name);
  if (isReachable) return true;
  count(host, "TcpExtIPReversePathFilter");
  sim.record(host, "drop.reverse-path", { source: packet.source, nic: nic.name });
  return false;
}

function isBroadcast(nic: Nic, packet: Ipv4Packet): boolean {
  if (packet.destination === "255.255.255.255") return true;
  return nic.addresses.some(
    (own) => own.prefix < 31 && broadcastOf(own.address, own.prefix) === packet.destination,
  );
}

function forward(host: Host, nic: Nic, packet: Ipv4Packet, sim: Sim): void {
  if (sysctlNumber(host, "net.ipv4.ip_forward") === 0) {
    count(host, "IpInAddrErrors");
    sim.record(host, "drop.not-forwarding", { destination: packet.destination });
    return;
  }
  if (isDropped(host, "FORWARD", packet, nic.name)) {
    sim.record(host, "drop.filter", { chain: "FORWARD", source: packet.source });
    return;
  }
  if (packet.ttl <= 1) {
    sim.record(host, "drop.ttl-expired", { destination: packet.destination });
    return sendIcmpError(host, "time-exceeded", packet, sim);
  }
  const way = routeTo(host, packet.destination);
  if (way === undefined) {
    sim.record(host, "drop.no-route", { destination: packet.destination });
    return sendIcmpError(host, { code: UNREACHABLE_NET }, packet, sim);
  }
  route(host, { ...packet, ttl: packet.ttl - 1 }, sim, false);
}

/** ARP found nobody: the waiting packets' senders hear "host unreachable" (I57, I226). */
export function reportUnreachable(host: Host, packets: readonly Ipv4Packet[], sim: Sim): void {
  for (const packet of packets) {
    sim.record(host, "drop.no-neighbour", { destination: packet.destination });
    sendIcmpError(host, { code: UNREACHABLE_HOST }, packet, sim);
  }
}
