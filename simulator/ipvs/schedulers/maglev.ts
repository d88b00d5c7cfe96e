// Maglev's lookup table (I84): each server fills places along a permutation of its own.
import { ipNumber } from "../../wire/address.ts";
import type { Destination } from "../state.ts";

export const MAGLEV_SIZE = 4093;
const MAXIMUM_BITS = 6;
const KEY_1 = 2654435761n;
const KEY_2 = 2654446892n;
const MASK_64 = (1n << 64n) - 1n;

/** Keys of the servers, place by place. */
export function maglevTable(destinations: readonly Destination[]): (string | undefined)[] {
  const table = new Array<string | undefined>(MAGLEV_SIZE).fill(undefined);
  const fillers = destinations.map((each) => filler(each, destinations));
  let free = fillers.some(({ turns }) => turns > 0) ? MAGLEV_SIZE : 0;
  while (free > 0) {
    for (const each of fillers) {
      for (let turn = 0; turn < each.turns && free > 0; turn++) {
        while (table[each.at] !== undefined) each.at = (each.at + each.skip) % MAGLEV_SIZE;
        table[each.at] = each.key;
        free--;
      }
    }
  }
  return table;
}

interface Filler {
  readonly key: string;
  readonly skip: number;
  readonly turns: number;
  at: number;
}

/** A quiesced server keeps its share: its last weight counts (I84). */
function filler(destination: Destination, all: readonly Destination[]): Filler {
  const weights = all.map(({ lastWeight }) => lastWeight).filter((weight) => weight > 0);
  const divisor = weights.reduce((a, b) => gcd(a, b), 0) || 1;
  const most = Math.floor(Math.max(1, ...weights) / divisor);
  const shift = Math.max(0, 32 - Math.clz32(most) - MAXIMUM_BITS);
  const share = Math.floor(destination.lastWeight / divisor);
  const turns = share === 0 ? 0 : Math.max(1, share >> shift);
  const number = (ipNumber(destination.address) + destination.port) >>> 0;
  return {
    key: destination.key,
    at: maglevHash(number) % MAGLEV_SIZE,
    skip: (sipHash(number, KEY_2) % (MAGLEV_SIZE - 1)) + 1,
    turns,
  };
}

export function maglevHash(number: number): number {
  return sipHash(number, KEY_1);
}

/** SipHash-1-3 of one 32-bit word under a key of two equal words, folded to 32 bits. */
function sipHash(number: number, key: bigint): number {
  let state: State = [
    0x736f6d6570736575n ^ key,
    0x646f72616e646f6dn ^ key,
    0x6c7967656e657261n ^ key,
    0x7465646279746573n ^ key,
  ];
  const word = (4n << 56n) | BigInt(number >>> 0);
  state = round([state[0], state[1], state[2], state[3] ^ word]);
  state = [state[0] ^ word, state[1], state[2] ^ 0xffn, state[3]];
  for (let i = 0; i < 3; i++) state = round(state);
  return Number((state[0] ^ state[1] ^ state[2] ^ state[3]) & 0xffffffffn);
}

type State = [bigint, bigint, bigint, bigint];

function round([a, b, c, d]: State): State {
  let [v0, v1, v2, v3] = [a, b, c, d];
  v0 = (v0 + v1) & MASK_64;
  v1 = turn(v1, 13n) ^ v0;
  v0 = turn(v0, 32n);
  v2 = (v2 + v3) & MASK_64;
  v3 = turn(v3, 16n) ^ v2;
  v0 = (v0 + v3) & MASK_64;
  v3 = turn(v3, 21n) ^ v0;
  v2 = (v2 + v1) & MASK_64;
  v1 = turn(v1, 17n) ^ v2;
  v2 = turn(v2, 32n);
  return [v0, v1, v2, v3];
}

function turn(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK_64;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
