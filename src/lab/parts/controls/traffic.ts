// Who asks how often, read off the processes that run on the clients.
import type { World } from "#sim/index.ts";
import type { ClusterView } from "../../instrument/cluster.ts";

/** Requests a second of each host that asks. */
export function ratesOf(world: World): Map<string, number> {
  const rates = new Map<string, number>();
  for (const host of world.hosts.values()) {
    let rate = 0;
    for (const { program, memory } of host.processes.values()) {
      if (program !== "traffic") continue;
      const everyUs = (memory as { everyUs?: number } | undefined)?.everyUs;
      if (everyUs !== undefined) rate += 1_000_000 / everyUs;
    }
    if (rate > 0) rates.set(host.name, rate);
  }
  return rates;
}

/** Connections that `hold` keeps open on a host. */
export function heldBy(world: World, name: string): number {
  let held = 0;
  for (const { program, argv } of world.hosts.get(name)?.processes.values() ?? []) {
    if (program === "hold") held += Number(argv[1] ?? 0);
  }
  return held;
}

/** Addresses with a service behind them, the clients' own network first. */
export function targetsOf(world: World, { vips, hosts }: ClusterView): string[] {
  const served = new Set<string>();
  for (const host of world.hosts.values()) {
    for (const { address } of host.ipvs.services.values()) served.add(address);
  }
  const near = new Set(
    hosts
      .filter(({ role }) => role === "client")
      .flatMap(({ nics }) => nics.map(({ address }) => prefixOf(address))),
  );
  const wanted = vips.filter((vip) => served.size === 0 || served.has(vip));
  return wanted.sort((a, b) => Number(near.has(prefixOf(b))) - Number(near.has(prefixOf(a))));
}

function prefixOf(address: string): string {
  return address.slice(0, address.lastIndexOf("."));
}
