// ipvsadm's listings, to the blank (I170-I180).
import type { Host } from "../host/host.ts";
import { allConnections } from "../ipvs/connection-table.ts";
import type { Counters, Destination, Service } from "../ipvs/state.ts";
import { type Ip, ipNumber } from "../wire/address.ts";
import { PORTS } from "./ipvsadm-options.ts";

const METHODS = { route: "Route", masq: "Masq", tunnel: "Tunnel" } as const;
const TITLE = "IP Virtual Server version 1.2.1 (size=4096)";

export interface Listing {
  readonly switches: ReadonlySet<string>;
  /** One service only: without the version line (I172). */
  readonly only: Service | undefined;
}

/** The columns that a switch chooses; stats beat rate beat thresholds beat persistent-conn. */
type Style = "stats" | "rate" | "thresholds" | "persistent-conn" | "tun-info" | "plain";

export function listServices(host: Host, { switches, only }: Listing): string {
  const style = styleOf(switches);
  const numeric = switches.has("numeric");
  const lines = only === undefined ? [TITLE] : [];
  lines.push(...HEADERS[style]);
  const services = only === undefined ? sortedServices(host) : [only];
  for (const service of services) {
    const exact = switches.has("exact");
    lines.push(serviceRow(service, style, numeric, exact));
    const sorted = switches.has("nosort")
      ? service.destinations
      : [...service.destinations].sort(byAddress);
    for (const each of sorted) lines.push(destinationRow(each, style, numeric, exact));
  }
  return lines.map((line) => `${line}\n`).join("");
}

function styleOf(switches: ReadonlySet<string>): Style {
  const styles = ["stats", "rate", "thresholds", "persistent-conn", "tun-info"] as const;
  return styles.find((style) => switches.has(style)) ?? "plain";
}

const HEADERS: Readonly<Record<Style, readonly string[]>> = {
  plain: [
    "Prot LocalAddress:Port Scheduler Flags",
    "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn",
  ],
  "tun-info": [
    "Prot LocalAddress:Port Scheduler Flags",
    "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn",
  ],
  stats: [
    "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes",
    "  -> RemoteAddress:Port",
  ],
  rate: [
    "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS",
    "  -> RemoteAddress:Port",
  ],
  thresholds: [
    "Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn ",
    "  -> RemoteAddress:Port",
  ],
  "persistent-conn": [
    "Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn ",
    "  -> RemoteAddress:Port",
  ],
};

/** Marks last, then protocol, address and port (I173). */
function sortedServices(host: Host): Service[] {
  const number = ({ protocol }: Service): number => (protocol === "tcp" ? 6 : 17);
  return [...host.ipvs.services.values()].sort(
    (a, b) => a.mark - b.mark || number(a) - number(b) || byAddress(a, b),
  );
}

/** ipvsadm takes the difference of two addresses for a signed number: 192.x stands before 10.x. */
function byAddress(a: End, b: End): number {
  return (ipNumber(a.address) - ipNumber(b.address)) | 0 || a.port - b.port;
}

type End = Pick<Destination, "address" | "port">;

function serviceRow(service: Service, style: Style, numeric: boolean, exact: boolean): string {
  const name =
    service.mark === 0
      ? `${service.protocol.toUpperCase().padEnd(4)} ${endText(service, numeric)}`
      : `FWM  ${service.mark}`;
  if (style === "stats") return name.padEnd(33).slice(0, 33) + counters(service.stats.shown, exact);
  if (style === "rate") return name.padEnd(33).slice(0, 33) + rates(service.stats.rates, exact);
  return `${name} ${service.scheduler}${serviceFlags(service)}`;
}

/** " (flags) persistent N mask M ops" as I171 orders them. */
export function serviceFlags(service: Service): string {
  const parts: string[] = [];
  if (service.flags.length > 0) parts.push(`(${service.flags.join(",")})`);
  if (service.persistence !== undefined) {
    parts.push(`persistent ${service.persistence.timeout}`);
    const { mask } = service.persistence;
    if (mask !== "255.255.255.255") parts.push(`mask ${mask}`);
  }
  if (service.onePacket) parts.push("ops");
  return parts.map((part) => ` ${part}`).join("");
}

function destinationRow(each: Destination, style: Style, numeric: boolean, exact: boolean): string {
  const name = endText(each, numeric);
  const { active, inactive } = each;
  switch (style) {
    case "stats":
      return `  -> ${name}`.padEnd(33).slice(0, 33) + counters(each.stats.shown, exact);
    case "rate":
      return `  -> ${name}`.padEnd(33).slice(0, 33) + rates(each.stats.rates, exact);
    case "thresholds":
      return row(name, [each.upperThreshold, each.lowerThreshold, active, inactive], [10, 10]);
    case "persistent-conn":
      return row(name, [each.weight, each.persistent, active, inactive], [9, 11]);
    case "tun-info":
    case "plain": {
      const tunnel = (each.method === "tunnel" ? "ipip" : "n/a").padEnd(13);
      const info = style === "plain" ? "" : ` ${tunnel}`;
      const method = `${METHODS[each.method].padEnd(7)}${info}`;
      return row(name, [each.weight, active, inactive], [6], `${method} `);
    }
  }
}

function row(
  name: string,
  numbers: readonly number[],
  widths: readonly number[],
  before = "",
): string {
  const cells = numbers.map((value, index) => String(value).padEnd(widths[index] ?? 10));
  return `  -> ${name.slice(0, 28).padEnd(28)} ${before}${cells.join(" ")}`;
}

function endText({ address, port }: { address: Ip; port: number }, numeric: boolean): string {
  return `${address}:${numeric ? port : (PORTS[port] ?? port)}`;
}

function counters(values: Counters, exact: boolean): string {
  return cells(
    [values.connections, values.inPackets, values.outPackets, values.inBytes, values.outBytes],
    exact,
  );
}

/** I108: rounded in the kernel's fixed point. */
function rates(values: Counters, exact: boolean): string {
  const each = (rate: number): number => Math.floor((Math.floor(rate * 1024) + 511) / 1024);
  const bytes = (rate: number): number => Math.floor((Math.floor(rate * 32) + 15) / 32);
  return cells(
    [
      each(values.connections),
      each(values.inPackets),
      each(values.outPackets),
      bytes(values.inBytes),
      bytes(values.outBytes),
    ],
    exact,
  );
}

function cells(values: readonly number[], exact: boolean): string {
  return values.map((value) => (exact ? exactCell(value) : shortCell(value))).join("");
}

function exactCell(value: number): string {
  const text = String(value);
  return text.length > 8 ? ` ${text}` : text.padStart(9);
}

/** Large numbers in thousands, millions, … (I175). */
function shortCell(value: number): string {
  const scales = [
    [1e8, 1, ""],
    [1e9, 1e3, "K"],
    [1e11, 1e6, "M"],
    [1e14, 1e9, "G"],
  ] as const;
  const scale = scales.find(([limit]) => value < limit) ?? ([Infinity, 1e12, "T"] as const);
  const text = String(Math.floor(value / scale[1]));
  return scale[2] === "" ? text.padStart(9) : text.padStart(8) + scale[2];
}

/** `-Lc`, with -n by numbers (I179). Fresh entries show what is left, truncated to whole seconds. */
export function listConnections(host: Host, now: number, switches: ReadonlySet<string>): string {
  const numeric = switches.has("numeric");
  // Persistence engines stand in columns of their own (measured); none is loaded here.
  const engines = switches.has("persistent-conn") ? "        pe name          pe_data" : "";
  const lines = [
    "IPVS connection entries",
    `pro expire state       source             virtual            destination${engines}`,
  ];
  for (const each of allConnections(host.ipvs.connections)) {
    const left = Math.max(0, Math.floor((each.deadline - now) / 1_000_000));
    const two = (value: number): string => String(value).padStart(2, "0");
    const expire = `${two(Math.floor(left / 60))}:${two(left % 60)}`;
    const end = (address: Ip, port: number): string => endText({ address, port }, numeric);
    const client = end(each.client, each.clientPort).padEnd(18);
    const virtual = end(each.virtual, each.virtualPort).padEnd(18);
    const server = end(each.server, each.serverPort);
    const head = `${each.protocol.toUpperCase().padEnd(3)} ${expire.padEnd(6)}`;
    lines.push(`${head} ${each.state.padEnd(11)} ${client} ${virtual} ${server}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** `-S`: commands that make the table again; thresholds and timeouts are not among them (I180). */
export function saveServices(host: Host, numeric: boolean): string {
  const lines: string[] = [];
  for (const service of sortedServices(host)) {
    const selector =
      service.mark === 0
        ? `-${service.protocol[0]} ${endText(service, numeric)}`
        : `-f ${service.mark}`;
    lines.push(`-A ${selector} -s ${service.scheduler}${savedOptions(service)}`);
    for (const each of [...service.destinations].sort(byAddress)) {
      const method = { route: "-g", masq: "-m", tunnel: "-i" }[each.method];
      const tunnel = each.method === "tunnel" ? " --tun-type ipip" : "";
      const server = endText(each, numeric);
      lines.push(`-a ${selector} -r ${server} ${method} -w ${each.weight}${tunnel}`);
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

function savedOptions({ persistence, flags, onePacket }: Service): string {
  const parts: string[] = [];
  if (persistence !== undefined) {
    parts.push(`-p ${persistence.timeout}`);
    if (persistence.mask !== "255.255.255.255") parts.push(`-M ${persistence.mask}`);
  }
  if (flags.length > 0) parts.push(`-b ${flags.join(",")}`);
  if (onePacket) parts.push("-o");
  return parts.map((part) => ` ${part}`).join("");
}
