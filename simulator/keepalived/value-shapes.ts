// How words look that keepalived takes for numbers and addresses, and what it says of others (K185).
import { parseIp } from "../wire/address.ts";

export type NumberKind = "unsigned" | "integer" | "decimal";
export type NumberFault = "negative" | "invalid" | "outside" | "trailing";

const UNSIGNED_LIMIT = 4_294_967_295;
const INTEGER_LIMIT = 2_147_483_647;
/** Decimals are kept in whole microseconds, 64 bits of them (measured). */
const DECIMAL_LIMIT = 18_446_744_073_709;

export function isIpv6(text: string): boolean {
  if (!/^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*$/i.test(text)) return false;
  // "::" stands for as many zeros as there is room for.
  return text.includes("::") || text.split(":").length === (text.includes(".") ? 7 : 8);
}

export function isAddress(text: string): boolean {
  return parseIp(text) !== undefined || isIpv6(text);
}

/**
 * The line that says what is wrong with a number; undefined: nothing. The ends of the range are
 * printed as they are given.
 */
export function numberFault(
  value: string,
  kind: NumberKind,
  range?: readonly [min: number | string, max: number | string],
): { readonly kind: NumberFault; readonly line: string } | undefined {
  if (kind !== "integer" && value.startsWith("-")) {
    return { kind: "negative", line: `negative number '${value}'` };
  }
  const shape = kind === "decimal" ? /^\+?(\d+(\.\d*)?|\.\d+)$/ : /^[+-]?\d+$/;
  if (!shape.test(value)) {
    const trails = kind === "decimal" && /^\d/.test(value);
    return { kind: trails ? "trailing" : "invalid", line: `invalid number '${value}'` };
  }
  const number = Number(value);
  if (kind === "unsigned" && number > UNSIGNED_LIMIT) {
    return { kind: "outside", line: `number '${value}' outside unsigned integer range` };
  }
  if (kind === "decimal" && number > DECIMAL_LIMIT) {
    return { kind: "outside", line: `number '${value}' outside unsigned decimal range` };
  }
  if (kind === "integer" && (number > INTEGER_LIMIT || number < -INTEGER_LIMIT - 1)) {
    return { kind: "outside", line: `number '${value}' outside integer range` };
  }
  if (range === undefined || (number >= Number(range[0]) && number <= Number(range[1]))) {
    return undefined;
  }
  return { kind: "outside", line: `number '${value}' outside range [${range.join(", ")}]` };
}
