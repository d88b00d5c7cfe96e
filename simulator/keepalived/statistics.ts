// What keepalived writes on SIGUSR1 and SIGUSR2: the state of its instances, and their packet
// counters (K18, K56). Left out of the state: the global definitions and the list of interfaces.
import { writeFile } from "../host/files.ts";
import type { Process } from "../host/process.ts";
import type { System } from "../host/system.ts";
import { formatDate } from "../host/format-date.ts";
import { masterDownUs, type VrrpInstance, type VrrpMemory } from "./instance.ts";
import { say, type Voice } from "./log.ts";

const STATISTICS_FILE = "/tmp/keepalived.stats";
const STATE_FILE = "/tmp/keepalived.data";

/** Each process says so, with the same remark about the user of its scripts. */
export function sayPrinting(system: System, process: Process, voice: Voice, what: string): void {
  say(system, process, voice, `Printing ${what} data for process(${process.pid}) on signal`);
  say(system, process, voice, "Script user 'keepalived_script' does not exist");
}

export function writeStatistics(
  system: System,
  process: Process,
  voice: Voice,
  memory: VrrpMemory,
): void {
  say(system, process, voice, `Printing VRRP stats for process(${process.pid}) on signal`);
  const text = [...memory.instances.values()].map(statisticsOf).join("");
  writeFile(system, STATISTICS_FILE, text);
}

function statisticsOf({ name, counters }: VrrpInstance): string {
  return [
    `VRRP Instance: ${name}`,
    "  Advertisements:",
    `    Received: ${counters.received}`,
    `    Sent: ${counters.sent}`,
    `  Became master: ${counters.becameMaster}`,
    `  Released master: ${counters.releasedMaster}`,
    "  Packet Errors:",
    "    Length: 0",
    `    TTL: ${counters.ttl}`,
    "    Invalid Type: 0",
    `    Advertisement Interval: ${counters.interval}`,
    `    Address List: ${counters.addressList}`,
    "  Authentication Errors:",
    `    Invalid Type: ${counters.authType}`,
    `    Type Mismatch: ${counters.authMismatch}`,
    `    Failure: ${counters.authFailure}`,
    "  Priority Zero:",
    `    Received: ${counters.zeroReceived}`,
    `    Sent: ${counters.zeroSent}`,
    "",
  ].join("\n");
}

export function writeState(
  system: System,
  process: Process,
  voice: Voice,
  memory: VrrpMemory,
): void {
  sayPrinting(system, process, voice, "VRRP");
  const instances = [...memory.instances.values()].map((each) => stateOf(each, system));
  writeFile(system, STATE_FILE, `------< VRRP Topology >------\n${instances.join("")}`);
}

const AUTH_NAMES = ["NONE", "SIMPLE_PASSWORD", "AH"];

function stateOf(instance: VrrpInstance, system: System): string {
  const { config } = instance;
  const seconds = (us: number): number => us / 1_000_000;
  const isOn = (value: boolean): string => (value ? "enabled" : "disabled");
  const lines = [
    ` VRRP Instance = ${instance.name}`,
    `   VRRP Version = ${config.version}`,
    `   State = ${instance.state}`,
    `   Wantstate = ${instance.wants}`,
    `   Last transition = ${moment(instance.changedAt, system)}`,
    `   Read timeout = ${moment(instance.deadline, system)}`,
    `   Master down timer = ${masterDownUs(instance)} usecs`,
    `   Interface = ${config.nic}`,
    `   Gratuitous ARP delay = ${seconds(config.garpDelayUs)}`,
    `   Gratuitous ARP repeat = ${config.garpRepeat}`,
    `   Gratuitous ARP refresh = ${seconds(config.garpRefreshUs)}`,
    `   Gratuitous ARP refresh repeat = ${config.garpRefreshRepeat}`,
    `   Gratuitous ARP lower priority delay = ${seconds(config.garpLowerPriorityDelayUs)}`,
    `   Gratuitous ARP lower priority repeat = ${config.garpLowerPriorityRepeat}`,
    `   Down timer adverts = ${config.downTimerAdverts}`,
    `   Virtual Router ID = ${config.virtualRouterId}`,
    `   Priority = ${config.priority}`,
    `   Effective priority = ${instance.priority}`,
    `   Total priority = ${instance.priority}`,
    `   Advert interval = ${intervalText(config.version, config.advertIntervalUs)}`,
    "   Accept = enabled",
    `   Preempt = ${isOn(config.preempt)}`,
  ];
  if (config.version === 2) {
    lines.push(`   Authentication type = ${AUTH_NAMES[config.authType] ?? ""}`);
    if (config.authType !== 0) lines.push(`   Password = ${config.password}`);
  }
  lines.push(`   Virtual IP (${config.addresses.length}):`);
  for (const { address, prefix, nic } of config.addresses) {
    const isSet = instance.state === "MASTER" ? " set" : "";
    lines.push(`     ${address}/${prefix} dev ${nic ?? config.nic} scope global${isSet}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function intervalText(version: 2 | 3, us: number): string {
  return version === 2 ? `${us / 1_000_000} sec` : `${us / 1000} milli-sec`;
}

/** "1795405391.302460 (Mon Nov 23 03:43:11.302460 2026)". */
function moment(at: number, { sim }: System): string {
  const us = sim.world.startEpoch * 1_000_000 + at;
  const fraction = String(us % 1_000_000).padStart(6, "0");
  const date = formatDate(us, `%a %b %d %T.${fraction} %Y`);
  return `${Math.floor(us / 1_000_000)}.${fraction} (${date})`;
}
