// The VRRP process's sockets: one for all instances of an interface (K12), and what it says of them.
import { openRaw } from "../host/raw.ts";
import { sourceOf } from "./advert.ts";
import type { VrrpInstanceConfig } from "./config.ts";
import type { VrrpInstance } from "./instance.ts";
import { detail, type Vrrp } from "./vrrp.ts";

/** Numbers of the sockets by "<interface> <protocol> <group, nothing for unicast>". */
export type SocketTable = ReadonlyMap<string, number>;

export function openSockets(
  { system, process }: Vrrp,
  configs: readonly VrrpInstanceConfig[],
): SocketTable {
  const sockets = new Map<string, number>();
  for (const config of configs) {
    const key = socketKey(config);
    if (sockets.has(key)) continue;
    const options = { protocol: "vrrp", nic: config.nic } as const;
    const isUnicast = config.unicastPeers.length > 0;
    const whole = isUnicast ? options : { ...options, group: config.group };
    sockets.set(key, openRaw(system, process, whole));
  }
  return sockets;
}

export function socketKey({ nic, unicastPeers, authType, group }: VrrpInstanceConfig): string {
  return `${nic} ${authType === 2 ? 51 : 112} ${unicastPeers.length > 0 ? "" : group}`;
}

export function newInstance(config: VrrpInstanceConfig, sockets: SocketTable): VrrpInstance {
  return {
    name: config.name,
    config,
    state: "INIT",
    wants: "BACKUP",
    priority: config.priority,
    masterIntervalUs: config.advertIntervalUs,
    deadline: 0,
    source: undefined,
    nextId: 1,
    socket: sockets.get(socketKey(config)) ?? 0,
    faults: [],
    master: undefined,
    refreshedAt: 0,
    bursts: 0,
    preemptAt: undefined,
    changedAt: 0,
    counters: {
      received: 0,
      sent: 0,
      becameMaster: 0,
      releasedMaster: 0,
      ttl: 0,
      interval: 0,
      addressList: 0,
      authType: 0,
      authMismatch: 0,
      authFailure: 0,
      zeroReceived: 0,
      zeroSent: 0,
    },
  };
}

/** The first address of each interface in use; not of one tracked before (measured, 2.2.7). */
export function sayAddresses(vrrp: Vrrp, configs: readonly VrrpInstanceConfig[]): void {
  const known = new Set<string>();
  for (const config of configs) {
    const own = sourceOf(vrrp, { config });
    if (own !== undefined && !known.has(config.nic)) {
      detail(vrrp, `Assigned address ${own} for interface ${config.nic}`);
    }
    for (const name of [config.nic, ...config.track.nics.map((each) => each.name)]) known.add(name);
  }
}

export function saySockets(
  vrrp: Vrrp,
  sockets: SocketTable,
  instances: readonly VrrpInstance[],
): void {
  for (const [key, socket] of sockets) {
    const [nicName = "", protocol = "", kind = ""] = key.split(" ");
    const index = String(vrrp.system.host.nics.get(nicName)?.index ?? 0).padStart(3);
    const instance = instances.find((each) => each.socket === socket);
    const own = instance === undefined ? undefined : sourceOf(vrrp, instance);
    const where = kind === "" ? `, unicast, address(${own})` : `multicast, address(${kind})`;
    const socketText = `fd(13,14) ${where}`;
    const text = `[ifindex(${index}), family(IPv4), proto(${protocol}), ${socketText}]`;
    detail(vrrp, `VRRP sockpool: ${text}`);
  }
}
