// The schedulers that count connections: lc, wlc, sed, nq; and the two that go by weight: fo, ovf.
import { isAvailable, leastLoaded, overhead, type Scheduler } from "./scheduler.ts";

/** Fewest connections; weights do not matter (I75). */
export const lc: Scheduler = {
  choose: ({ destinations }) => leastLoaded(destinations, overhead, () => 1),
};

/** Fewest connections for its weight; the default (I76). */
export const wlc: Scheduler = {
  choose: ({ destinations }) => leastLoaded(destinations, overhead, ({ weight }) => weight),
};

/** Shortest expected delay: (active + 1) / weight (I77). */
export const sed: Scheduler = {
  choose: ({ destinations }) =>
    leastLoaded(
      destinations,
      ({ active }) => active + 1,
      ({ weight }) => weight,
    ),
};

/** Never queue: the first idle one at once, else as sed (I78). */
export const nq: Scheduler = {
  choose(service, about) {
    const idle = service.destinations.find((each) => isAvailable(each) && each.active === 0);
    return idle ?? sed.choose(service, about);
  },
};

/** Failover: the highest weight, whatever it carries (I79). */
export const fo: Scheduler = {
  choose: ({ destinations }) => heaviest(destinations.filter(isAvailable)),
};

/** Overflow: the highest weight among those with active ≤ weight (I80). */
export const ovf: Scheduler = {
  choose: ({ destinations }) =>
    heaviest(destinations.filter((each) => isAvailable(each) && each.active <= each.weight)),
};

function heaviest<T extends { readonly weight: number }>(list: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const each of list) if (best === undefined || each.weight > best.weight) best = each;
  return best;
}
