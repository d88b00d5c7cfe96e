// What a cell of the fault matrix stands for: whether the fault is there now, and what sets it or
// takes it back. Read from the world, so that undo and rewind are right by themselves.
import type { Input, World } from "#sim/index.ts";
import type { ClusterView, HostView } from "../../instrument/cluster.ts";

export const faultColumns = ["stop", "crash", "freeze", "power", "cable"] as const;
export type FaultColumn = (typeof faultColumns)[number];

/** Undefined where the fault makes no sense: a client has no keepalived to stop. */
export function isSet(
  host: HostView,
  column: FaultColumn,
  score: { readonly events: readonly { host: string; what: string; on: boolean; at: number }[] },
  now: number,
): boolean | undefined {
  switch (column) {
    case "power":
      return !host.powered;
    case "cable":
      return host.nics.some(({ plugged }) => !plugged) && host.powered;
    case "freeze":
      return host.role === "director" ? host.frozen : undefined;
    case "stop":
    case "crash": {
      if (host.role === "client") return undefined;
      const runs = host.role === "node" ? host.serves : host.instances.length > 0;
      if (host.role === "node") return column === "stop" ? host.powered && !runs : undefined;
      if (runs || !host.powered) return false;
      const last = score.events.findLast(
        (event) =>
          event.host === host.name &&
          event.at <= now &&
          (event.what === "crash" || event.what === "service"),
      );
      return (last?.what === "crash") === (column === "crash");
    }
  }
}

/** What pressing the cell does; `set` is how it stands now. */
export function inputsOf(host: HostView, column: FaultColumn, set: boolean): Input[] {
  const { name } = host;
  switch (column) {
    case "power":
      return [{ kind: "power", host: name, on: set }];
    case "cable":
      return host.nics
        .filter(({ plugged }) => plugged !== set)
        .map((nic) => ({ kind: "link", host: name, nic: nic.name, up: set }));
    case "freeze":
      return [{ kind: "freeze", host: name, frozen: !set }];
    case "stop":
    case "crash":
      if (host.role === "node") {
        const line = `systemctl ${set ? "start" : "stop"} openresty`;
        return [{ kind: "command", host: name, line, label: `typed ${line}`, background: false }];
      }
      if (set) return [{ kind: "service", host: name, on: true }];
      return column === "stop"
        ? [{ kind: "service", host: name, on: false }]
        : [{ kind: "crash", host: name, cables: false }];
  }
}

/** A partition that can be chosen. */
export interface WallChoice {
  readonly key: string;
  readonly kind: "both" | "one-way" | "alone";
  readonly hosts: readonly string[];
}

export function wallChoices({ hosts }: ClusterView): WallChoice[] {
  const directors = hosts.filter(({ role }) => role === "director").map(({ name }) => name);
  const all = hosts.map(({ name }) => name);
  const pairs = directors.flatMap((a, index) =>
    directors.slice(index + 1).flatMap((b): WallChoice[] => [
      { key: `both ${a} ${b}`, kind: "both", hosts: [a, b] },
      { key: `one-way ${a} ${b}`, kind: "one-way", hosts: [a, b] },
      { key: `one-way ${b} ${a}`, kind: "one-way", hosts: [b, a] },
    ]),
  );
  const alone = directors.map((a): WallChoice => {
    const others = all.filter((name) => name !== a);
    return { key: `alone ${a}`, kind: "alone", hosts: [a, ...others] };
  });
  return [...pairs, ...alone];
}

/** Which choice stands now, and whether it stops VRRP alone; undefined: no wall. */
export function wallNow(
  world: World,
  choices: readonly WallChoice[],
): { readonly choice: WallChoice | undefined; readonly onlyVrrp: boolean } | undefined {
  const walls = [...world.switches.values()][0]?.walls ?? [];
  const [first] = walls;
  if (first === undefined) return undefined;
  const [from = ""] = first.from;
  const kind = walls.length === 1 ? "one-way" : first.to.length > 1 ? "alone" : "both";
  const choice = choices.find(
    (each) =>
      each.kind === kind &&
      each.hosts[0] === from &&
      (kind === "alone" || each.hosts[1] === first.to[0]),
  );
  return { choice, onlyVrrp: first.protocol === "vrrp" };
}

export function wallInputs(choice: WallChoice | undefined, onlyVrrp: boolean): Input[] {
  if (choice === undefined) return [{ kind: "heal" }];
  return [
    { kind: "heal" },
    {
      kind: "partition",
      hosts: choice.hosts,
      oneWay: choice.kind === "one-way",
      protocol: onlyVrrp ? "vrrp" : "all",
    },
  ];
}
