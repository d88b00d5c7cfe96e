// Advertisements on their way out (K1-K11).
import { sendIpv4 } from "../host/ip-output.ts";
import { type Ip, ipNumber } from "../wire/address.ts";
import { type VrrpAdvert } from "../wire/vrrp.ts";
import { checkValue } from "./authentication.ts";
import type { VrrpInstance } from "./instance.ts";
import type { Vrrp } from "./vrrp.ts";

const TTL = 255;
/** Network control (K1). */
const TOS = 0xc0;

export function sendAdvert(vrrp: Vrrp, instance: VrrpInstance, priority: number): void {
  const { host, sim } = vrrp.system;
  const { config } = instance;
  // Of an address that has just gone it still says good-bye (measured).
  const source = sourceOf(vrrp, instance) ?? instance.source;
  if (source === undefined) return;
  instance.source = source;
  instance.counters.sent++;
  if (priority === 0) instance.counters.zeroSent++;
  const peers = config.unicastPeers.length > 0 ? config.unicastPeers : [config.group];
  for (const destination of peers) {
    const packet = {
      protocol: "ipv4",
      source,
      destination,
      ttl: config.unicastPeers.length > 0 ? config.unicastTtl : TTL,
      tos: TOS,
      id: instance.nextId,
      dontFragment: false,
      payload: signed(instance, advertOf(instance, priority), source),
    } as const;
    instance.nextId = (instance.nextId + 1) & 0xffff;
    sendIpv4(host, packet, sim, { nic: config.nic });
  }
}

/** With auth_type AH a header stands before it; its number grows as that of the packet (K9). */
function signed({ config, nextId }: VrrpInstance, advert: VrrpAdvert, source: Ip): VrrpAdvert {
  if (advert.authType !== 2) return advert;
  const authenticationHeader = {
    securityParameters: ipNumber(source),
    sequence: nextId,
    checkValue: checkValue(advert, config.password, nextId),
  };
  return { ...advert, authenticationHeader };
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
export function sourceOf(vrrp: Vrrp, { config }: Pick<VrrpInstance, "config">): Ip | undefined {
  const nic = vrrp.system.host.nics.get(config.nic);
  const own = config.addresses.map(({ address }) => address);
  return config.sourceIp ?? nic?.addresses.find(({ address }) => !own.includes(address))?.address;
}
