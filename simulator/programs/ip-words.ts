// What the objects of `ip` share: options, abbreviated words and complaints.
import type { Host } from "../host/host.ts";
import type { Sim } from "../kernel/sim.ts";
import { type Ip, parseIp } from "../wire/address.ts";
import type { Output } from "./immediate.ts";

export interface IpOptions {
  readonly brief: boolean;
  readonly oneLine: boolean;
  /** `-4`: without the link-layer line. */
  readonly inetOnly: boolean;
  /** `-6`: there is nothing to show of IPv6. */
  readonly inet6Only: boolean;
  /** `-s`: with counters. */
  readonly statistics: boolean;
}

export interface IpCall {
  readonly host: Host;
  readonly sim: Sim;
  readonly options: IpOptions;
  /** The words after the object: "show dev eth1". */
  readonly words: readonly string[];
}

/** What the object calls itself in "try "ip address help"". */
export interface IpObject {
  readonly name: string;
  readonly commands: Readonly<Record<string, (call: IpCall) => Output>>;
}

export const OK: Output = {};

/** The kernel says no. */
export function refused(reason: string): Output {
  return { stderr: `RTNETLINK answers: ${reason}\n`, code: 2 };
}

export function failure(message: string, code: number): Output {
  return { stderr: `${message}\n`, code };
}

export const INCOMPLETE = failure('Command line is not complete. Try option "help"', 255);

/** The first name that begins with `word`, in the order in which `ip` tries them. */
export function abbreviated<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  const name = Object.keys(table).find((each) => each.startsWith(word));
  return name === undefined ? undefined : table[name];
}

/**
 * Splits words into `key value` pairs and the rest: `values` names the keys that take a value.
 * Undefined when a key's value is missing.
 */
export function readPairs(
  words: readonly string[],
  values: readonly string[],
): { pairs: Map<string, string>; rest: string[] } | undefined {
  const pairs = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (!values.includes(word)) {
      rest.push(word);
      continue;
    }
    const value = words[++i];
    if (value === undefined) return undefined;
    pairs.set(word, value);
  }
  return { pairs, rest };
}

export interface Prefix {
  readonly address: Ip;
  /** Undefined when none was given. */
  readonly length: number | undefined;
}

/** "192.168.88.100/24", or undefined when it is no address with or without a prefix length. */
export function readPrefix(text: string): Prefix | undefined {
  const [address = "", length, more] = text.split("/");
  if (parseIp(address) === undefined || more !== undefined) return undefined;
  if (length === undefined) return { address, length: undefined };
  if (!/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  return { address, length: Number(length) };
}
