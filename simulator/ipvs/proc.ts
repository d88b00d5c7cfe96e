// What the kernel shows of IPVS under /proc/net (I179, I182).
import type { Host } from "../host/host.ts";
import type { Sim } from "../kernel/sim.ts";
import { type Ip, ipNumber } from "../wire/address.ts";
import { allConnections, type Connection } from "./connection-table.ts";
import type { Counters, Service, Stats } from "./state.ts";

const METHODS = { route: "Route", masq: "Masq", tunnel: "Tunnel" } as const;

/** The text of a file that begins with /proc/net/ip_vs, or undefined when there is none. */
export function ipvsProcFile(host: Host, path: string, sim: Sim): string | undefined {
  if (!host.ipvs.loaded) return undefined;
  switch (path) {
    case "/proc/net/ip_vs":
      return tableText(host);
    case "/proc/net/ip_vs_conn":
      return connectionText(host, sim);
    case "/proc/net/ip_vs_conn_sync":
      return syncText(host, sim);
    case "/proc/net/ip_vs_stats":
      return statsText(host);
    default:
      return undefined;
  }
}

/** All services together, in hexadecimal (I182). */
function statsText({ ipvs }: Host): string {
  const totals = [...ipvs.services.values()].map(({ stats }) => stats);
  const sum = (of: (stats: Stats) => Counters, key: keyof Counters): number =>
    totals.reduce((total, stats) => total + of(stats)[key], 0);
  const keys = ["connections", "inPackets", "outPackets", "inBytes", "outBytes"] as const;
  const row = (of: (stats: Stats) => Counters): string =>
    keys
      .map((key, at) =>
        Math.round(sum(of, key))
          .toString(16)
          .toUpperCase()
          .padStart(at < 3 ? 8 : 16),
      )
      .join(" ");
  return [
    "   Total Incoming Outgoing         Incoming         Outgoing",
    "   Conns  Packets  Packets            Bytes            Bytes",
    row(({ shown }) => shown),
    "",
    " Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s",
    row(({ rates }) => rates),
    "",
  ].join("\n");
}

function tableText(host: Host): string {
  const lines = [
    "IP Virtual Server version 1.2.1 (size=4096)",
    "Prot LocalAddress:Port Scheduler Flags",
    "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn",
  ];
  for (const service of host.ipvs.services.values()) {
    lines.push(serviceText(service));
    for (const each of service.destinations) {
      const where = `${hexIp(each.address)}:${hexPort(each.port)}`.padEnd(18);
      const method = METHODS[each.method].padEnd(7);
      const numbers = [
        String(each.weight).padEnd(6),
        String(each.active).padEnd(10),
        String(each.inactive).padEnd(10),
      ];
      lines.push(`  -> ${where} ${method} ${numbers.join(" ")}`);
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

function serviceText(service: Service): string {
  const { mark, protocol, address, port, scheduler } = service;
  if (mark !== 0) return `FWM  ${mark.toString(16).toUpperCase().padStart(8, "0")} ${scheduler} `;
  return `${protocol.toUpperCase()}  ${hexIp(address)}:${hexPort(port)} ${scheduler}  `;
}

/** The same with where the entry came from: this director or another (I148). */
function syncText(host: Host, sim: Sim): string {
  let text = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Origin Expires\n";
  for (const each of allConnections(host.ipvs.connections)) {
    const origin = (each.synced ? "SYNC" : "LOCAL").padEnd(6);
    text += `${connectionHead(each)} ${origin} ${secondsLeft(each, sim)}\n`;
  }
  return text;
}

function connectionText(host: Host, sim: Sim): string {
  const head = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n";
  let text = head;
  for (const each of allConnections(host.ipvs.connections)) {
    text += `${connectionHead(each)} ${secondsLeft(each, sim)}\n`;
  }
  return text;
}

function connectionHead(each: Connection): string {
  const ends = [
    [each.client, each.clientPort],
    [each.virtual, each.virtualPort],
    [each.server, each.serverPort],
  ] as const;
  const addresses = ends.map(([ip, port]) => `${hexIp(ip)} ${hexPort(port)}`).join(" ");
  return `${each.protocol.toUpperCase().padEnd(3)} ${addresses} ${each.state.padEnd(11)}`;
}

function secondsLeft({ deadline }: Connection, { now }: Sim): string {
  return String(Math.max(0, Math.floor((deadline - now) / 1_000_000))).padStart(7);
}

function hexIp(ip: Ip): string {
  return ipNumber(ip).toString(16).toUpperCase().padStart(8, "0");
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}
