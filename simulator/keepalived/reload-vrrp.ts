// SIGHUP in the VRRP process (K45, README VRRP 21): one more advert, the file is read again, the
// instances keep their state.
import { closeSocket } from "../host/system.ts";
import { allAddresses, dropAddress } from "./addresses.ts";
import { sendAdvert } from "./advert.ts";
import type { VirtualAddress, VrrpInstanceConfig } from "./config.ts";
import { PERMANENT_ERROR, readOwnConfiguration, sayDiagnostics, sayStopped } from "./daemon.ts";
import { sendGarps } from "./garp.ts";
import { masterDownUs, type VrrpInstance } from "./instance.ts";
import { say } from "./log.ts";
import { notifyRemoved } from "./notify.ts";
import type { ReadConfiguration } from "./read.ts";
import { newInstance, openSockets, sayAddresses, saySockets, type SocketTable } from "./sockets.ts";
import { effectivePriority, faultsAtStart, startScripts } from "./tracking.ts";
import {
  addAll,
  comeBack,
  faultOnReload,
  groupMembers,
  log,
  resign,
  sayCauses,
  startInstance,
  tellFaults,
  type Vrrp,
  waitFor,
} from "./vrrp.ts";
import { exitProcess } from "../host/system.ts";

export function reloadVrrp(vrrp: Vrrp, reader: ReadConfiguration): void {
  const { system, process, voice, memory } = vrrp;
  const before = [...memory.instances.values()];
  for (const instance of before) {
    if (instance.state === "MASTER") sendAdvert(vrrp, instance, instance.priority);
  }
  say(system, process, voice, "Reloading");
  const read = readOwnConfiguration(system, process, reader, true);
  sayDiagnostics(system, process, voice, read);
  if (read.fatal) {
    sayStopped(system, process, "Keepalived_vrrp");
    return exitProcess(system, process, PERMANENT_ERROR);
  }
  const { instances: configs, syncGroups, scripts } = read.config;
  process.timers.clear();
  const old = new Set(before.map(({ socket }) => socket));
  for (const socket of old) closeSocket(system, socket);
  const sockets = openSockets(vrrp, configs);
  memory.groups = syncGroups;
  memory.syncDaemon = read.config.syncDaemon;
  memory.instances.clear();
  for (const config of configs) {
    const same = before.find((each) => isSame(each.config, config));
    memory.instances.set(config.name, renewed(vrrp, config, same, sockets));
  }
  const instances = [...memory.instances.values()];
  sayAddresses(vrrp, configs);
  for (const gone of before) {
    if (!instances.some(({ config }) => isSame(config, gone.config))) remove(vrrp, gone);
  }
  for (const name of [...memory.scripts.keys()]) {
    if (!scripts.some((each) => each.name === name)) memory.scripts.delete(name);
  }
  for (const { config, isUp } of memory.scripts.values()) {
    if (isUp === undefined) continue;
    const result = isUp ? "successful" : "unsuccessful";
    say(system, process, voice, `VRRP_Script(${config.name}) considered ${result} on reload`);
  }
  startScripts(vrrp, scripts);
  for (const instance of instances) {
    const isKept = before.some((each) => isSame(each.config, instance.config));
    const faultsOf = isKept ? faultsOnReload : faultsAtStart;
    instance.faults = faultsOf(vrrp, instance);
  }
  for (const instance of instances) {
    const same = before.find((each) => isSame(each.config, instance.config));
    if (same === undefined) begin(vrrp, instance);
    else goOn(vrrp, instance, same.config);
  }
  saySockets(vrrp, sockets, instances);
}

/** The same instance by router id, interface and source, whatever its name (K45). */
function isSame(a: VrrpInstanceConfig, b: VrrpInstanceConfig): boolean {
  const same = a.virtualRouterId === b.virtualRouterId && a.nic === b.nic;
  const unicast = a.unicastPeers.length > 0 || b.unicastPeers.length > 0;
  return same && (!unicast || a.sourceIp === b.sourceIp);
}

/** State and time since go on; identification and refresh start anew (recorded). */
function renewed(
  _vrrp: Vrrp,
  config: VrrpInstanceConfig,
  same: VrrpInstance | undefined,
  sockets: SocketTable,
): VrrpInstance {
  const fresh = newInstance(config, sockets);
  if (same === undefined) return fresh;
  const { state, wants, master, faults } = same;
  return { ...fresh, state, wants, master, faults, refreshedAt: Number.NEGATIVE_INFINITY };
}

function begin(vrrp: Vrrp, instance: VrrpInstance): void {
  instance.priority = effectivePriority(vrrp, instance);
  tellFaults(vrrp, [instance]);
  startInstance(vrrp, instance);
}

/** As at a start; of a script that has not spoken yet nothing is concluded. */
function faultsOnReload(vrrp: Vrrp, instance: VrrpInstance): string[] {
  const silent = [...vrrp.memory.scripts.values()].filter(({ isUp }) => isUp === undefined);
  const unknown = silent.map(({ config }) => `script ${config.name}`);
  return faultsAtStart(vrrp, instance).filter((cause) => !unknown.includes(cause));
}

/**
 * A master's next advert is due at once, a backup waits its whole time again. What the file watches
 * now may end or begin a FAULT (measured, 2.2.7).
 */
function goOn(vrrp: Vrrp, instance: VrrpInstance, old: VrrpInstanceConfig): void {
  const { config, state, faults } = instance;
  instance.priority = effectivePriority(vrrp, instance);
  if (instance.priority !== config.priority) {
    const change = `from ${config.priority} to ${instance.priority}`;
    log(vrrp, instance, `Changing effective priority ${change}`);
  }
  sayCauses(vrrp, instance);
  const isOut = state === "FAULT" || state === "INIT";
  const isHeld = groupMembers(vrrp, instance).some((other) => other.faults.length > 0);
  if (isOut && faults.length === 0 && !isHeld) return comeBack(vrrp, instance, " (init)");
  if (!isOut && (faults.length > 0 || isHeld)) return faultOnReload(vrrp, instance);
  if (state === "MASTER") {
    const added = moveAddresses(vrrp, instance, old);
    if (added) sendGarps(vrrp, instance, instance.config.garpRepeat);
    return waitFor(vrrp, instance, 0);
  }
  if (instance.state === "BACKUP") waitFor(vrrp, instance, masterDownUs(instance));
}

/** Addresses that left the file go, new ones come; true when some came (K45, K66). */
function moveAddresses(vrrp: Vrrp, instance: VrrpInstance, old: VrrpInstanceConfig): boolean {
  const { name, config } = instance;
  const isIn = (list: readonly VirtualAddress[], each: VirtualAddress): boolean =>
    list.some(({ address, prefix }) => address === each.address && prefix === each.prefix);
  const [now, then] = [allAddresses(config), allAddresses(old)];
  for (const gone of then.filter((each) => !isIn(now, each))) {
    const text = `ip address ${gone.address}/${gone.prefix} dev ${gone.nic ?? old.nic}`;
    say(vrrp.system, vrrp.process, vrrp.voice, `(${name}) ${text}, no longer exist`);
    dropAddress(vrrp, old, gone);
  }
  addAll(vrrp, instance);
  return now.some((each) => !isIn(then, each));
}

/** An instance that left the file: a master says good-bye (K118). */
function remove(vrrp: Vrrp, instance: VrrpInstance): void {
  const { system, process } = vrrp;
  const { name, config, priority, state } = instance;
  if (state === "MASTER") {
    sendAdvert(vrrp, instance, 0);
    resign(vrrp, instance);
  }
  const wasOut = state === "FAULT" || state === "INIT";
  notifyRemoved(system, process, config.notify, { name, priority, wasOut });
}
