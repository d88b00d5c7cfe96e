// Changing the table: what `ipvsadm` and keepalived's checker process ask of the kernel, with the
// kernel's refusals by errno (I193).
import type { Host } from "../host/host.ts";
import type { Sim } from "../kernel/sim.ts";
import type { Ip } from "../wire/address.ts";
import { takeBack, throwAway } from "./destination.ts";
import { startEstimator } from "./estimator.ts";
import { updateOverload } from "./overload.ts";
import { isSchedulerName, schedulers } from "./schedulers/index.ts";
import {
  type Destination,
  destinationKey,
  emptyCounters,
  emptyStats,
  type ForwardingMethod,
  markKey,
  type Service,
  serviceKey,
  type ServiceProtocol,
  type Stats,
} from "./state.ts";

export type IpvsError = "EEXIST" | "ENOENT" | "ESRCH" | "ERANGE" | "EINVAL";

/** Names a service: by protocol, address and port, or by firewall mark. */
export type ServiceName =
  | { readonly protocol: ServiceProtocol; readonly address: Ip; readonly port: number }
  | { readonly mark: number };

export interface ServiceOptions {
  readonly scheduler: string;
  readonly flags?: readonly string[];
  readonly persistence?: { readonly timeout: number; readonly mask: Ip };
  readonly onePacket?: boolean;
}

export interface DestinationOptions {
  readonly address: Ip;
  readonly port: number;
  readonly method: ForwardingMethod;
  readonly weight: number;
  readonly upperThreshold?: number;
  readonly lowerThreshold?: number;
}

export function keyOf(name: ServiceName): string {
  return "mark" in name ? markKey(name.mark) : serviceKey(name.protocol, name.address, name.port);
}

export function addService(
  host: Host,
  name: ServiceName,
  options: ServiceOptions,
  sim: Sim,
): IpvsError | undefined {
  const { ipvs } = host;
  ipvs.loaded = true;
  const key = keyOf(name);
  if (ipvs.services.has(key)) return "EEXIST";
  if (!isSchedulerName(options.scheduler)) return "ENOENT";
  const isFirst = ipvs.services.size === 0;
  const isMark = "mark" in name;
  ipvs.services.set(key, {
    key,
    protocol: isMark ? "tcp" : name.protocol,
    address: isMark ? "0.0.0.0" : name.address,
    port: isMark ? 0 : name.port,
    mark: isMark ? name.mark : 0,
    scheduler: options.scheduler,
    memory: { last: undefined, currentWeight: 0 },
    flags: options.flags ?? [],
    persistence: options.persistence,
    onePacket: options.onePacket ?? false,
    destinations: [],
    stats: emptyStats(),
  });
  if (isFirst) startEstimator(host, sim);
  sim.record(host, "ipvs.service-added", { service: key, scheduler: options.scheduler });
  return undefined;
}

/** `-E`: everything not given falls back to its default (I165); a new scheduler starts fresh. */
export function editService(
  host: Host,
  name: ServiceName,
  options: ServiceOptions,
): IpvsError | undefined {
  const service = host.ipvs.services.get(keyOf(name));
  if (service === undefined) return "ESRCH";
  if (!isSchedulerName(options.scheduler)) return "ENOENT";
  if (service.scheduler !== options.scheduler) {
    service.scheduler = options.scheduler;
    service.memory = { last: undefined, currentWeight: 0 };
    update(service);
  }
  service.flags = options.flags ?? [];
  service.persistence = options.persistence;
  service.onePacket = options.onePacket ?? false;
  return undefined;
}

export function deleteService(host: Host, name: ServiceName, sim: Sim): IpvsError | undefined {
  const key = keyOf(name);
  const service = host.ipvs.services.get(key);
  if (service === undefined) return "ESRCH";
  host.ipvs.services.delete(key);
  for (const destination of service.destinations) throwAway(host, destination, sim);
  // Under another service of this name they would come back with counters at zero.
  for (const each of host.ipvs.trash.values()) {
    if (each.key.startsWith(`${key} -> `)) zeroStats(each.stats);
  }
  sim.record(host, "ipvs.service-deleted", { service: key });
  return undefined;
}

/** `-C`. The connection entries stay until they expire (I134). */
export function flush(host: Host, sim: Sim): void {
  for (const service of [...host.ipvs.services.values()]) {
    deleteService(host, nameOf(service), sim);
  }
}

export function nameOf(service: Service): ServiceName {
  if (service.mark !== 0) return { mark: service.mark };
  const { protocol, address, port } = service;
  return { protocol, address, port };
}

/** A new destination goes to the head of the list (I62); one in the trash comes back (I132). */
export function addDestination(
  host: Host,
  name: ServiceName,
  options: DestinationOptions,
  sim: Sim,
): IpvsError | undefined {
  const service = host.ipvs.services.get(keyOf(name));
  if (service === undefined) return "ESRCH";
  const checked = check(service, options);
  if (typeof checked === "string") return checked;
  const key = destinationKey(service.key, checked.address, checked.port);
  if (service.destinations.some((each) => each.key === key)) return "EEXIST";
  const destination = takeBack(host, key) ?? newDestination(key, checked);
  configure(destination, checked);
  service.destinations.unshift(destination);
  update(service);
  const server = `${checked.address}:${checked.port}`;
  // One that came back from the trash brings its connections along.
  const { weight, active, inactive } = destination;
  const counts = { weight, active, inactive };
  sim.record(host, "mark", { what: "server-added", service: service.key, server, ...counts });
  return undefined;
}

/** `-e` keeps the destination's place in the list (I62) and replaces all else (I165). */
export function editDestination(
  host: Host,
  name: ServiceName,
  options: DestinationOptions,
  sim: Sim,
): IpvsError | undefined {
  const service = host.ipvs.services.get(keyOf(name));
  if (service === undefined) return "ESRCH";
  const checked = check(service, options);
  if (typeof checked === "string") return checked;
  const key = destinationKey(service.key, checked.address, checked.port);
  const destination = service.destinations.find((each) => each.key === key);
  if (destination === undefined) return "ENOENT";
  configure(destination, checked);
  update(service);
  const server = `${checked.address}:${checked.port}`;
  const { weight } = checked;
  sim.record(host, "mark", { what: "server-weight", service: service.key, server, weight });
  return undefined;
}

export function deleteDestination(
  host: Host,
  name: ServiceName,
  address: Ip,
  port: number,
  sim: Sim,
): IpvsError | undefined {
  const service = host.ipvs.services.get(keyOf(name));
  if (service === undefined) return "ESRCH";
  const key = destinationKey(service.key, address, port);
  const index = service.destinations.findIndex((each) => each.key === key);
  const destination = service.destinations[index];
  if (destination === undefined) return "ENOENT";
  // rr's pointer steps back by one, so that the turn goes on with the successor (I71).
  if (service.memory.last === key) service.memory.last = service.destinations[index - 1]?.key;
  service.destinations.splice(index, 1);
  throwAway(host, destination, sim);
  update(service);
  const server = `${address}:${port}`;
  sim.record(host, "mark", { what: "server-removed", service: service.key, server });
  return undefined;
}

/** `-Z`: what is shown begins at zero; connection counts stay (I117). */
export function zero(host: Host, name?: ServiceName): IpvsError | undefined {
  const key = name === undefined ? undefined : keyOf(name);
  if (key !== undefined && !host.ipvs.services.has(key)) return "ESRCH";
  for (const service of host.ipvs.services.values()) {
    if (key !== undefined && service.key !== key) continue;
    zeroStats(service.stats);
    for (const destination of service.destinations) zeroStats(destination.stats);
  }
  return undefined;
}

/** `--set`; 0 leaves a value as it is (I97). */
export function setTimeouts(host: Host, tcp: number, tcpfin: number, udp: number): void {
  const { timeouts } = host.ipvs;
  host.ipvs.timeouts = {
    tcp: tcp || timeouts.tcp,
    tcpfin: tcpfin || timeouts.tcpfin,
    udp: udp || timeouts.udp,
  };
}

function zeroStats(stats: Stats): void {
  Object.assign(stats.now, emptyCounters());
  stats.shown = emptyCounters();
  stats.rates = emptyCounters();
}

/** DR and TUN cannot change the port: the service's is used (I14, I166). */
function check(service: Service, options: DestinationOptions): DestinationOptions | IpvsError {
  const { weight, upperThreshold = 0, lowerThreshold = 0 } = options;
  if (weight < 0 || lowerThreshold > upperThreshold) return "ERANGE";
  const keepsPort = options.method === "masq" || service.mark !== 0;
  return keepsPort ? options : { ...options, port: service.port };
}

function newDestination(key: string, options: DestinationOptions): Destination {
  return {
    key,
    address: options.address,
    port: options.port,
    method: options.method,
    weight: options.weight,
    lastWeight: options.weight,
    upperThreshold: 0,
    lowerThreshold: 0,
    overloaded: false,
    active: 0,
    inactive: 0,
    persistent: 0,
    stats: emptyStats(),
  };
}

function configure(destination: Destination, options: DestinationOptions): void {
  destination.method = options.method;
  destination.weight = options.weight;
  if (options.weight !== 0) destination.lastWeight = options.weight;
  destination.upperThreshold = options.upperThreshold ?? 0;
  destination.lowerThreshold = options.lowerThreshold ?? 0;
  updateOverload(destination);
}

function update(service: Service): void {
  const scheduler: { update?(service: Service): void } = schedulers[service.scheduler];
  scheduler.update?.(service);
}
