// The VRRP process begins: its file, its sockets, its instances (K23, K76).
import { exitProcess } from "../host/system.ts";
import { PERMANENT_ERROR, readOwnConfiguration, sayDiagnostics, sayStopped } from "./daemon.ts";
import { say, sayDebug } from "./log.ts";
import type { ReadConfiguration, ReadResult } from "./read.ts";
import { newInstance, openSockets, sayAddresses, saySockets } from "./sockets.ts";
import { effectivePriority, faultsAtStart, startScripts } from "./tracking.ts";
import {
  changePriority,
  clearInstance,
  detail,
  startInstance,
  tellFaults,
  tellGroups,
  type Vrrp,
} from "./vrrp.ts";

/** Told when the interfaces are known, not with the other complaints (measured, 2.2.7). */
function isLateComplaint(text: string): boolean {
  return /tracked interface .*due to|both use VRID|is not used$|and sync group/.test(text);
}

/** Two instances with one router id are found out late (measured, 2.2.7). */
function knowsInterfaces({ fatal, logged }: ReadResult): boolean {
  return !fatal || logged.some(({ text }) => text.includes(" both use VRID "));
}

/** In the order of K23 and K76: registrations, complaints, addresses, the instances, sockets. */
export function startVrrp(vrrp: Vrrp, reader: ReadConfiguration): void {
  const { system, process, voice, memory } = vrrp;
  detail(vrrp, "Registering Kernel netlink reflector");
  detail(vrrp, "Registering Kernel netlink command channel");
  const read = readOwnConfiguration(system, process, reader);
  const { instances: configs, syncGroups, scripts } = read.config;
  sayDiagnostics(system, process, voice, read, (text) => !isLateComplaint(text));
  const usesIpvs = !read.fatal && read.config.syncDaemon !== undefined;
  if (usesIpvs) sayDebug(system, process, voice, "Initializing ipvs");
  const delayUs = configs[0]?.startupDelayUs ?? 0;
  if (delayUs > 0) say(system, process, voice, `Delaying startup for ${delayUs / 1e6} seconds`);
  if (knowsInterfaces(read)) sayAddresses(vrrp, configs);
  sayDiagnostics(system, process, voice, read, isLateComplaint);
  if (read.fatal) {
    sayStopped(system, process, "Keepalived_vrrp");
    return exitProcess(system, process, PERMANENT_ERROR);
  }
  memory.groups = syncGroups;
  memory.syncDaemon = read.config.syncDaemon;
  const sockets = openSockets(vrrp, configs);
  for (const config of configs) {
    memory.instances.set(config.name, newInstance(config, sockets));
  }
  const instances = [...memory.instances.values()];
  for (const instance of instances) {
    instance.faults = faultsAtStart(vrrp, instance);
    changePriority(vrrp, instance, effectivePriority(vrrp, instance));
  }
  tellFaults(vrrp, instances);
  detail(vrrp, "Registering gratuitous ARP shared channel");
  for (const instance of instances) clearInstance(vrrp, instance);
  startScripts(vrrp, scripts);
  for (const instance of instances) {
    instance.faults = faultsAtStart(vrrp, instance);
    instance.priority = effectivePriority(vrrp, instance);
  }
  for (const instance of instances) startInstance(vrrp, instance);
  tellGroups(vrrp, false);
  saySockets(vrrp, sockets, instances);
}
