// How the simulator's cost grows: with the hosts on one switch, and with the connections of one
// director. Both as Markdown tables. Every host that is added does its share of the work: a web
// server that both directors check and balance, or a client that asks once a second.
import {
  createMachine,
  createTimeline,
  lightPrograms,
  runTimeline,
  runTo,
  type Scenario,
  type Timeline,
  worldFromJson,
  worldToJson,
} from "../simulator/index.ts";
import { buildSimulation, expandScenario, readScenario } from "../simulator/scenarios.ts";
import { cloneWorld } from "../simulator/kernel/clone.ts";
import { ipvsLocalIn } from "../simulator/ipvs/hook.ts";
import { programs } from "../simulator/programs/index.ts";
import type { ScenarioHost } from "../simulator/scenario/types.ts";

const HOSTS = [5, 10, 20, 50, 100, 200, 500] as const;
const CONNECTIONS = [100, 1_000, 10_000, 100_000] as const;

/** By then the cluster works and every client asks. */
const WARM_US = 20_000_000;
/** Small clusters run longer, for a time that can be measured. */
const ENOUGH_EVENTS = 60_000;

export interface ConnectionCost {
  readonly connections: number;
  /** Microseconds for a packet that opens a connection while the table holds that many others. */
  readonly packetUs: number;
  readonly keyframeMs: number;
}

export function milliseconds(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** A row a size of the cluster. A flooded frame is delivered to every host: so many events. */
export function hostTable(): string {
  growCluster(HOSTS[0]);
  const columns = ["hosts", "events", "a simulated second", "events a second", "an event"];
  const head = `| ${columns.join(" | ")} | that second takes | keyframe |\n`;
  return `${head}|${"---:|".repeat(7)}\n${HOSTS.map(growCluster).join("")}`;
}

function growCluster(hosts: number): string {
  const timeline = cluster(hosts);
  const { world } = timeline;
  const from = { event: world.lastEvent, at: world.now };
  let spent = 0;
  while (timeline.world.lastEvent - from.event < ENOUGH_EVENTS) {
    spent += milliseconds(() => runTo(timeline, timeline.now + 1_000_000));
  }
  const events = timeline.world.lastEvent - from.event;
  const seconds = (timeline.now - from.at) / 1_000_000;
  const keyframe = median(
    Array.from({ length: 9 }, () => milliseconds(() => void cloneWorld(timeline.world))),
  );
  const cells = [
    String(hosts),
    whole(events),
    whole(events / seconds),
    whole((events * 1000) / spent),
    `${((spent * 1000) / events).toFixed(1)} µs`,
    `${(spent / seconds).toFixed(2)} ms`,
    `${keyframe.toFixed(2)} ms`,
  ];
  return `| ${cells.join(" | ")} |\n`;
}

/** Two directors, and web servers and clients by turns, all on one switch. */
function cluster(hosts: number): Timeline {
  const read = readScenario(JSON.stringify(clusterScenario(hosts)));
  if ("errors" in read) throw new Error(read.errors.map(({ message }) => message).join("\n"));
  const built = buildSimulation(expandScenario(read.scenario), createMachine(programs));
  runTimeline(built, WARM_US);
  const world = worldFromJson(worldToJson(built.world));
  return createTimeline(world, createMachine(lightPrograms));
}

function clusterScenario(size: number): Scenario {
  const hosts = Array.from({ length: size }, (_, index): ScenarioHost => {
    const role = index < 2 ? "director" : index % 2 === 0 ? "node" : "client";
    const address = `10.0.${1 + (index >> 7)}.${1 + (index & 127)}/16`;
    return { name: `${role}-${index}`, role, interfaces: [{ ...CABLE, address }] };
  });
  const nodes = hosts.filter(({ role }) => role === "node");
  const clients = hosts.filter(({ role }) => role === "client");
  const servers = nodes.map(({ interfaces }) => realServer(interfaces?.[0]?.address ?? ""));
  const quiet = { "net.ipv4.conf.all.arp_ignore": 1, "net.ipv4.conf.all.arp_announce": 2 };
  const files = [100, 99].map((priority, index) => [
    `director-${index}:/etc/keepalived/keepalived.conf`,
    configuration(priority, servers),
  ]);
  const onLo = `ip addr add ${VIP}/32 dev lo`;
  return {
    networks: [{ name: CABLE.network }],
    hosts,
    files: Object.fromEntries(files) as Record<string, string>,
    sysctl: Object.fromEntries(nodes.map(({ name }) => [name, quiet])),
    steps: [
      ...nodes.map(({ name }) => ({ t: 0.2, host: name, run: onLo })),
      ...[0.6, 1.2].map((t, index) => {
        return { t, host: `director-${index}`, run: "systemctl start keepalived" };
      }),
      ...clients.map(({ name }, index) => {
        // Not all in the same microsecond: spread over the second.
        const t = Math.round((9 + index / clients.length) * 1_000_000) / 1_000_000;
        return { t, host: name, run: `traffic ${VIP} --every 1`, bg: true };
      }),
    ],
  };
}

const CABLE = { name: "eth1", network: "lan" } as const;
const VIP = "10.0.0.100";

function configuration(priority: number, servers: readonly string[]): string {
  return `vrrp_instance web {
  interface ${CABLE.name}
  virtual_router_id 18
  priority ${priority}
  advert_int 1
  virtual_ipaddress {
    ${VIP}/16
  }
}
virtual_server ${VIP} 80 {
  delay_loop 6
  lb_algo wlc
  lb_kind DR
  protocol TCP
${servers.join("")}}
`;
}

function realServer(address: string): string {
  return `  real_server ${address.split("/")[0]} 80 {
    weight 3
    HTTP_GET {
      url {
        path /
        status_code 200
      }
      connect_timeout 1
    }
  }
`;
}

/** What a new connection costs a director, and a keyframe, while its table holds `size` others. */
export function connectionCost(worldText: string, size: number): ConnectionCost {
  const timeline = createTimeline(worldFromJson(worldText), createMachine(lightPrograms));
  for (let n = 0; n < size; n++) openConnection(timeline, n);
  const packets = 4000;
  // The first packet that a bucket sees after a keyframe copies it; that is part of the cost.
  const keyframeMs = milliseconds(() => void cloneWorld(timeline.world));
  const rounds = Array.from({ length: 5 }, (_, round) =>
    milliseconds(() => {
      for (let n = 0; n < packets; n++) openConnection(timeline, size + round * packets + n);
    }),
  ).sort((a, b) => a - b);
  return { connections: size, packetUs: ((rounds[1] ?? 0) * 1000) / packets, keyframeMs };
}

export function connectionCosts(worldText: string): ConnectionCost[] {
  connectionCost(worldText, 1000);
  return CONNECTIONS.map((size) => connectionCost(worldText, size));
}

export function connectionTable(costs: readonly ConnectionCost[]): string {
  const rows = costs.map(
    ({ connections, packetUs, keyframeMs }) =>
      `| ${whole(connections)} | ${packetUs.toFixed(2)} µs | ${keyframeMs.toFixed(2)} ms |\n`,
  );
  return `| connections | packet of a new one | keyframe |\n|---:|---:|---:|\n${rows.join("")}`;
}

/** A SYN from a client of its own, handed to the director's IPVS. */
function openConnection(timeline: Timeline, n: number): void {
  const host = timeline.world.hosts.get("keepalived");
  if (host === undefined) throw new Error("no director");
  const packet = {
    protocol: "ipv4",
    source: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
    destination: "192.168.88.100",
    ttl: 64,
    tos: 0,
    id: 0,
    dontFragment: true,
    payload: {
      protocol: "tcp",
      sourcePort: 40_000,
      destinationPort: 80,
      sequence: 0,
      acknowledgement: 0,
      flags: 2,
      window: 64_240,
      options: {},
      data: "",
    },
  } as const;
  ipvsLocalIn(host, packet, { mark: 0, toThisMac: true }, timeline.simulation.sim);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
