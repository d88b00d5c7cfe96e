// The state machine of an instance: how it starts, becomes MASTER, yields, faults and stops
// (K19-K57), and how a sync group moves its members with it (K111-K114).
import type { Process } from "../host/process.ts";
import { clearTimer, setTimer, type System } from "../host/system.ts";
import type { Ip } from "../wire/address.ts";
import { addAddresses, dropAddresses } from "./addresses.ts";
import { sendAdvert, sourceOf } from "./advert.ts";
import type { SyncGroupConfig } from "./config.ts";
import { refreshGarps, scheduleGarps, sendGarp, sendGarps } from "./garp.ts";
import {
  masterDownUs,
  skewUs,
  type VrrpInstance,
  type VrrpMemory,
  type VrrpState,
} from "./instance.ts";
import { say, sayDetail, type Voice } from "./log.ts";
import { notify } from "./notify.ts";
import { followState } from "./sync-daemon.ts";

/** A cause of FAULT: adverts need an address to come from (K37). */
export const NO_ADDRESS = "no IPv4 address for interface";

/** A daemon's work takes time (recorded): an advert, a takeover with its addresses and ARPs. */
const ADVERT_WORK_US = 28;
const TAKEOVER_WORK_US = 400;

/** What every function here needs: the process that runs the instances, and its memory. */
export interface Vrrp {
  readonly system: System;
  readonly process: Process;
  readonly voice: Voice;
  readonly memory: VrrpMemory;
}

/** Addresses that a crash left behind go first, those of all instances (K23, K24). */
export function clearInstance(vrrp: Vrrp, instance: VrrpInstance): void {
  dropAll(vrrp, instance);
}

/** Every instance begins as BACKUP, whatever `state` says (K21); only 255 is master at once. */
export function startInstance(vrrp: Vrrp, instance: VrrpInstance): void {
  const { config, faults } = instance;
  const all = [instance, ...groupMembers(vrrp, instance)];
  if (all.some(isFaulty)) return setState(vrrp, instance, "FAULT");
  // It waits for the first word of its scripts, and says nothing meanwhile (K104).
  if (faults.length > 0) return;
  if (config.priority === 255 && config.state === "MASTER") {
    mark(vrrp, instance, "BACKUP");
    return waitFor(vrrp, instance, 1);
  }
  log(vrrp, instance, "Entering BACKUP STATE (init)");
  setState(vrrp, instance, "BACKUP");
  waitFor(vrrp, instance, masterDownUs(instance) + config.startupDelayUs);
}

/** Of a script it is only known that it has not spoken yet (K104). */
function isFaulty({ faults }: VrrpInstance): boolean {
  return faults.some((cause) => !cause.startsWith("script "));
}

/** Before anything else: who cannot begin and why, and whom that holds back (K37, K83; measured). */
export function tellFaults(vrrp: Vrrp, instances: readonly VrrpInstance[]): void {
  const { system, process, voice, memory } = vrrp;
  const faulty = instances.filter(isFaulty);
  for (const instance of faulty) sayCauses(vrrp, instance);
  for (const { name: group, members } of memory.groups) {
    const first = faulty.find(({ name }) => members.includes(name));
    if (first === undefined) continue;
    say(system, process, voice, `VRRP_Group(${group}): Syncing ${first.name} to FAULT state`);
  }
  for (const instance of instances) {
    if (![instance, ...groupMembers(vrrp, instance)].some(isFaulty)) continue;
    log(vrrp, instance, "entering FAULT state");
  }
}

export function sayCauses({ system, process, voice }: Vrrp, { name, faults }: VrrpInstance): void {
  for (const cause of faults) {
    const mark = cause === NO_ADDRESS ? "" : ":";
    const why = cause.startsWith("script ") ? `due to ${cause}` : `(${cause})`;
    say(system, process, voice, `(${name})${mark} entering FAULT state ${why}`);
  }
}

/** The groups' own notify lines when all members have begun or ended (K116, K117; measured). */
export function tellGroups(vrrp: Vrrp, isEnd: boolean): void {
  const { system, process, memory } = vrrp;
  for (const { name, members, notify: lines } of memory.groups) {
    const states = members.map((member) => memory.instances.get(member)?.state);
    if (!isEnd && states.includes("INIT")) continue;
    const state = isEnd ? "STOP" : states.includes("FAULT") ? "FAULT" : "BACKUP";
    notify(system, process, lines, { type: "GROUP", name, state, priority: 0 });
  }
}

/** The instance's one timer: silence while BACKUP, the next advert while MASTER (K19). */
export function timerEnds(vrrp: Vrrp, instance: VrrpInstance): void {
  switch (instance.state) {
    case "BACKUP":
      return wantMaster(vrrp, instance);
    case "MASTER":
      sendAdvert(vrrp, instance, instance.priority);
      refreshGarps(vrrp, instance);
      return waitFor(vrrp, instance, instance.config.advertIntervalUs + ADVERT_WORK_US);
    case "INIT":
    case "FAULT":
      return;
  }
}

/** Alone it takes over at once; in a group only when all members want to (K111). */
function wantMaster(vrrp: Vrrp, instance: VrrpInstance): void {
  detail(vrrp, `(${instance.name}) Receive advertisement timeout`);
  instance.wants = "MASTER";
  const others = groupMembers(vrrp, instance);
  if (others.some(({ wants }) => wants !== "MASTER")) {
    return waitFor(vrrp, instance, masterDownUs(instance));
  }
  takeOver(vrrp, instance);
  // Its next advert comes after those of who followed (measured, 2.2.7).
  const workUs = TAKEOVER_WORK_US * (others.length + 1);
  waitFor(vrrp, instance, instance.config.advertIntervalUs + workUs);
  moveGroup(vrrp, instance, "MASTER", (other) => {
    if (other.state === "MASTER") return;
    const { system, process } = vrrp;
    const key = followKey(other);
    setTimer(system, process, key, system.sim.now + TAKEOVER_WORK_US);
  });
}

export function followKey({ name }: VrrpInstance): string {
  return `follow ${name}`;
}

/** A member that its group makes MASTER comes when the first is done (measured, 2.2.7). */
export function followGroup(vrrp: Vrrp, instance: VrrpInstance): void {
  if (instance.state !== "BACKUP") return;
  takeOver(vrrp, instance);
  waitFor(vrrp, instance, instance.config.advertIntervalUs);
}

/** The advert goes out first, then the addresses, then the gratuitous ARPs (K23). */
function takeOver(vrrp: Vrrp, instance: VrrpInstance): void {
  const { config, name } = instance;
  sendAdvert(vrrp, instance, instance.priority);
  const [learned, own] = [instance.masterIntervalUs, config.advertIntervalUs];
  log(vrrp, instance, "Entering MASTER STATE");
  if (learned !== own) {
    const text = `changing advert interval from ${learned / 1000}ms to locally configured`;
    detail(vrrp, `(${name}) ${text} ${own / 1000}ms`);
  }
  instance.masterIntervalUs = own;
  instance.master = undefined;
  instance.wants = "MASTER";
  mark(vrrp, instance, "MASTER");
  addAll(vrrp, instance);
  sendGarps(vrrp, instance, config.garpRepeat);
  scheduleGarps(vrrp, instance, config.garpDelayUs, config.garpRepeat);
  // Counted from after the work: a member that follows its group refreshes an advert later.
  instance.refreshedAt = vrrp.system.sim.now + TAKEOVER_WORK_US;
  tell(vrrp, instance, "MASTER");
}

/** MASTER to BACKUP because another one is better (K28-6). */
export function yieldTo(vrrp: Vrrp, instance: VrrpInstance, master: Ip): void {
  stepDown(vrrp, instance);
  instance.master = master;
  moveGroup(vrrp, instance, "BACKUP", (other) => {
    if (other.state === "MASTER") stepDown(vrrp, other);
  });
}

function stepDown(vrrp: Vrrp, instance: VrrpInstance): void {
  log(vrrp, instance, "Entering BACKUP STATE");
  instance.wants = "BACKUP";
  mark(vrrp, instance, "BACKUP");
  dropAll(vrrp, instance);
  waitFor(vrrp, instance, masterDownUs(instance));
  tell(vrrp, instance, "BACKUP");
}

/** A cause of FAULT appears (K35): two last adverts are tried, the addresses go. */
export function enterFault(vrrp: Vrrp, instance: VrrpInstance, cause: string): void {
  if (instance.faults.includes(cause)) return;
  instance.faults = [...instance.faults, cause];
  if (instance.state === "FAULT" || instance.state === "INIT") return;
  const wasMaster = instance.state === "MASTER";
  fall(vrrp, instance);
  if (wasMaster) {
    sendAdvert(vrrp, instance, 0);
    sendAdvert(vrrp, instance, 0);
    resign(vrrp, instance);
  }
  tell(vrrp, instance, "FAULT");
  moveGroup(vrrp, instance, "FAULT", (other) => follow(vrrp, other));
}

/** A member whose group faults says priority 0 once (K114). */
function follow(vrrp: Vrrp, instance: VrrpInstance): void {
  if (instance.state === "FAULT" || instance.state === "INIT") return;
  const wasMaster = instance.state === "MASTER";
  fall(vrrp, instance);
  if (wasMaster) {
    sendAdvert(vrrp, instance, 0);
    dropAll(vrrp, instance);
  }
  tell(vrrp, instance, "FAULT");
}

function fall(vrrp: Vrrp, instance: VrrpInstance): void {
  log(vrrp, instance, "Entering FAULT STATE");
  instance.wants = "BACKUP";
  mark(vrrp, instance, "FAULT");
  clearTimer(vrrp.process, timerKey(instance));
}

/** The last cause is gone: back to BACKUP and the full wait (K36, K40), with the whole group. */
export function leaveFault(vrrp: Vrrp, instance: VrrpInstance, cause: string): void {
  if (!instance.faults.includes(cause)) return;
  instance.faults = instance.faults.filter((each) => each !== cause);
  const isOut = instance.state === "FAULT" || instance.state === "INIT";
  const held = groupMembers(vrrp, instance).some(({ faults }) => faults.length > 0);
  if (instance.faults.length > 0 || !isOut || held) return;
  comeBack(vrrp, instance);
  moveGroup(vrrp, instance, "BACKUP", (other) => {
    if (other.state === "FAULT" || other.state === "INIT") comeBack(vrrp, other);
  });
}

/**
 * The owner of the address waits like everybody (measured, 2.2.7). Who has peers by address tells
 * the network of its own (K67).
 */
export function comeBack(vrrp: Vrrp, instance: VrrpInstance, how = ""): void {
  const { config, name } = instance;
  instance.masterIntervalUs = config.advertIntervalUs;
  log(vrrp, instance, `Entering BACKUP STATE${how}`);
  const own = sourceOf(vrrp, instance);
  if (config.unicastPeers.length > 0 && how === "" && own !== undefined) {
    detail(vrrp, `${name}: sending gratuitous ARP for ${own}`);
    sendGarp(vrrp, config.nic, own);
  }
  setState(vrrp, instance, "BACKUP");
  waitFor(vrrp, instance, masterDownUs(instance));
}

/** A reload brought a cause of FAULT: the addresses go without a last advert (measured, 2.2.7). */
export function faultOnReload(vrrp: Vrrp, instance: VrrpInstance): void {
  log(vrrp, instance, "entering FAULT state");
  if (instance.state === "MASTER") dropAll(vrrp, instance);
  instance.wants = "BACKUP";
  setState(vrrp, instance, "FAULT");
}

/** SIGTERM (K31): a master says priority 0 and takes its addresses away; a backup says nothing. */
export function stopInstance(vrrp: Vrrp, instance: VrrpInstance): void {
  clearTimer(vrrp.process, timerKey(instance));
  if (instance.state === "MASTER") {
    sendAdvert(vrrp, instance, 0);
    resign(vrrp, instance);
  }
  mark(vrrp, instance, "INIT");
  tell(vrrp, instance, "STOP");
}

/** It has said priority 0; the addresses go. */
export function resign(vrrp: Vrrp, instance: VrrpInstance): void {
  detail(vrrp, `(${instance.name}) sent 0 priority`);
  dropAll(vrrp, instance);
}

function dropAll(vrrp: Vrrp, instance: VrrpInstance): void {
  sayMoving(vrrp, instance, "removing");
  dropAddresses(vrrp, instance.config);
}

export function addAll(vrrp: Vrrp, instance: VrrpInstance): void {
  sayMoving(vrrp, instance, "setting");
  addAddresses(vrrp, instance.config);
}

/** Advertised and excluded addresses have a line each, if there are some (measured). */
function sayMoving(vrrp: Vrrp, { name, config }: VrrpInstance, how: "removing" | "setting"): void {
  if (config.addresses.length > 0) detail(vrrp, `(${name}) ${how} VIPs.`);
  if (config.excludedAddresses.length > 0) detail(vrrp, `(${name}) ${how} E-VIPs.`);
}

/** A new effective priority; a backup's running timer moves by the difference of skews (K102). */
export function changePriority(vrrp: Vrrp, instance: VrrpInstance, priority: number): void {
  const before = instance.priority;
  if (priority === before) return;
  log(vrrp, instance, `Changing effective priority from ${before} to ${priority}`);
  const oldSkew = skewUs(instance);
  instance.priority = priority;
  if (instance.state !== "BACKUP") return;
  const { now } = vrrp.system.sim;
  waitFor(vrrp, instance, instance.deadline + skewUs(instance) - oldSkew - now);
}

/** The other members of its sync group. */
export function groupMembers(vrrp: Vrrp, instance: VrrpInstance): VrrpInstance[] {
  const names = groupOf(vrrp, instance)?.members ?? [];
  const { instances } = vrrp.memory;
  return names
    .filter((name) => name !== instance.name)
    .map((name) => instances.get(name))
    .filter((each) => each !== undefined);
}

function groupOf(vrrp: Vrrp, { name }: VrrpInstance): SyncGroupConfig | undefined {
  return vrrp.memory.groups.find(({ members }) => members.includes(name));
}

/** What one member does the others do after it (K111, K83). */
function moveGroup(
  vrrp: Vrrp,
  instance: VrrpInstance,
  state: "MASTER" | "BACKUP" | "FAULT",
  move: (other: VrrpInstance) => void,
): void {
  const group = groupOf(vrrp, instance);
  if (group === undefined) return;
  const text = `VRRP_Group(${group.name}) Syncing instances to ${state} state`;
  say(vrrp.system, vrrp.process, vrrp.voice, text);
  for (const other of groupMembers(vrrp, instance)) move(other);
  const notification = { type: "GROUP", name: group.name, state, priority: 0 } as const;
  notify(vrrp.system, vrrp.process, group.notify, notification);
}

/** Sets the instance's timer; a backup's is marked, for its time can be seen running out. */
export function waitFor(vrrp: Vrrp, instance: VrrpInstance, delayUs: number): void {
  const { sim, host } = vrrp.system;
  instance.deadline = Math.max(sim.now, Math.ceil(sim.now + delayUs));
  const { deadline } = instance;
  setTimer(vrrp.system, vrrp.process, timerKey(instance), deadline);
  if (instance.state !== "BACKUP") return;
  sim.record(host, "mark", { what: "vrrp-timer", instance: instance.name, deadline });
}

export function timerKey(instance: VrrpInstance): string {
  return `vrrp ${instance.name}`;
}

function setState(vrrp: Vrrp, instance: VrrpInstance, state: "BACKUP" | "FAULT"): void {
  mark(vrrp, instance, state);
  tell(vrrp, instance, state);
}

export function mark({ system, memory }: Vrrp, instance: VrrpInstance, state: VrrpState): void {
  const { counters } = instance;
  if (state === "MASTER" && instance.state !== "MASTER") counters.becameMaster++;
  if (state !== "MASTER" && instance.state === "MASTER") counters.releasedMaster++;
  instance.state = state;
  instance.changedAt = system.sim.now;
  followState(system, memory.syncDaemon, instance, state);
  system.sim.record(system.host, "mark", { what: "vrrp-state", instance: instance.name, state });
}

/** Runs the instance's notify lines (K115). */
export function tell(
  { system, process }: Vrrp,
  { name, config, priority }: VrrpInstance,
  state: "BACKUP" | "MASTER" | "FAULT" | "STOP",
): void {
  notify(system, process, config.notify, { type: "INSTANCE", name, state, priority });
}

/** A line that always appears, prefixed by the instance's name. */
export function log(vrrp: Vrrp, { name }: VrrpInstance, text: string): void {
  say(vrrp.system, vrrp.process, vrrp.voice, `(${name}) ${text}`);
}

export function detail(vrrp: Vrrp, text: string): void {
  sayDetail(vrrp.system, vrrp.process, vrrp.voice, text);
}
