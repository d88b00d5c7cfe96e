// What comes next, as far as timers tell: the recorded future is not asked, for the reader may be
// at its edge.
import type { World } from "#sim/index.ts";
import type { ClusterView } from "./cluster.ts";

export interface Upcoming {
  readonly at: number;
  readonly host: string;
  readonly what: "asks" | "advertises" | "takes" | "checks";
}

export function upcomingOf(world: World, cluster: ClusterView): Upcoming | undefined {
  const found: Upcoming[] = [];
  for (const host of world.hosts.values()) {
    for (const process of host.processes.values()) {
      if (process.frozen) continue;
      for (const [key, at] of process.timers) {
        if (at <= world.now) continue;
        if (process.program === "traffic" && key === "next") {
          found.push({ at, host: host.name, what: "asks" });
        } else if (process.program === "keepalived-vrrp" && key.startsWith("vrrp ")) {
          const name = key.slice("vrrp ".length);
          const state = cluster.hosts
            .find((each) => each.name === host.name)
            ?.instances.find((each) => each.name === name)?.state;
          if (state === "MASTER") found.push({ at, host: host.name, what: "advertises" });
          if (state === "BACKUP") found.push({ at, host: host.name, what: "takes" });
        } else if (process.program === "keepalived-checkers" && key.startsWith("check")) {
          found.push({ at, host: host.name, what: "checks" });
        }
      }
    }
  }
  return found.sort((a, b) => a.at - b.at)[0];
}
