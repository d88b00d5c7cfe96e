// How a connection's packet leaves the director: direct routing, NAT, tunnels; and how NAT's
// replies are made to come from the virtual address (I11-I38).
import type { Host } from "../host/host.ts";
import { sendIcmpError } from "../host/icmp.ts";
import { nextPacketId, sendIpv4, sendIpv4Via } from "../host/ip-output.ts";
import { masqueraded } from "../host/masquerade.ts";
import { isLocalAddress, routeTo } from "../host/route.ts";
import { sysctlNumber } from "../host/sysctl.ts";
import type { Sim } from "../kernel/sim.ts";
import type { Ip } from "../wire/address.ts";
import { FRAGMENTATION_NEEDED } from "../wire/icmp.ts";
import { IP_HEADER_LENGTH, ipLength, type Ipv4Packet } from "../wire/ipv4.ts";
import type { Transport } from "./connection.ts";
import type { Connection } from "./connection-table.ts";

/** Sends a client's packet to the connection's server, its TTL one less. */
export function transmit(host: Host, connection: Connection, packet: Ipv4Packet, sim: Sim): void {
  const { method, server } = connection;
  const isHere = isLocalAddress(host, server);
  if (!isHere && packet.ttl <= 1) {
    sim.record(host, "drop.ttl-expired", { destination: server });
    return sendIcmpError(host, "time-exceeded", packet, sim);
  }
  const lowered = isHere ? packet : { ...packet, ttl: packet.ttl - 1 };
  switch (method) {
    case "route":
      // The same packet to the server's MAC address (I11).
      return sendIpv4Via(host, server, lowered, sim);
    case "masq":
      return sendIpv4Via(host, server, masqueraded(host, toServer(lowered, connection)), sim);
    case "tunnel":
      if (isHere) return sendIpv4Via(host, server, lowered, sim);
      return sendTunnelled(host, server, lowered, sim);
  }
}

/** NAT's way in: destination address and port are the server's, the source stays (I23). */
export function toServer(packet: Ipv4Packet, { server, serverPort }: Connection): Ipv4Packet {
  const payload = packet.payload as Transport;
  return {
    ...packet,
    destination: server,
    payload: { ...payload, destinationPort: serverPort },
  };
}

/** NAT's way back: the reply comes from the virtual address (I24). */
export function toClient(packet: Ipv4Packet, { virtual, virtualPort }: Connection): Ipv4Packet {
  const payload = packet.payload as Transport;
  return { ...packet, source: virtual, payload: { ...payload, sourcePort: virtualPort } };
}

/** The packet in another: from the address that the route to the server selects (I34). */
function sendTunnelled(host: Host, server: Ip, inner: Ipv4Packet, sim: Sim): void {
  const way = routeTo(host, server);
  if (way === undefined) {
    sim.record(host, "drop.no-route", { destination: server });
    return;
  }
  const { source } = way;
  const mtu = way.nic.mtu - IP_HEADER_LENGTH;
  const copiesFlag = sysctlNumber(host, "net.ipv4.vs.pmtu_disc") !== 0;
  if (copiesFlag && inner.dontFragment && ipLength(inner) > mtu) {
    sim.record(host, "drop.too-big", { destination: server, mtu });
    // The client is told of its own packet, before one was taken off its time to live (I36).
    const asSent = { ...inner, ttl: inner.ttl + 1 };
    return sendIcmpError(host, { code: FRAGMENTATION_NEEDED, mtu }, asSent, sim);
  }
  const outer: Ipv4Packet = {
    protocol: "ipv4",
    source,
    destination: server,
    ttl: inner.ttl,
    tos: inner.tos,
    id: nextPacketId(host, source, server, sim),
    dontFragment: copiesFlag && inner.dontFragment,
    payload: inner,
  };
  sendIpv4(host, outer, sim);
}
