// The VRRP state machine as keepalived 2.2.7 runs it (K19-K57): what an instance does when its
// timer ends, and how it moves between BACKUP, MASTER and FAULT.
import { addAddress, removeAddress } from "../host/interface.ts";
import { sendIpv4 } from "../host/ip-output.ts";
import type { Process } from "../host/process.ts";
import { clearTimer, setTimer, type System } from "../host/system.ts";
import type { Ip } from "../wire/address.ts";
import { VRRP_GROUP, type VrrpAdvert } from "../wire/vrrp.ts";
import { refreshGarps, scheduleGarps, sendGarps } from "./garp.ts";
import { masterDownUs, skewUs, type VrrpInstance, type VrrpState } from "./instance.ts";
import { say, sayDetail, type Voice } from "./log.ts";

const TTL = 255;
/** Network control (K1). */
const TOS = 0xc0;

/** What every function here needs: the process that runs the instance. */
export interface Vrrp {
  readonly system: System;
  readonly process: Process;
  readonly voice: Voice;
}

/** Every instance begins as BACKUP, whatever `state` says (K21); only 255 is master at once. */
export function startInstance(vrrp: Vrrp, instance: VrrpInstance): void {
  const { name, config } = instance;
  detail(vrrp, `(${name}) removing VIPs.`);
  dropAddresses(vrrp, instance);
  if (instance.faults.length > 0) {
    say(vrrp.system, vrrp.process, vrrp.voice, `(${name}) entering FAULT state`);
    return setState(vrrp, instance, "FAULT");
  }
  if (config.priority === 255 && config.state === "MASTER") {
    setState(vrrp, instance, "BACKUP");
    return waitFor(vrrp, instance, 1);
  }
  log(vrrp, instance, "Entering BACKUP STATE (init)");
  setState(vrrp, instance, "BACKUP");
  waitFor(vrrp, instance, masterDownUs(instance));
}

/** The instance's one timer: silence while BACKUP, the next advert while MASTER (K19). */
export function timerEnds(vrrp: Vrrp, instance: VrrpInstance): void {
  switch (instance.state) {
    case "BACKUP":
      return becomeMaster(vrrp, instance);
    case "MASTER":
      sendAdvert(vrrp, instance, instance.priority);
      refreshGarps(vrrp, instance);
      return waitFor(vrrp, instance, instance.config.advertIntervalUs);
    case "INIT":
    case "FAULT":
      return;
  }
}

/** The advert goes out first, then the addresses, then the gratuitous ARPs (K23). */
function becomeMaster(vrrp: Vrrp, instance: VrrpInstance): void {
  const { config, name } = instance;
  detail(vrrp, `(${name}) Receive advertisement timeout`);
  sendAdvert(vrrp, instance, instance.priority);
  log(vrrp, instance, "Entering MASTER STATE");
  detail(vrrp, `(${name}) setting VIPs.`);
  instance.masterIntervalUs = config.advertIntervalUs;
  instance.master = undefined;
  setState(vrrp, instance, "MASTER");
  addAddresses(vrrp, instance);
  sendGarps(vrrp, instance, config.garpRepeat);
  scheduleGarps(vrrp, instance);
  instance.refreshedAt = vrrp.system.sim.now;
  waitFor(vrrp, instance, config.advertIntervalUs);
}

/** MASTER to BACKUP because another one is better (K28-6). */
export function yieldTo(vrrp: Vrrp, instance: VrrpInstance, master: Ip): void {
  log(vrrp, instance, "Entering BACKUP STATE");
  setState(vrrp, instance, "BACKUP");
  detail(vrrp, `(${instance.name}) removing VIPs.`);
  dropAddresses(vrrp, instance);
  instance.master = master;
  waitFor(vrrp, instance, masterDownUs(instance));
}

/** A cause of FAULT appears (K35): two last adverts are tried, the addresses go. */
export function enterFault(vrrp: Vrrp, instance: VrrpInstance, cause: string): void {
  if (instance.faults.includes(cause)) return;
  instance.faults = [...instance.faults, cause];
  if (instance.state === "FAULT") return;
  const wasMaster = instance.state === "MASTER";
  log(vrrp, instance, "Entering FAULT STATE");
  setState(vrrp, instance, "FAULT");
  clearTimer(vrrp.process, timerKey(instance));
  if (!wasMaster) return;
  sendAdvert(vrrp, instance, 0);
  sendAdvert(vrrp, instance, 0);
  resign(vrrp, instance);
}

/** The last cause is gone: back to BACKUP and the full wait (K36, K40). */
export function leaveFault(vrrp: Vrrp, instance: VrrpInstance, cause: string): void {
  if (!instance.faults.includes(cause)) return;
  instance.faults = instance.faults.filter((each) => each !== cause);
  if (instance.faults.length > 0 || instance.state !== "FAULT") return;
  instance.masterIntervalUs = instance.config.advertIntervalUs;
  log(vrrp, instance, "Entering BACKUP STATE");
  setState(vrrp, instance, "BACKUP");
  waitFor(vrrp, instance, masterDownUs(instance));
}

/** Somebody deleted an address of ours: resign, and run for it again after the skew (K39). */
export function addressDeleted(vrrp: Vrrp, instance: VrrpInstance, address: Ip): void {
  const { system, process, voice } = vrrp;
  const { nic } = instance.config;
  say(system, process, voice, `Netlink reflector reports IP ${address} removed from ${nic}`);
  log(vrrp, instance, "Entering BACKUP STATE");
  sendAdvert(vrrp, instance, 0);
  setState(vrrp, instance, "BACKUP");
  resign(vrrp, instance);
  waitFor(vrrp, instance, skewUs(instance));
}

/** SIGTERM (K31): a master says priority 0 and takes its addresses away; a backup says nothing. */
export function stopInstance(vrrp: Vrrp, instance: VrrpInstance): void {
  clearTimer(vrrp.process, timerKey(instance));
  if (instance.state === "MASTER") {
    sendAdvert(vrrp, instance, 0);
    resign(vrrp, instance);
  }
  setState(vrrp, instance, "INIT");
}

function resign(vrrp: Vrrp, instance: VrrpInstance): void {
  detail(vrrp, `(${instance.name}) sent 0 priority`);
  detail(vrrp, `(${instance.name}) removing VIPs.`);
  dropAddresses(vrrp, instance);
}

/** Sets the instance's timer; a backup's is marked, for its time can be seen running out. */
export function waitFor(vrrp: Vrrp, instance: VrrpInstance, delayUs: number): void {
  const { sim, host } = vrrp.system;
  const deadline = sim.now + delayUs;
  setTimer(vrrp.system, vrrp.process, timerKey(instance), deadline);
  if (instance.state !== "BACKUP") return;
  sim.record(host, "mark", { what: "vrrp-timer", instance: instance.name, deadline });
}

export function timerKey(instance: VrrpInstance): string {
  return `vrrp ${instance.name}`;
}

export function sendAdvert(vrrp: Vrrp, instance: VrrpInstance, priority: number): void {
  const { host, sim } = vrrp.system;
  const { config } = instance;
  const source = sourceOf(vrrp, instance);
  if (source === undefined) return;
  const peers = config.unicastPeers.length > 0 ? config.unicastPeers : [VRRP_GROUP];
  for (const destination of peers) {
    const packet = {
      protocol: "ipv4",
      source,
      destination,
      ttl: TTL,
      tos: TOS,
      id: instance.nextId,
      dontFragment: false,
      payload: advertOf(instance, priority),
    } as const;
    instance.nextId = (instance.nextId + 1) & 0xffff;
    sendIpv4(host, packet, sim, { nic: config.nic });
  }
}

function advertOf({ config }: VrrpInstance, priority: number): VrrpAdvert {
  const unit = config.version === 2 ? 1_000_000 : 10_000;
  return {
    protocol: "vrrp",
    version: config.version,
    virtualRouterId: config.virtualRouterId,
    priority,
    authType: config.version === 2 ? config.authType : 0,
    password: config.version === 2 && config.authType === 1 ? config.password : "",
    advertInterval: Math.round(config.advertIntervalUs / unit),
    addresses: config.addresses.map(({ address }) => address),
  };
}

/** The interface's primary address, unless the file names another (K1). */
export function sourceOf(vrrp: Vrrp, instance: VrrpInstance): Ip | undefined {
  const { config } = instance;
  const nic = vrrp.system.host.nics.get(config.nic);
  const own = config.addresses.map(({ address }) => address);
  return config.sourceIp ?? nic?.addresses.find(({ address }) => !own.includes(address))?.address;
}

function addAddresses(vrrp: Vrrp, { config }: VrrpInstance): void {
  const { host, sim } = vrrp.system;
  for (const each of [...config.addresses, ...config.excludedAddresses]) {
    const { address, prefix, nic = config.nic, label } = each;
    const labelled = label === undefined ? {} : { label };
    addAddress(host, nic, { address, prefix, owner: "keepalived", ...labelled }, sim);
  }
}

/** Takes the addresses from the interface, also those that a crash left behind (K24). */
function dropAddresses(vrrp: Vrrp, { config }: VrrpInstance): void {
  const { host, sim } = vrrp.system;
  for (const { address, prefix, nic = config.nic } of [
    ...config.addresses,
    ...config.excludedAddresses,
  ]) {
    removeAddress(host, nic, address, prefix, sim);
  }
}

function setState(vrrp: Vrrp, instance: VrrpInstance, state: VrrpState): void {
  instance.state = state;
  const { host, sim } = vrrp.system;
  const { name } = instance;
  sim.record(host, "mark", { what: "vrrp-state", instance: name, state });
}

/** A line that always appears, prefixed by the instance's name. */
export function log(vrrp: Vrrp, { name }: VrrpInstance, text: string): void {
  say(vrrp.system, vrrp.process, vrrp.voice, `(${name}) ${text}`);
}

export function detail(vrrp: Vrrp, text: string): void {
  sayDetail(vrrp.system, vrrp.process, vrrp.voice, text);
}
