// keepalived's VRRP process: one socket an interface, one machine an instance. It wakes for its
// timers, for adverts, for the kernel's news of links and addresses, and to stop.
import type { Process } from "../host/process.ts";
import { openRaw } from "../host/raw.ts";
import { closeSocket, exitProcess, setTimer } from "../host/system.ts";
import type { Program } from "../programs/program.ts";
import { VRRP_GROUP } from "../wire/vrrp.ts";
import type { VrrpInstanceConfig } from "./config.ts";
import { PERMANENT_ERROR, readOwnConfiguration, sayDiagnostics, sayStopped } from "./daemon.ts";
import { garpKey, secondBurst } from "./garp.ts";
import type { VrrpInstance } from "./instance.ts";
import { say, voiceOf } from "./log.ts";
import { receiveAdvert } from "./receive.ts";
import {
  addressDeleted,
  detail,
  enterFault,
  leaveFault,
  sourceOf,
  startInstance,
  stopInstance,
  timerEnds,
  timerKey,
  type Vrrp,
} from "./vrrp.ts";

/** Between the last advert and the end of the process (K31). */
const LAST_WORDS_US = 1_000_000;
const LAST_WORDS = "last words";

interface Memory {
  readonly instances: Map<string, VrrpInstance>;
}

export const keepalivedVrrp: Program = {
  startUs: 2_500,
  signals: ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"],
  run(process, reason, system) {
    const vrrp: Vrrp = { system, process, voice: voiceOf(process, "Keepalived_vrrp") };
    if (reason.kind === "start") return start(vrrp);
    const { instances } = process.memory as Memory;
    switch (reason.kind) {
      case "timer":
        return onTimer(vrrp, instances, reason.key);
      case "socket":
        return readAdverts(vrrp, instances, reason.socket);
      case "netlink":
        return onNews(vrrp, instances, reason);
      case "signal":
        if (reason.signal === "SIGTERM") stop(vrrp, instances);
        return;
      default:
        return;
    }
  },
};

/** The instances of a host's VRRP process, for those who only look. */
export function vrrpInstances(processes: Iterable<Process>): VrrpInstance[] {
  for (const process of processes) {
    if (process.program !== "keepalived-vrrp" || process.memory === undefined) continue;
    return [...(process.memory as Memory).instances.values()];
  }
  return [];
}

function start(vrrp: Vrrp): void {
  const { system, process, voice } = vrrp;
  const read = readOwnConfiguration(system);
  sayDiagnostics(system, process, voice, read);
  const instances = new Map<string, VrrpInstance>();
  process.memory = { instances } satisfies Memory;
  if (read.fatal) return exitProcess(system, process, PERMANENT_ERROR);
  detail(vrrp, "Registering Kernel netlink reflector");
  detail(vrrp, "Registering Kernel netlink command channel");
  const nics = new Set(read.config.instances.map(({ nic }) => nic));
  const sockets = new Map<string, number>();
  for (const config of read.config.instances) {
    instances.set(config.name, newInstance(config, sockets, vrrp));
  }
  sayAddresses(vrrp, [...instances.values()], nics);
  detail(vrrp, "Registering gratuitous ARP shared channel");
  for (const instance of instances.values()) startInstance(vrrp, instance);
  for (const [key, socket] of sockets) saySocket(vrrp, key, socket, instances);
}

/** One socket for all instances of an interface (K12). */
function newInstance(
  config: VrrpInstanceConfig,
  sockets: Map<string, number>,
  { system, process }: Vrrp,
): VrrpInstance {
  const unicast = config.unicastPeers.length > 0;
  const key = `${config.nic} ${unicast ? "unicast" : "multicast"}`;
  const options = { protocol: "vrrp", nic: config.nic } as const;
  const socket =
    sockets.get(key) ??
    openRaw(system, process, unicast ? options : { ...options, group: VRRP_GROUP });
  sockets.set(key, socket);
  const nic = system.host.nics.get(config.nic);
  const down = nic?.up !== true || !nic.carrier;
  return {
    name: config.name,
    config,
    state: "INIT",
    priority: config.priority,
    masterIntervalUs: config.advertIntervalUs,
    nextId: 1,
    socket,
    faults: down ? [`interface ${config.nic} down`] : [],
    master: undefined,
    refreshedAt: 0,
    preemptAt: undefined,
    preemptWaited: false,
  };
}

function sayAddresses(
  vrrp: Vrrp,
  instances: readonly VrrpInstance[],
  nics: ReadonlySet<string>,
): void {
  for (const name of nics) {
    const instance = instances.find(({ config }) => config.nic === name);
    const own = instance === undefined ? undefined : sourceOf(vrrp, instance);
    if (own !== undefined) detail(vrrp, `Assigned address ${own} for interface ${name}`);
  }
}

function saySocket(
  vrrp: Vrrp,
  key: string,
  socket: number,
  instances: ReadonlyMap<string, VrrpInstance>,
): void {
  const [nicName = "", kind = ""] = key.split(" ");
  const index = String(vrrp.system.host.nics.get(nicName)?.index ?? 0).padStart(3);
  const instance = [...instances.values()].find((each) => each.socket === socket);
  const own = instance === undefined ? undefined : sourceOf(vrrp, instance);
  const where =
    kind === "multicast" ? "multicast, address(224.0.0.18)" : `unicast, address(${own})`;
  const separator = kind === "multicast" ? " " : ", ";
  const socketText = `fd(13,14)${separator}${where}`;
  detail(vrrp, `VRRP sockpool: [ifindex(${index}), family(IPv4), proto(112), ${socketText}]`);
}

function onTimer(vrrp: Vrrp, instances: Map<string, VrrpInstance>, key: string): void {
  if (key === LAST_WORDS) {
    sayStopped(vrrp.system, vrrp.process, "Keepalived_vrrp");
    return exitProcess(vrrp.system, vrrp.process, 0);
  }
  for (const instance of instances.values()) {
    if (key === timerKey(instance)) return timerEnds(vrrp, instance);
    if (key === garpKey(instance)) return secondBurst(vrrp, instance);
  }
}

/** Works off all that waits in the socket, told apart by router id (K12, K13). */
function readAdverts(vrrp: Vrrp, instances: Map<string, VrrpInstance>, id: number): void {
  const socket = vrrp.system.host.sockets.get(id);
  if (socket?.kind !== "raw") return;
  const packets = socket.received;
  socket.received = [];
  for (const packet of packets) {
    const advert = packet.payload;
    if (advert.protocol !== "vrrp") continue;
    for (const instance of instances.values()) {
      if (instance.socket !== id) continue;
      if (instance.config.virtualRouterId !== advert.virtualRouterId) continue;
      receiveAdvert(vrrp, instance, packet, advert);
    }
  }
}

function onNews(
  vrrp: Vrrp,
  instances: Map<string, VrrpInstance>,
  news: { change: string; nic: string; address?: string },
): void {
  const concerned = [...instances.values()].filter(({ config }) => config.nic === news.nic);
  if (concerned.length === 0) return;
  switch (news.change) {
    case "link-down":
    case "link-up": {
      const up = news.change === "link-up";
      say(
        vrrp.system,
        vrrp.process,
        vrrp.voice,
        `Netlink reports ${news.nic} ${up ? "up" : "down"}`,
      );
      const cause = `interface ${news.nic} down`;
      for (const instance of concerned) {
        if (instance.config.dontTrackPrimary) continue;
        if (up) leaveFault(vrrp, instance, cause);
        else enterFault(vrrp, instance, cause);
      }
      return;
    }
    case "address-removed":
      for (const instance of concerned) noticeRemoval(vrrp, instance, news.address ?? "");
  }
}

/** An address of a master that is not there any more was taken away by somebody else (K39). */
function noticeRemoval(vrrp: Vrrp, instance: VrrpInstance, address: string): void {
  const { config, state } = instance;
  if (state !== "MASTER" || !config.addresses.some((own) => own.address === address)) return;
  const nic = vrrp.system.host.nics.get(config.nic);
  if (nic?.addresses.some((own) => own.address === address) === true) return;
  addressDeleted(vrrp, instance, address);
}

/** The sockets go at once, the process a second later (recorded: leaving the group 10 ms after). */
function stop(vrrp: Vrrp, instances: Map<string, VrrpInstance>): void {
  const { system, process } = vrrp;
  for (const instance of instances.values()) {
    stopInstance(vrrp, instance);
    closeSocket(system, instance.socket);
  }
  setTimer(system, process, LAST_WORDS, system.sim.now + LAST_WORDS_US);
}
