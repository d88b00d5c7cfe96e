// keepalived's VRRP process: one socket an interface, one machine an instance. It wakes for its
// timers, for adverts, for the kernel's news of links and addresses, for its scripts' ends, to read
// its file again and to stop.
import { removeFile } from "../host/files.ts";
import type { Process } from "../host/process.ts";
import { closeSocket, exitProcess, setTimer } from "../host/system.ts";
import { assert } from "../kernel/assert.ts";
import type { Program } from "../programs/program.ts";
import { sayStopped } from "./daemon.ts";
import { laterBurst } from "./garp.ts";
import type { VrrpInstance, VrrpMemory } from "./instance.ts";
import { say, voiceOf } from "./log.ts";
import type { ReadConfiguration } from "./read.ts";
import { receiveAdvert } from "./receive.ts";
import type { TypedSignals } from "./typed-signals.ts";
import { applyInterface, scriptEnded, scriptTimer, watchesInterface } from "./tracking.ts";
import {
  followGroup,
  followKey,
  stopInstance,
  tellGroups,
  timerEnds,
  timerKey,
  type Vrrp,
} from "./vrrp.ts";

/** Between the last advert and the end of the process (K31). */
const LAST_WORDS_US = 1_000_000;
const LAST_WORDS = "last words";
/** A timer that rings later than this is told (`min_auto_priority_delay`, README VRRP 25). */
const LATE_US = 1_000_000;

/** The VRRP process, whose files are read by this reader. */
export function vrrpWith(read: ReadConfiguration, signals?: TypedSignals): Program {
  return {
    startUs: 2_500,
    signals: ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"],
    run(process, reason, system) {
      const voice = voiceOf(process, "Keepalived_vrrp");
      if (reason.kind === "start") {
        process.memory = {
          instances: new Map(),
          scripts: new Map(),
          groups: [],
          syncDaemon: undefined,
        } satisfies VrrpMemory;
      }
      const vrrp: Vrrp = { system, process, voice, memory: process.memory as VrrpMemory };
      switch (reason.kind) {
        case "start":
          assert(signals !== undefined, "VRRP's start without a shell");
          return signals.startVrrp(vrrp, read);
        case "timer":
          catchUp(vrrp);
          return onTimer(vrrp, reason.key);
        case "socket":
          catchUp(vrrp);
          return readAdverts(vrrp, reason.socket);
        case "netlink":
          return onNews(vrrp, reason, signals);
        case "child":
          return scriptEnded(vrrp, reason);
        case "signal":
          if (reason.signal === "SIGTERM") return stop(vrrp);
          assert(signals !== undefined, `${reason.signal} without a shell`);
          if (reason.signal === "SIGHUP") signals.reloadVrrp(vrrp, read);
          if (reason.signal === "SIGUSR1") signals.writeState(vrrp);
          if (reason.signal === "SIGUSR2") {
            signals.writeStatistics(system, process, voice, vrrp.memory);
          }
          return;
        case "readable":
          return;
      }
    },
  };
}

/** The instances of a host's VRRP process, for those who only look. */
export function vrrpInstances(processes: Iterable<Process>): VrrpInstance[] {
  for (const process of processes) {
    if (process.program !== "keepalived-vrrp" || process.memory === undefined) continue;
    return [...(process.memory as VrrpMemory).instances.values()];
  }
  return [];
}

function onTimer(vrrp: Vrrp, key: string): void {
  if (key === LAST_WORDS) {
    sayStopped(vrrp.system, vrrp.process, "Keepalived_vrrp");
    removeFile(vrrp.system.host, "/run/vrrp.pid");
    return exitProcess(vrrp.system, vrrp.process, 0);
  }
  if (scriptTimer(vrrp, key)) return;
  for (const instance of vrrp.memory.instances.values()) {
    if (key === timerKey(instance)) {
      const isDue = instance.deadline <= vrrp.system.sim.now;
      return isDue ? timerEnds(vrrp, instance) : undefined;
    }
    if (key === followKey(instance)) return followGroup(vrrp, instance);
    if (key.startsWith(`garp ${instance.name} `)) return laterBurst(vrrp, instance, key);
  }
}

/**
 * A process that stood still finds a timer long past. It first reads the adverts that waited in its
 * socket: a good one saves a backup, a master answers each (README VRRP 25, 26).
 */
function catchUp(vrrp: Vrrp): void {
  const { system, process, voice, memory } = vrrp;
  for (const instance of memory.instances.values()) {
    const { deadline, state } = instance;
    const lateUs = system.sim.now - deadline;
    if (lateUs <= LATE_US || (state !== "BACKUP" && state !== "MASTER")) continue;
    const seconds = (lateUs / 1_000_000).toFixed(6);
    say(system, process, voice, `A thread timer expired ${seconds} seconds ago`);
    readAdverts(vrrp, instance.socket);
    if (instance.deadline === deadline) timerEnds(vrrp, instance);
  }
}

/** Works off all that waits in the socket, told apart by router id (K12, K13). */
function readAdverts(vrrp: Vrrp, id: number): void {
  const socket = vrrp.system.host.sockets.get(id);
  if (socket?.kind !== "raw") return;
  const packets = socket.received;
  socket.received = [];
  for (const packet of packets) {
    const advert = packet.payload;
    if (advert.protocol !== "vrrp") continue;
    for (const instance of vrrp.memory.instances.values()) {
      if (instance.socket !== id) continue;
      if (instance.config.virtualRouterId !== advert.virtualRouterId) continue;
      // The two kinds have a socket each: neither hears the other (K12).
      const isSigned = advert.authenticationHeader !== undefined;
      if (isSigned !== (instance.config.authType === 2)) continue;
      receiveAdvert(vrrp, instance, packet, advert);
    }
  }
}

function onNews(
  vrrp: Vrrp,
  news: { change: string; nic: string; address?: string },
  signals: TypedSignals | undefined,
): void {
  const watching = [...vrrp.memory.instances.values()].filter((instance) =>
    watchesInterface(vrrp, instance, news.nic),
  );
  // Who watches it for its group alone comes last (measured, 2.2.7).
  const isOwn = ({ config }: VrrpInstance): boolean =>
    config.nic === news.nic || config.track.nics.some(({ name }) => name === news.nic);
  const concerned = [...watching.filter(isOwn), ...watching.filter((each) => !isOwn(each))];
  if (concerned.length === 0) return;
  switch (news.change) {
    case "link-down":
    case "link-up": {
      const up = news.change === "link-up";
      const text = `Netlink reports ${news.nic} ${up ? "up" : "down"}`;
      say(vrrp.system, vrrp.process, vrrp.voice, text);
      for (const instance of concerned) applyInterface(vrrp, instance, news.nic, up);
      return;
    }
    case "address-removed":
      for (const instance of concerned) signals?.noticeRemoval(vrrp, instance, news.address ?? "");
      return;
    case "address-added":
      for (const instance of concerned) signals?.noticeAddress(vrrp, instance, news.address ?? "");
  }
}

/** The sockets go at once, the process a second later (recorded: leaving the group 10 ms after). */
function stop(vrrp: Vrrp): void {
  const { system, process, memory } = vrrp;
  for (const instance of memory.instances.values()) stopInstance(vrrp, instance);
  tellGroups(vrrp, true);
  process.timers.clear();
  for (const { socket } of memory.instances.values()) closeSocket(system, socket);
  setTimer(system, process, LAST_WORDS, system.sim.now + LAST_WORDS_US);
}
