// The IP-in-IP interface that the ipip module brings: tunl0, which takes packets for any address of
// this host out of their outer header. Left out: tunnels of one's own between two addresses.
import type { Host } from "./host.ts";

export const TUNNEL = "tunl0";
const MTU = 1480;

/** `modprobe ipip`: tunl0 appears, down and without an address. */
export function loadTunnel(host: Host): void {
  if (host.nics.has(TUNNEL)) return;
  const index = Math.max(0, ...[...host.nics.values()].map((nic) => nic.index)) + 1;
  host.nics.set(TUNNEL, {
    name: TUNNEL,
    index,
    mac: "0.0.0.0",
    mtu: MTU,
    up: false,
    carrier: true,
    addresses: [],
    neighbours: new Map(),
    traffic: { rxPackets: 0, rxBytes: 0, txPackets: 0, txBytes: 0 },
    rings: new Map(),
    reachableUs: 30_000_000,
    arp: false,
  });
}
