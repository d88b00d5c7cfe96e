// Which service a packet belongs to, and which server a new connection gets: the scheduler's
// choice, or a persistence template's (I6-I9, I69, I110-I116).
import type { Host } from "../host/host.ts";
import { sendIcmpError } from "../host/icmp.ts";
import { sysctlNumber } from "../host/sysctl.ts";
import type { Sim } from "../kernel/sim.ts";
import { type Ip, ipNumber, formatIp } from "../wire/address.ts";
import { UNREACHABLE_PORT } from "../wire/icmp.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import { RST, SYN } from "../wire/tcp.ts";
import {
  bindConnection,
  countConnection,
  findDestination,
  newConnection,
  type Transport,
} from "./connection.ts";
import { armed, timer } from "./connection-timer.ts";
import {
  allConnections,
  type Connection,
  connectionKey,
  dropConnection,
  findConnection,
  putConnection,
} from "./connection-table.ts";
import { startDefence } from "./defence.ts";
import { schedulers } from "./schedulers/index.ts";
import {
  type Destination,
  markKey,
  type Service,
  serviceKey,
  type ServiceProtocol,
} from "./state.ts";

/** Not the business of IPVS; taken by it for good; or a connection to send the packet along. */
export type Scheduled = Connection | "accept" | "stolen";

/** Finds the service and a server for a packet that belongs to no connection (I6 f). */
export function schedule(
  host: Host,
  packet: Ipv4Packet,
  payload: Transport,
  key: string,
  mark: number,
  sim: Sim,
): Scheduled {
  const service = findService(host, payload.protocol, packet.destination, payload, mark);
  if (service === undefined) return "accept";
  const starts = payload.protocol === "udp" || (payload.flags & (SYN | RST)) === SYN;
  if (!starts && sysctlNumber(host, "net.ipv4.vs.sloppy_tcp") === 0) return "accept";
  if (isDropped(host)) {
    sim.record(host, "drop.ipvs-defence", { service: service.key });
    return "stolen";
  }
  startDefence(host, sim);
  const request: Request = { host, service, packet, payload, key, sim };
  if (service.persistence !== undefined) return schedulePersistent(request, service.persistence);
  const destination = choose(request);
  if (destination === undefined) return refuse(request);
  const connection = newConnection(packet, payload, key, service, destination);
  // A datagram of a one-packet service leaves no entry (I116).
  if (isOnePacket(service, payload)) countConnection(host, service, destination, sim);
  else bindConnection(host, service, destination, sim);
  return connection;
}

interface Request {
  readonly host: Host;
  readonly service: Service;
  readonly packet: Ipv4Packet;
  readonly payload: Transport;
  readonly key: string;
  readonly sim: Sim;
}

export function isOnePacket(service: Service | undefined, payload: Transport): boolean {
  return service?.onePacket === true && payload.protocol === "udp";
}

/** Mark, then address and port, then any port of the address (I8). */
function findService(
  host: Host,
  protocol: ServiceProtocol,
  address: string,
  payload: Transport,
  mark: number,
): Service | undefined {
  const { services } = host.ipvs;
  const marked = mark === 0 ? undefined : services.get(markKey(mark));
  const port = payload.destinationPort;
  const exact = services.get(serviceKey(protocol, address, port));
  // FTP's data connections belong to the control connection's service.
  const mayBeFtpData = protocol === "tcp" && (port === FTP_DATA_PORT || port >= UNPRIVILEGED);
  const ftp = mayBeFtpData ? services.get(serviceKey(protocol, address, FTP_PORT)) : undefined;
  return marked ?? exact ?? ftp ?? services.get(serviceKey(protocol, address, 0));
}

/** drop_packet 3 drops one of so many; 1 and 2 only where memory is short, never here (I119). */
function isDropped(host: Host): boolean {
  if (sysctlNumber(host, "net.ipv4.vs.drop_packet") !== 3) return false;
  const { ipvs } = host;
  if (--ipvs.untilDrop > 0) return false;
  ipvs.untilDrop = sysctlNumber(host, "net.ipv4.vs.am_droprate");
  return true;
}

function choose({ host, service, packet, payload, key, sim }: Request): Destination | undefined {
  const { source, destination: virtual } = packet;
  const about = { source, sourcePort: payload.sourcePort, virtual, now: sim.now };
  const destination = schedulers[service.scheduler].choose(service, about);
  if (destination === undefined) return undefined;
  sim.record(host, "ipvs.scheduled", {
    scheduler: service.scheduler,
    service: service.key,
    server: destination.address,
    connection: key,
  });
  return destination;
}

/** No server: the client hears "port unreachable" from the virtual address (I9). */
function refuse({ host, service, packet, sim }: Request): "stolen" {
  sim.record(host, "drop.no-destination", { service: service.key });
  sendIcmpError(host, { code: UNREACHABLE_PORT }, packet, sim, packet.destination);
  return "stolen";
}

/** The client's template decides; with none the scheduler does, and a template is made (I110). */
function schedulePersistent(
  request: Request,
  persistence: NonNullable<Service["persistence"]>,
): Scheduled {
  const { host, service, packet, payload, key, sim } = request;
  const name = templateName(request, persistence.mask);
  const known = findConnection(host.ipvs.connections, name.key);
  const usable = known !== undefined && isUsable(host, known) ? known : undefined;
  if (known !== undefined && usable === undefined) setAside(host, known, sim);
  const destination = usable === undefined ? choose(request) : findDestination(host, usable);
  if (destination === undefined) return refuse(request);
  const template = usable ?? makeTemplate(request, name, destination, persistence.timeout);
  // Each new connection restarts the template's timer (I112).
  const controls = template.controls + 1;
  const renewed = { ...template, controls, ...timer(sim.now, template.timeout) };
  putConnection(host.ipvs.connections, armed(host, renewed, sim));
  bindConnection(host, service, destination, sim);
  return {
    ...newConnection(packet, payload, key, service, destination),
    template: name.key,
  };
}

/** Not one whose server is gone, nor, with expire_quiescent_template, quiesced (I115). */
function isUsable(host: Host, template: Connection): boolean {
  const destination = findDestination(host, template);
  if (destination === undefined) return false;
  const strict = sysctlNumber(host, "net.ipv4.vs.expire_quiescent_template") !== 0;
  return !(strict && destination.weight === 0);
}

const NO_PORT = 65_535;

/** An unusable template stays until it runs out, where no client's packet finds it (I115). */
function setAside(host: Host, template: Connection, sim: Sim): void {
  const { connections } = host.ipvs;
  const key = `${template.key} until ${sim.now}`;
  for (const each of [...allConnections(connections)]) {
    if (each.template === template.key) putConnection(connections, { ...each, template: key });
  }
  dropConnection(connections, template.key);
  const aside = { ...template, key, virtualPort: NO_PORT, serverPort: NO_PORT, alarmAt: 0 };
  putConnection(connections, armed(host, aside, sim));
}

interface TemplateName {
  readonly key: string;
  readonly protocol: Connection["protocol"];
  readonly client: Ip;
  readonly virtual: Ip;
  readonly virtualPort: number;
}

const FTP_DATA_PORT = 20;
const FTP_PORT = 21;
const UNPRIVILEGED = 1024;

/** One for each client's network and service; for all ports of a port-0 or FTP service (I110). */
function templateName({ service, packet, payload }: Request, mask: Ip): TemplateName {
  const client = formatIp((ipNumber(packet.source) & ipNumber(mask)) >>> 0);
  const { mark } = service;
  const protocol = mark !== 0 ? "ip" : payload.protocol;
  const virtual = mark !== 0 ? formatIp(mark) : packet.destination;
  const isAnyPort = mark !== 0 || service.port === 0 || service.port === FTP_PORT;
  const virtualPort = isAnyPort ? 0 : payload.destinationPort;
  const key = connectionKey(protocol, client, 0, virtual, virtualPort);
  return { key, protocol, client, virtual, virtualPort };
}

function makeTemplate(
  { service, packet, payload }: Request,
  name: TemplateName,
  destination: Destination,
  timeout: number,
): Connection {
  destination.persistent++;
  return {
    ...newConnection(packet, payload, name.key, service, destination),
    ...name,
    clientPort: 0,
    serverPort: name.virtualPort === 0 ? 0 : destination.port,
    state: "NONE",
    isTemplate: true,
    timeout,
  };
}
