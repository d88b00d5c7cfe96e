// What a scheduler is: a function that chooses a destination of a service, walking the list from
// its head (I62), and may write its memory.
import type { Ip } from "../../wire/address.ts";
import type { Destination, Service } from "../state.ts";

/** What a choice may depend on besides the servers. */
export interface About {
  readonly source: Ip;
  readonly sourcePort: number;
  readonly virtual: Ip;
  /** Microseconds of virtual time. */
  readonly now: number;
}

export interface Scheduler {
  /** The destination for a new connection, or undefined when none is available (I9). */
  choose(service: Service, about: About): Destination | undefined;
  /** Called after a destination was added, deleted or edited. */
  update?(service: Service): void;
}

/** Quiesced and overloaded destinations get no new connection (I64, I65). */
export function isAvailable(destination: Destination): boolean {
  return destination.weight > 0 && !destination.overloaded;
}

/** active × 256 + all: connections in progress outweigh finished ones (I67). */
export function overhead({ active, inactive }: Destination): number {
  return active * 257 + inactive;
}

/**
 * The first destination with the smallest load/weight, compared by cross-multiplication, so that
 * ties go to the one nearer the head (I76).
 */
export function leastLoaded(
  destinations: readonly Destination[],
  load: (destination: Destination) => number,
  weight: (destination: Destination) => number,
): Destination | undefined {
  let best: Destination | undefined;
  for (const each of destinations) {
    if (!isAvailable(each)) continue;
    if (best === undefined || load(best) * weight(each) > load(each) * weight(best)) best = each;
  }
  return best;
}
