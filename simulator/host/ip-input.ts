// Receiving IPv4: is it for us, may it come from there, who takes it. Left out: fragments, options.
import { ipvsForward, ipvsLocalIn, refuseUnknownReply } from "../ipvs/hook.ts";
import { icmpForward } from "../ipvs/icmp-errors.ts";
import type { Sim } from "../kernel/sim.ts";
import { unreachable } from "../kernel/assert.ts";
import { broadcastOf, isMulticastIp } from "../wire/address.ts";
import { type Frame, frameLength } from "../wire/ethernet.ts";
import {
  FRAGMENTATION_NEEDED,
  UNREACHABLE_HOST,
  UNREACHABLE_NET,
  UNREACHABLE_PORT,
  UNREACHABLE_PROTOCOL,
} from "../wire/icmp.ts";
import { ipLength, type Ipv4Packet } from "../wire/ipv4.ts";
import { receiveArp } from "./arp.ts";
import { count } from "./counters.ts";
import { filterVerdict, markOf } from "./filter.ts";
import type { Host, Nic } from "./host.ts";
import { TUNNEL } from "./tunnel.ts";
import { receiveIcmp, sendIcmpError, sendRedirect } from "./icmp.ts";
import { isMember } from "./igmp.ts";
import { unmasqueraded } from "./masquerade.ts";
import { route } from "./ip-output.ts";
import { hasAddress, isLocalAddress, type RouteResult, routeTo } from "./route.ts";
import { handToRawSockets } from "./raw.ts";
import { sysctlMax, sysctlNumber } from "./sysctl.ts";
import { logLine } from "./system.ts";
import { receiveTcp } from "./tcp-input.ts";
import { receiveUdp } from "./udp.ts";

/** A frame that reached an interface: the MAC filter, then ARP or IP. */
export function receiveFrame(host: Host, nic: Nic, frame: Frame, sim: Sim): void {
  nic.traffic.rxPackets++;
  nic.traffic.rxBytes += frameLength(frame);
  for (const ring of nic.rings.values()) ring.push({ at: sim.now, frame, way: "in" });
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

function receiveIpv4(host: Host, nic: Nic, arrived: Ipv4Packet, toUs: boolean, sim: Sim): void {
  const packet = host.masquerades.size === 0 ? arrived : unmasqueraded(host, arrived);
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
  if (!passesInput(host, nic, packet, sim)) return;
  if (host.ipvs.services.size === 0) return handToProtocol(host, nic, packet, sim);
  // What came by a tunnel is left alone where the host says so: it may be a server, too (I119).
  const isOwn = nic.name === TUNNEL && sysctlNumber(host, "net.ipv4.vs.ignore_tunneled") !== 0;
  if (isOwn) return handToProtocol(host, nic, packet, sim);
  const context = { mark: markOf(host, nic, packet), toThisMac: toUs };
  const verdict = ipvsLocalIn(host, packet, context, sim);
  if (verdict === "stolen") return;
  handToProtocol(host, nic, verdict === "accept" ? packet : verdict, sim);
}

function passesInput(host: Host, nic: Nic, packet: Ipv4Packet, sim: Sim): boolean {
  const verdict = filterVerdict(host, "INPUT", packet, { in: nic.name });
  if (verdict !== "ACCEPT") refuse(host, "INPUT", packet, verdict, sim);
  return verdict === "ACCEPT";
}

/** DROP says nothing, REJECT says "port unreachable". */
function refuse(
  host: Host,
  chain: "INPUT" | "FORWARD",
  packet: Ipv4Packet,
  verdict: "DROP" | "REJECT",
  sim: Sim,
): void {
  sim.record(host, "drop.filter", { chain, source: packet.source });
  if (verdict === "REJECT") sendIcmpError(host, { code: UNREACHABLE_PORT }, packet, sim);
}

function handToProtocol(host: Host, nic: Nic, packet: Ipv4Packet, sim: Sim): void {
  const taken = handToRawSockets(host, nic, packet, sim);
  switch (packet.payload.protocol) {
    case "tcp":
      return receiveTcp(host, packet, packet.payload, sim);
    case "udp":
      return receiveUdp(host, packet, packet.payload, sim);
    case "icmp":
      return receiveIcmp(host, packet, packet.payload, taken, sim);
    case "igmp":
      if (!taken) sim.record(host, "drop.no-listener", { protocol: "igmp" });
      return;
    case "vrrp":
      if (taken) return;
      sim.record(host, "drop.no-listener", { protocol: "vrrp" });
      // Said of a unicast advert only: nobody complains to a group (recorded: vrrp-k).
      return sendIcmpError(host, { code: UNREACHABLE_PROTOCOL }, packet, sim);
    case "ipv4":
      return receiveTunnelled(host, packet, packet.payload, sim);
    default:
      unreachable(packet.payload);
  }
}

/** What was in the tunnel arrives anew, by tunl0 (I37); without ipip protocol 4 is not spoken. */
function receiveTunnelled(host: Host, packet: Ipv4Packet, inner: Ipv4Packet, sim: Sim): void {
  const tunnel = host.nics.get(TUNNEL);
  if (tunnel?.up === true) return receiveFromTunnel(host, tunnel, inner, sim);
  sim.record(host, "drop.no-listener", { protocol: "ipip" });
  const code = tunnel === undefined ? UNREACHABLE_PROTOCOL : UNREACHABLE_PORT;
  sendIcmpError(host, { code }, packet, sim);
}

function receiveFromTunnel(host: Host, tunnel: Nic, inner: Ipv4Packet, sim: Sim): void {
  if (!isSourceAllowed(host, tunnel, inner, sim)) return;
  tunnel.traffic.rxPackets++;
  tunnel.traffic.rxBytes += ipLength(inner);
  receiveIpv4(host, tunnel, inner, true, sim);
}

/** Every host's card takes multicast frames; the kernel keeps those of groups it has joined. */
function receiveMulticast(host: Host, nic: Nic, packet: Ipv4Packet, sim: Sim): void {
  if (!isMember(host, nic, packet.destination)) {
    sim.record(host, "drop.not-a-member", { group: packet.destination });
    return;
  }
  if (!passesInput(host, nic, packet, sim)) return;
  handToProtocol(host, nic, packet, sim);
}

/** Martian sources (I20, I21) and the reverse path (rp_filter). */
function isSourceAllowed(host: Host, nic: Nic, packet: Ipv4Packet, sim: Sim): boolean {
  if (nic.name === "lo") return true;
  if (hasAddress(host, packet.source) && sysctlMax(host, nic.name, "accept_local") === 0) {
    sim.record(host, "drop.martian-source", { source: packet.source, nic: nic.name });
    if (sysctlMax(host, nic.name, "log_martians") > 0) logMartian(host, nic, packet, sim);
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

/** The line of log_martians, without the one after it that shows the frame's header (I20). */
function logMartian(host: Host, nic: Nic, { source, destination }: Ipv4Packet, sim: Sim): void {
  const text = `IPv4: martian source ${destination} from ${source}, on dev ${nic.name}`;
  logLine(host, sim, { identity: "kernel", pid: 0, severity: 4, text });
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
  if (packet.ttl <= 1) {
    sim.record(host, "drop.ttl-expired", { destination: packet.destination });
    return sendIcmpError(host, "time-exceeded", packet, sim);
  }
  const way = routeTo(host, packet.destination);
  if (way === undefined) {
    sim.record(host, "drop.no-route", { destination: packet.destination });
    return sendIcmpError(host, { code: UNREACHABLE_NET }, packet, sim);
  }
  if (packet.dontFragment && ipLength(packet) > way.nic.mtu) {
    const { mtu } = way.nic;
    sim.record(host, "drop.too-big", { destination: packet.destination, mtu });
    return sendIcmpError(host, { code: FRAGMENTATION_NEEDED, mtu }, packet, sim);
  }
  const nics = { in: nic.name, out: way.nic.name };
  const verdict = filterVerdict(host, "FORWARD", packet, nics);
  if (verdict !== "ACCEPT") return refuse(host, "FORWARD", packet, verdict, sim);
  if (redirects(host, nic, way)) sendRedirect(host, way.via ?? packet.destination, packet, sim);
  const lowered = { ...packet, ttl: packet.ttl - 1 };
  if (host.ipvs.services.size > 0 && refuseUnknownReply(host, lowered, sim)) return;
  // NAT's reply is routed anew, as from the virtual address (I24).
  const changed =
    host.ipvs.services.size === 0 ? lowered : ipvsForward(host, icmpForward(host, lowered), sim);
  route(host, changed, sim, false);
}

/** Back out of the interface it came by: its sender could have gone straight there (I18, I30). */
function redirects(
  host: Host,
  nic: Nic,
  way: RouteResult,
): way is RouteResult & { kind: "unicast" } {
  if (way.kind !== "unicast" || way.nic !== nic) return false;
  return sysctlMax(host, nic.name, "send_redirects") > 0;
}

/** ARP found nobody: the waiting packets' senders hear "host unreachable" (I57, I226). */
export function reportUnreachable(host: Host, packets: readonly Ipv4Packet[], sim: Sim): void {
  for (const packet of packets) {
    sim.record(host, "drop.no-neighbour", { destination: packet.destination });
    sendIcmpError(host, { code: UNREACHABLE_HOST }, packet, sim);
  }
}
