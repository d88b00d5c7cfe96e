// Addresses that somebody adds or deletes by hand, as the VRRP process hears of it (K37, K39). A page
// without a shell does without.
import type { Ip } from "../wire/address.ts";
import { allAddresses } from "./addresses.ts";
import { sendAdvert, sourceOf } from "./advert.ts";
import { skewUs, type VrrpInstance } from "./instance.ts";
import { say } from "./log.ts";
import {
  detail,
  enterFault,
  groupMembers,
  leaveFault,
  log,
  mark,
  NO_ADDRESS,
  resign,
  tell,
  type Vrrp,
  waitFor,
} from "./vrrp.ts";

/** The address that adverts can come from again (K37). */
export function noticeAddress(vrrp: Vrrp, instance: VrrpInstance, address: string): void {
  const source = sourceOf(vrrp, instance);
  if (source === undefined || !instance.faults.includes(NO_ADDRESS)) return;
  if (source === address) {
    detail(vrrp, `Assigned address ${source} for interface ${instance.config.nic}`);
  }
  leaveFault(vrrp, instance, NO_ADDRESS);
}

/**
 * Without an address of its own the instance cannot go on (K37; measured: one line of each, FAULT
 * without BACKUP). One of a master that is not there any more was taken away by somebody else, also
 * by the kernel with its primary (K39; measured).
 */
export function noticeRemoval(vrrp: Vrrp, instance: VrrpInstance, address: string): void {
  const { config, state } = instance;
  const isOwn = allAddresses(config).some((own) => own.address === address);
  if (!isOwn && sourceOf(vrrp, instance) === undefined) {
    detail(vrrp, `Deassigned address ${address} from interface ${config.nic}`);
    return enterFault(vrrp, instance, NO_ADDRESS);
  }
  if (state !== "MASTER" || !isOwn) return;
  const nic = vrrp.system.host.nics.get(config.nic);
  if (nic?.addresses.some((own) => own.address === address) === true) return;
  addressDeleted(vrrp, instance, address);
}

/** Somebody deleted an address of ours: resign, and run for it again after the skew (K39). */
function addressDeleted(vrrp: Vrrp, instance: VrrpInstance, address: Ip): void {
  const { system, process, voice } = vrrp;
  const { nic } = instance.config;
  say(system, process, voice, `Netlink reflector reports IP ${address} removed from ${nic}`);
  lose(vrrp, instance);
  // The whole group runs for it again, and nothing is said of the group (measured, 2.2.7).
  const others = groupMembers(vrrp, instance).filter(({ state }) => state === "MASTER");
  for (const other of others) lose(vrrp, other);
  // Its own time begins last.
  for (const each of [...others, instance]) waitFor(vrrp, each, skewUs(each));
}

function lose(vrrp: Vrrp, instance: VrrpInstance): void {
  log(vrrp, instance, "Entering BACKUP STATE");
  sendAdvert(vrrp, instance, 0);
  instance.wants = "BACKUP";
  mark(vrrp, instance, "BACKUP");
  resign(vrrp, instance);
  tell(vrrp, instance, "BACKUP");
}
