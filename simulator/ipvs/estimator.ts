// Statistics: counters count at once, but what `--stats` and `--rate` show is what the last tick
// of the 2-second estimator saw (I107, I108).
import type { Host } from "../host/host.ts";
import { sysctlNumber } from "../host/sysctl.ts";
import type { Sim } from "../kernel/sim.ts";
import { type Counters, emptyCounters, type Ipvs, type Stats } from "./state.ts";

const TICK_US = 2_000_000;
/** In the recordings the ticks come about 0.1 s after the even seconds. */
const PHASE_US = 100_000;

/** Begins ticking, with the first service. */
export function startEstimator(host: Host, sim: Sim): void {
  setTick(host, Math.floor((sim.now - PHASE_US) / TICK_US + 1) * TICK_US + PHASE_US, sim);
}

function setTick(host: Host, at: number, sim: Sim): void {
  host.ipvs.tickAt = at;
  sim.alarm(host, at, "ipvs-estimator", "");
}

/** The estimator alarm: ticks as long as there is a service. */
export function estimatorAlarm(host: Host, _key: string, sim: Sim): void {
  // All services gone and a new one come between two ticks: the old alarm is not one more.
  if (host.ipvs.services.size === 0 || host.ipvs.tickAt !== sim.now) return;
  // With run_estimation off, what the lists show stands still (I119).
  const isOn = sysctlNumber(host, "net.ipv4.vs.run_estimation") !== 0;
  if (isOn) for (const stats of allStats(host.ipvs)) tick(stats);
  setTick(host, sim.now + TICK_US, sim);
}

function* allStats(ipvs: Ipvs): Generator<Stats> {
  for (const service of ipvs.services.values()) {
    yield service.stats;
    for (const destination of service.destinations) yield destination.stats;
  }
}

const KEYS = Object.keys(emptyCounters()) as (keyof Counters)[];

/** avg += (rate − avg) / 4 (I108). */
function tick(stats: Stats): void {
  const rates = { ...stats.rates };
  for (const key of KEYS) {
    const rate = ((stats.now[key] - stats.shown[key]) * 1_000_000) / TICK_US;
    rates[key] += (rate - rates[key]) / 4;
  }
  stats.rates = rates;
  stats.shown = { ...stats.now };
}
