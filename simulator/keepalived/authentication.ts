// What signs an advert with auth_type AH (K9): a digest that only the same password gives.
// Left out: the fields of the IP header, and the two paddings of HMAC; the digest is MD5 of the
// password and of what the advert says.
import type { VrrpAdvert } from "../wire/vrrp.ts";
import { md5 } from "./md5.ts";

/** Bytes of the digest that are sent. */
const CHECK_VALUE_LENGTH = 12;

/** One character a byte. */
export function checkValue(advert: VrrpAdvert, password: string, sequence = 0): string {
  const { virtualRouterId, priority, advertInterval, addresses } = advert;
  const said = [password, sequence, virtualRouterId, priority, advertInterval, ...addresses];
  const bytes = Uint8Array.from(said.join(" "), (character) => character.charCodeAt(0));
  return String.fromCharCode(...md5(bytes).slice(0, CHECK_VALUE_LENGTH));
}
