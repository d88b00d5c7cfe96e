// rr and wrr: turns, plain and weighted.
import type { Destination, Service } from "../state.ts";
import { isAvailable, type Scheduler } from "./scheduler.ts";

/** The next available one after the last chosen, round the list once (I71). */
export const rr: Scheduler = {
  choose(service) {
    const { destinations, memory } = service;
    const start = lastIndex(service);
    for (let step = 1; step <= destinations.length; step++) {
      // Before the first choice the pointer stands on the list's head itself, before element 0.
      const candidate = destinations[(start + step) % destinations.length];
      if (candidate !== undefined && isAvailable(candidate)) {
        memory.last = candidate.key;
        return candidate;
      }
    }
    return undefined;
  },
};

/** Turns in which a destination takes part as long as its weight reaches the current one (I72). */
export const wrr: Scheduler = {
  choose(service) {
    const { destinations, memory } = service;
    const step = greatestCommonDivisor(destinations);
    const most = maximumWeight(destinations) - (step - 1);
    if (most <= 0) return undefined;
    let index = lastIndex(service);
    // The current weight comes by every value once in so many turns of the list.
    const tries = (Math.ceil(most / step) + 1) * (destinations.length + 1);
    for (let tried = 0; tried < tries; tried++) {
      index++;
      if (index >= destinations.length) {
        index = -1;
        memory.currentWeight -= step;
        if (memory.currentWeight <= 0) memory.currentWeight = most;
        continue;
      }
      const candidate = destinations[index];
      if (candidate === undefined || candidate.overloaded) continue;
      if (candidate.weight >= memory.currentWeight && candidate.weight > 0) {
        memory.last = candidate.key;
        return candidate;
      }
    }
    return undefined;
  },
  /** I73: back to the head; the current weight is kept within what is possible now. */
  update(service) {
    const { destinations, memory } = service;
    memory.last = undefined;
    const step = greatestCommonDivisor(destinations);
    const most = maximumWeight(destinations) - (step - 1);
    if (memory.currentWeight > most || memory.currentWeight === 0) {
      memory.currentWeight = most;
    } else if (step > 1) {
      memory.currentWeight = Math.floor(memory.currentWeight / step) * step + 1;
    }
  },
};

function lastIndex({ destinations, memory }: Service): number {
  return destinations.findIndex((each) => each.key === memory.last);
}

function maximumWeight(destinations: readonly Destination[]): number {
  return Math.max(0, ...destinations.map((each) => each.weight));
}

/** Of all weights above 0; 1 if there is none. */
function greatestCommonDivisor(destinations: readonly Destination[]): number {
  const divisor = destinations
    .map((each) => each.weight)
    .filter((weight) => weight > 0)
    .reduce((a, b) => gcd(a, b), 0);
  return divisor === 0 ? 1 : divisor;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
