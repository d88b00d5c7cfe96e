// What a closed group of controls says in words.
import { fill } from "../../i18n/language.ts";
import type { LabSession } from "./session.svelte.ts";
import type { LabWords } from "./words.ts";

export function summariesOf(
  session: LabSession,
  words: LabWords,
): Readonly<Record<"switches" | "traffic" | "faults", string>> {
  return {
    switches: switchesOf(session),
    traffic: trafficOf(session, words),
    faults: faultsOf(session, words),
  };
}

function switchesOf({ cluster, world }: LabSession): string {
  const director = cluster.hosts.find(({ role }) => role === "director");
  const services = [...(world.hosts.get(director?.name ?? "")?.ipvs.services.values() ?? [])];
  const [service] = services;
  const method = { route: "DR", masq: "NAT", tunnel: "TUN" } as const;
  const mode = service?.destinations[0]?.method;
  const interval = director?.instances[0]?.intervalUs;
  const parts = [
    mode === undefined ? "" : method[mode],
    service?.scheduler ?? "",
    interval === undefined ? "" : `advert_int ${interval / 1_000_000} s`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function trafficOf({ world }: LabSession, words: LabWords): string {
  let each = 0;
  let clients = 0;
  for (const host of world.hosts.values()) {
    const asking = [...host.processes.values()].filter(({ program }) => program === "traffic");
    if (asking.length > 0) clients++;
    for (const { memory } of asking) {
      each += 1_000_000 / ((memory as { everyUs?: number } | undefined)?.everyUs ?? 1_000_000);
    }
  }
  if (clients === 0) return words.noTraffic;
  const rate = Number(each.toFixed(1));
  return fill(clients === 1 ? words.trafficOne : words.trafficMany, { rate, clients });
}

function faultsOf({ cluster, world }: LabSession, words: LabWords): string {
  const found: string[] = [];
  for (const host of cluster.hosts) {
    if (!host.powered) found.push(`${host.name} ${words.faultNames.power}`);
    else if (host.nics.some(({ plugged }) => !plugged)) {
      found.push(`${host.name} ${words.faultNames.cable}`);
    }
    if (host.frozen) found.push(`${host.name} ${words.faultNames.freeze}`);
    if (host.nics.some(({ loss }) => loss > 0)) found.push(`${host.name} ${words.faultNames.loss}`);
    if (host.nics.some(({ delayUs }) => delayUs > 0)) {
      found.push(`${host.name} ${words.faultNames.delay}`);
    }
  }
  if ([...world.switches.values()].some(({ walls }) => walls.length > 0)) {
    found.push(words.faultNames.partition);
  }
  return found.length === 0 ? words.noFault : `${found.length}: ${found.join(", ")}`;
}
