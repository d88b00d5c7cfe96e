// An instance's virtual addresses on the interfaces of its host (K24, K51).
import { addAddress, removeAddress } from "../host/interface.ts";
import type { VirtualAddress, VrrpInstanceConfig } from "./config.ts";
import type { Vrrp } from "./vrrp.ts";

/** The advertised addresses, then those that are only held. */
export function allAddresses(config: VrrpInstanceConfig): readonly VirtualAddress[] {
  return [...config.addresses, ...config.excludedAddresses];
}

export function addAddresses(vrrp: Vrrp, config: VrrpInstanceConfig): void {
  const { host, sim } = vrrp.system;
  for (const { nic = config.nic, ...address } of allAddresses(config)) {
    addAddress(host, nic, { ...address, owner: "keepalived" }, sim);
  }
}

/** Takes the addresses from the interface, also those that a crash left behind (K24). */
export function dropAddresses(vrrp: Vrrp, config: VrrpInstanceConfig): void {
  for (const each of allAddresses(config)) dropAddress(vrrp, config, each);
}

export function dropAddress(vrrp: Vrrp, config: VrrpInstanceConfig, each: VirtualAddress): void {
  const { host, sim } = vrrp.system;
  removeAddress(host, each.nic ?? config.nic, each.address, each.prefix, sim);
}
