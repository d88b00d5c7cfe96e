// An advert arrives: the checks in their order (K14), then what BACKUP and MASTER make of it
// (K26, K28, K30).
import { type Ip, ipNumber } from "../wire/address.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import type { VrrpAdvert } from "../wire/vrrp.ts";
import { checkValue } from "./authentication.ts";
import { scheduleGarps, sendGarps } from "./garp.ts";
import { masterDownUs, skewUs, type VrrpCounters, type VrrpInstance } from "./instance.ts";
import { sendAdvert, sourceOf } from "./advert.ts";
import { detail, groupMembers, log, type Vrrp, waitFor, yieldTo } from "./vrrp.ts";
import { notify } from "./notify.ts";

/**
 * A line about another's advert takes time to write before the timer is set again. Of two masters
 * that reject each other it silences the one that came second for good (README VRRP 13).
 */
const COMPLAINT_WORK_US = 100;
/** Answering a lesser master with an advert and gratuitous ARPs takes longer (recorded). */
const INSIST_WORK_US = 800;

/** Adverts for an instance in FAULT or INIT are dropped without a word (K13). */
export function receiveAdvert(
  vrrp: Vrrp,
  instance: VrrpInstance,
  packet: Ipv4Packet,
  advert: VrrpAdvert,
): void {
  if (instance.state !== "BACKUP" && instance.state !== "MASTER") return;
  const complaint = check(instance, packet, advert);
  const isLesser = complaint === undefined && advert.priority < instance.priority;
  countAdvert(instance, advert, complaint);
  if (complaint !== undefined) log(vrrp, instance, complaint);
  else if (instance.state === "BACKUP") receiveAsBackup(vrrp, instance, packet.source, advert);
  else receiveAsMaster(vrrp, instance, packet.source, advert);
  // Any advert for our id, even a bad one, puts a master's own next one off (K30).
  const { lowerPriorityNoAdvert, advertIntervalUs } = instance.config;
  if (instance.state === "MASTER" && !lowerPriorityNoAdvert) {
    const workUs = isLesser ? INSIST_WORK_US : COMPLAINT_WORK_US;
    waitFor(vrrp, instance, advertIntervalUs + workUs);
  }
}

/** Which counter a complaint belongs to, by how it begins (K18). */
const COMPLAINTS: readonly (readonly [start: string, counter: keyof VrrpCounters])[] = [
  ["invalid TTL", "ttl"],
  ["advertisement interval", "interval"],
  ["received an unexpected ip", "addressList"],
  ["ip address associated", "addressList"],
  ["Invalid auth type", "authType"],
  ["received an invalid passwd", "authFailure"],
  ["received a ", "authMismatch"],
];

function countAdvert(
  { counters }: VrrpInstance,
  advert: VrrpAdvert,
  complaint: string | undefined,
): void {
  if (complaint === undefined) {
    counters.received++;
    if (advert.priority === 0) counters.zeroReceived++;
    return;
  }
  const found = COMPLAINTS.find(([start]) => complaint.startsWith(start));
  if (found !== undefined) counters[found[1]]++;
}

const AUTH_BYTES = 8;

/** What is wrong with an advert, in keepalived's words; undefined when it is good (K14). */
function check(
  { config }: VrrpInstance,
  { ttl, source, destination }: Ipv4Packet,
  advert: VrrpAdvert,
): string | undefined {
  const unicast = config.unicastPeers.length > 0;
  if (!unicast && ttl !== 255) return `invalid TTL/HL. Received ${ttl} and expect 255`;
  if (advert.version !== config.version) {
    return `wrong version. Received ${advert.version} and expect ${config.version}`;
  }
  if (config.version === 2) {
    const complaint = checkVersion2(config, advert);
    if (complaint !== undefined) return complaint;
  }
  if (advert.addresses.length !== config.addresses.length) {
    const [got, own] = [advert.addresses.length, config.addresses.length];
    return `received an unexpected ip number count ${got}, expected ${own}!`;
  }
  const toGroup = destination.startsWith("224.");
  if (unicast && toGroup) return "Expected unicast packet but received multicast packet";
  if (!unicast && !toGroup) return "Expected multicast packet but received unicast packet";
  const missing = config.addresses.find(({ address }) => !advert.addresses.includes(address));
  if (missing !== undefined) {
    const of = `with VRID ${config.virtualRouterId}`;
    return `ip address associated ${of} not present in MASTER advert: ${missing.address}`;
  }
  if (!unicast || !config.checksUnicastSource || config.unicastPeers.includes(source)) {
    return undefined;
  }
  return `unicast source address ${source} not a unicast peer`;
}

function checkVersion2(config: VrrpInstance["config"], advert: VrrpAdvert): string | undefined {
  if (advert.authType > 2) return `Invalid auth type: ${advert.authType}`;
  if (advert.authType !== config.authType) {
    return `received a ${advert.authType} auth, expecting ${config.authType}!`;
  }
  const own = config.password.slice(0, AUTH_BYTES);
  if (config.authType === 1 && advert.password !== own) return "received an invalid passwd!";
  const { authenticationHeader: header } = advert;
  if (config.authType === 2 && header?.checkValue !== checkValue(advert, own, header?.sequence)) {
    const reason = "Due to fields mutation or bad password !";
    return `IPSEC-AH : invalid IPSEC HMAC-MD5 value. ${reason}`;
  }
  const seconds = Math.round(config.advertIntervalUs / 1_000_000);
  if (advert.advertInterval === seconds) return undefined;
  const received = advert.advertInterval;
  return `advertisement interval mismatch mine=${seconds} sec rcv'd=${received} sec`;
}

/** K26: equal counts as better, and a lower one leaves the timer running. */
function receiveAsBackup(vrrp: Vrrp, instance: VrrpInstance, from: Ip, advert: VrrpAdvert): void {
  if (advert.priority === 0) {
    detail(vrrp, `(${instance.name}) Backup received priority 0 advertisement`);
    return waitFor(vrrp, instance, skewUs(instance) + turnUs(vrrp, instance));
  }
  const isBetter = advert.priority >= instance.priority;
  if (isBetter) stopPreemptDelay(vrrp, instance);
  if (isBetter || !instance.config.preempt || waitsToPreempt(vrrp, instance)) {
    instance.master = from;
    instance.wants = "BACKUP";
    learnInterval(vrrp, instance, advert);
    return waitFor(vrrp, instance, masterDownUs(instance) + turnUs(vrrp, instance));
  }
  const { priority } = advert;
  log(vrrp, instance, `received lower priority (${priority}) advert from ${from} - discarding`);
}

/** How long a process takes to set its timer after an advert. */
const TURN_US = 40;

/**
 * One processor serves the hosts that an advert reaches one after the other, the last plugged in
 * first: of equal backups that one's timer ends first, and the others hear its advert (measured).
 */
function turnUs({ system: { host, sim } }: Vrrp, { config }: VrrpInstance): number {
  const nic = host.nics.get(config.nic);
  const { ports } = sim.world.switches.get(nic?.network ?? "") ?? {};
  const after = [...(ports?.keys() ?? [])].filter((number) => number > (nic?.port ?? 0));
  return after.length * TURN_US;
}

/** The delay counts from after its line is written (recorded: the advert at 10 s still counts). */
const PREEMPT_WORK_US = 500;

/** preempt_delay begins with the first lower advert heard (K34). */
function waitsToPreempt(vrrp: Vrrp, instance: VrrpInstance): boolean {
  const { preemptDelayUs } = instance.config;
  if (preemptDelayUs === 0) return false;
  const { now } = vrrp.system.sim;
  if (instance.preemptAt === undefined) {
    instance.preemptAt = now + preemptDelayUs + PREEMPT_WORK_US;
    const seconds = (preemptDelayUs / 1_000_000).toFixed(6);
    detail(vrrp, `(${instance.name}) start preempt delay (${seconds})`);
  }
  return now < instance.preemptAt;
}

function stopPreemptDelay(vrrp: Vrrp, instance: VrrpInstance): void {
  if (instance.preemptAt === undefined) return;
  instance.preemptAt = undefined;
  detail(vrrp, `(${instance.name}) stop preempt delay`);
}

/** Version 3 takes over the master's interval (K29). */
function learnInterval(vrrp: Vrrp, instance: VrrpInstance, advert: VrrpAdvert): void {
  if (instance.config.version !== 3) return;
  const intervalUs = advert.advertInterval * 10_000;
  const old = instance.masterIntervalUs;
  if (intervalUs === old) return;
  const [from, to] = [old / 1000, intervalUs / 1000];
  const text = `advertisement interval updated from ${from}ms to ${to}ms by master`;
  detail(vrrp, `(${instance.name}) ${text}`);
  instance.masterIntervalUs = intervalUs;
}

/** K28, step by step. */
function receiveAsMaster(vrrp: Vrrp, instance: VrrpInstance, from: Ip, advert: VrrpAdvert): void {
  const { name, config } = instance;
  const theirs = advert.priority;
  if (theirs === 0) {
    detail(vrrp, `(${name}) Master received priority 0 message`);
    return sendAdvert(vrrp, instance, instance.priority);
  }
  const own = sourceOf(vrrp, instance) ?? "0.0.0.0";
  const compared = ipNumber(from) - ipNumber(own);
  const isBetter = theirs > instance.priority || (theirs === instance.priority && compared > 0);
  if (isBetter && config.higherPrioritySendAdvert) sendAdvert(vrrp, instance, instance.priority);
  if (theirs === instance.priority && compared === 0) {
    const text = "equal priority advert received from remote host with our IP address.";
    log(vrrp, instance, `WARNING - ${text}`);
  }
  if (theirs === 255 && instance.priority === 255) {
    const text = "local instance and a remote instance are both configured as address owner";
    log(vrrp, instance, `CONFIGURATION ERROR: ${text}, please fix - reducing local priority`);
    instance.priority = 254;
  }
  const ours = instance.priority;
  if (theirs < ours || (theirs === ours && compared < 0)) {
    return insist(vrrp, instance, from, theirs);
  }
  const reason =
    theirs > ours
      ? `higher priority ${theirs}, ours ${ours}`
      : `same priority ${theirs} but higher IP address than ours`;
  log(vrrp, instance, `Master received advert from ${from} with ${reason}`);
  learnInterval(vrrp, instance, advert);
  yieldTo(vrrp, instance, from);
}

/** A lesser master is answered at once, with an advert and gratuitous ARPs (K28-5, K65). */
function insist(vrrp: Vrrp, instance: VrrpInstance, from: Ip, theirs: number): void {
  const { config, priority } = instance;
  const answers = !config.lowerPriorityNoAdvert;
  const end = answers ? ", forcing new election" : "";
  const text = `Received advert from ${from} with lower priority ${theirs}, ours ${priority}`;
  log(vrrp, instance, text + end);
  if (answers) sendAdvert(vrrp, instance, priority);
  // The other members of a group say it too (K65).
  for (const each of [instance, ...groupMembers(vrrp, instance)]) {
    const { garpLowerPriorityRepeat: repeat, garpLowerPriorityDelayUs } = each.config;
    if (each.state !== "MASTER" || repeat === 0) continue;
    sendGarps(vrrp, each, repeat);
    scheduleGarps(vrrp, each, garpLowerPriorityDelayUs, repeat);
  }
  const { name } = instance;
  const state = "MASTER_RX_LOWER_PRI";
  const { system, process } = vrrp;
  notify(system, process, config.notify, { type: "INSTANCE", name, state, priority });
}
