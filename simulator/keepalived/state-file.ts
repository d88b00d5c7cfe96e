// What keepalived writes on SIGUSR1 (K56): its instances, their sockets and the interfaces, as
// recorded. Left out: the global definitions, seventy settings of which the simulator acts on few.
import { formatDate } from "../host/format-date.ts";
import { writeFile } from "../host/files.ts";
import type { Host, Nic } from "../host/host.ts";
import { getSysctl } from "../host/sysctl.ts";
import type { System } from "../host/system.ts";
import { ZERO_MAC } from "../wire/address.ts";
import { VRRP_GROUP } from "../wire/vrrp.ts";
import { sourceOf } from "./advert.ts";
import { masterDownUs, type VrrpInstance } from "./instance.ts";
import type { Vrrp } from "./vrrp.ts";

const STATE_FILE = "/tmp/keepalived.data";
/** Recorded: what the daemon opens before its sockets takes the numbers below. */
const FIRST_DESCRIPTOR = 13;

export function writeState(vrrp: Vrrp): void {
  const instances = [...vrrp.memory.instances.values()];
  const sockets = [...new Set(instances.map(({ socket }) => socket))];
  const { host } = vrrp.system;
  const lines = [
    "------< VRRP Topology >------",
    ...instances.flatMap((each) => instanceLines(vrrp, each, sockets)),
    "------< VRRP Sockpool >------",
    ...sockets.flatMap((socket) => socketLines(socket, sockets, instances)),
    "------< Interfaces >------",
    ...[...host.nics.values()].flatMap((nic) => interfaceLines(host, nic, instances)),
  ];
  writeFile(vrrp.system, STATE_FILE, lines.map((line) => `${line}\n`).join(""));
}

const AUTH_NAMES = ["NONE", "SIMPLE_PASSWORD", "AH"];

function instanceLines(vrrp: Vrrp, instance: VrrpInstance, sockets: readonly number[]): string[] {
  const { config } = instance;
  const descriptor = descriptorOf(instance.socket, sockets);
  const lines = [
    ` VRRP Instance = ${instance.name}`,
    ...[
      `VRRP Version = ${config.version}`,
      `State = ${instance.state}`,
      "Flags: none",
      `Wantstate = ${instance.wants}`,
      "Number of config faults = 0",
      `Number of interface and track script faults = ${instance.faults.length}`,
      `Number of track scripts init = ${unjudgedScripts(vrrp, instance)}`,
      `Last transition = ${moment(instance.changedAt, vrrp.system)}`,
      `Read timeout = ${moment(instance.deadline, vrrp.system)}`,
      `Master down timer = ${masterDownUs(instance)} usecs`,
      ...settings(vrrp, instance),
      ...authentication(instance),
      `Virtual IP (${config.addresses.length}):`,
    ].map((line) => `   ${line}`),
  ];
  for (const { address, prefix, nic } of config.addresses) {
    const isSet = instance.state === "MASTER" ? " set" : "";
    lines.push(`     ${address}/${prefix} dev ${nic ?? config.nic} scope global${isSet}`);
  }
  return [
    ...lines,
    `   fd_in ${descriptor}, fd_out ${descriptor + 1}`,
    "   Using smtp notification = no",
    "   Notify deleted = Fault",
    "   Notify priority changes = false",
  ];
}

function settings(vrrp: Vrrp, instance: VrrpInstance): string[] {
  const { config } = instance;
  const seconds = (us: number): number => us / 1_000_000;
  return [
    `Interface = ${config.nic}`,
    `Using src_ip = ${sourceOf(vrrp, instance) ?? "(none)"}`,
    ...(config.unicastPeers.length > 0 ? [] : [`Multicast address ${VRRP_GROUP}`]),
    `Gratuitous ARP delay = ${seconds(config.garpDelayUs)}`,
    `Gratuitous ARP repeat = ${config.garpRepeat}`,
    `Gratuitous ARP refresh = ${seconds(config.garpRefreshUs)}`,
    `Gratuitous ARP refresh repeat = ${config.garpRefreshRepeat}`,
    `Gratuitous ARP lower priority delay = ${seconds(config.garpLowerPriorityDelayUs)}`,
    `Gratuitous ARP lower priority repeat = ${config.garpLowerPriorityRepeat}`,
    `Down timer adverts = ${config.downTimerAdverts}`,
    `Send advert after receive lower priority advert = ${!config.lowerPriorityNoAdvert}`,
    `Send advert after receive higher priority advert = ${config.higherPrioritySendAdvert}`,
    `Virtual Router ID = ${config.virtualRouterId}`,
    `Priority = ${config.priority}`,
    `Effective priority = ${instance.priority}`,
    `Total priority = ${instance.priority}`,
    `Advert interval = ${intervalText(config.version, config.advertIntervalUs)}`,
    "Accept = enabled",
    `Preempt = ${config.preempt ? "enabled" : "disabled"}`,
    "Promote_secondaries = disabled",
  ];
}

function authentication({ config }: VrrpInstance): string[] {
  if (config.version !== 2) return [];
  const type = `Authentication type = ${AUTH_NAMES[config.authType] ?? ""}`;
  return config.authType === 0 ? [type] : [type, `Password = ${config.password}`];
}

function unjudgedScripts({ memory }: Vrrp, { config }: VrrpInstance): number {
  const scripts = config.track.scripts.map(({ name }) => memory.scripts.get(name));
  return scripts.filter((script) => script !== undefined && script.isUp === undefined).length;
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

/** One socket serves all instances of an interface (K12). */
function socketLines(
  socket: number,
  sockets: readonly number[],
  instances: readonly VrrpInstance[],
): string[] {
  const users = instances.filter((each) => each.socket === socket);
  const { nic, authType, unicastPeers } = users[0]!.config;
  const descriptor = descriptorOf(socket, sockets);
  return [
    ` fd_in ${descriptor} fd_out = ${descriptor + 1}`,
    `   Interface = ${nic}`,
    "   Family = IPv4",
    `   Protocol = ${authType === 2 ? "AH" : "VRRP"}`,
    `   Type = ${unicastPeers.length > 0 ? "Unicast" : "Multicast"}`,
    "   Rx buf size = 0",
    "   VRRP instances",
    ...users.map(({ name, config }) => `     ${name} vrid ${config.virtualRouterId}`),
  ];
}

function not(isSo: boolean): string {
  return isSo ? "" : "not ";
}

/** The number of the descriptor that receives; the one that sends is the next. */
function descriptorOf(socket: number, sockets: readonly number[]): number {
  return FIRST_DESCRIPTOR + 2 * sockets.indexOf(socket);
}

function interfaceLines(host: Host, nic: Nic, instances: readonly VrrpInstance[]): string[] {
  const isLoopback = nic.mac === ZERO_MAC;
  const users = instances.filter(({ config }) => config.nic === nic.name);
  const sysctl = (key: string): string =>
    getSysctl(host, `net.ipv4.conf.${nic.name}.${key}`) ?? "0";
  const kind = isLoopback ? ", no broadcast, loopback, no multicast" : "";
  return [
    ` Name = ${nic.name}`,
    ...[
      `index = ${nic.index}`,
      `IPv4 address = ${nic.addresses[0]?.address ?? "(none)"}`,
      "IPv6 address = (none)",
      ...(isLoopback ? [] : [`MAC = ${nic.mac}`, "MAC broadcast = ff:ff:ff:ff:ff:ff"]),
      `State = ${not(nic.up)}UP, ${not(nic.up && nic.carrier)}RUNNING${kind}`,
      "Seen up = 1",
      "Delayed state change running = false",
      "Up debounce timer = 0us",
      "Down debounce timer = 0us",
      `MTU = ${nic.mtu}`,
      `HW Type = ${isLoopback ? "LOOPBACK" : "ETHERNET"}`,
      "NIC netlink status update",
      "Reset ARP config counter 0",
      `Original arp_ignore ${sysctl("arp_ignore")}`,
      `Original arp_filter ${sysctl("arp_filter")}`,
      ...(users.length > 0 ? [`rp_filter ${sysctl("rp_filter")}`] : []),
      "Original promote_secondaries 0",
      "Reset promote_secondaries counter 0",
      ...(users.length > 0 ? ["Tracking VRRP instances :"] : []),
      ...users.map(({ name }) => `  ${name}, weight 0`),
    ].map((line) => `   ${line}`),
  ];
}
