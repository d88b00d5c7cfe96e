// Gratuitous ARP: the bursts that tell the network where an address has gone (K58-K68).
import { setTimer } from "../host/system.ts";
import { BROADCAST_MAC, type Ip } from "../wire/address.ts";
import { allAddresses } from "./addresses.ts";
import type { VrrpInstance } from "./instance.ts";
import { sayDetail } from "./log.ts";
import type { Vrrp } from "./vrrp.ts";

/** A burst takes time to write before the next one's timer is set (recorded). */
const BURST_WORK_US = 350;

/** `repeat` frames for each address, address by address in each round (K59, K60). */
export function sendGarps(vrrp: Vrrp, instance: VrrpInstance, repeat: number): void {
  const { system, process, voice } = vrrp;
  const { config, name } = instance;
  for (let round = 0; round < repeat; round++) {
    for (const { address, nic = config.nic } of allAddresses(config)) {
      if (round === 0) {
        const text = `(${name}) Sending/queueing gratuitous ARPs on ${nic} for ${address}`;
        sayDetail(system, process, voice, text);
      }
      sendGarp(vrrp, nic, address);
    }
  }
}

/**
 * A later burst. Each has a timer of its own: thirteen lower adverts answered in a row bring
 * thirteen of them (README VRRP 25). It is sent if the addresses are held then (K59, K61).
 */
export function scheduleGarps(
  vrrp: Vrrp,
  instance: VrrpInstance,
  delayUs: number,
  repeat: number,
): void {
  if (delayUs === 0 || repeat === 0) return;
  const key = `garp ${instance.name} ${instance.bursts++} ${repeat}`;
  setTimer(vrrp.system, vrrp.process, key, vrrp.system.sim.now + delayUs + BURST_WORK_US);
}

/** The timer of a later burst: "garp <instance> <serial> <repeat>". */
export function laterBurst(vrrp: Vrrp, instance: VrrpInstance, key: string): void {
  if (instance.state === "MASTER") sendGarps(vrrp, instance, Number(key.split(" ").at(-1)));
}

/** With an advert, once the refresh interval has passed since the last (K64). */
export function refreshGarps(vrrp: Vrrp, instance: VrrpInstance): void {
  const { garpRefreshUs, garpRefreshRepeat } = instance.config;
  const { now } = vrrp.system.sim;
  if (garpRefreshUs === 0 || now - instance.refreshedAt < garpRefreshUs) return;
  instance.refreshedAt = now;
  sendGarps(vrrp, instance, garpRefreshRepeat);
}

/** A broadcast request for one's own address, with the broadcast MAC as target (K58); none on lo (K70). */
export function sendGarp({ system, process, voice }: Vrrp, nicName: string, address: Ip): void {
  const { host, sim } = system;
  const nic = host.nics.get(nicName);
  if (nic?.network === undefined) return;
  sayDetail(system, process, voice, `Sending gratuitous ARP on ${nicName} for ${address}`);
  sim.transmit(host, nic, {
    source: nic.mac,
    destination: BROADCAST_MAC,
    payload: {
      protocol: "arp",
      operation: "request",
      senderMac: nic.mac,
      senderIp: address,
      targetMac: BROADCAST_MAC,
      targetIp: address,
    },
  });
}
