// The pool of a virtual server: which servers are in the kernel's table, and the quorum
// (K133-K138, K166). The log line comes before the call.
import {
  addDestination,
  addService,
  deleteDestination,
  deleteService,
  editDestination,
  type IpvsError,
  type DestinationOptions,
  type ServiceName,
  type ServiceOptions,
} from "../ipvs/admin.ts";
import type { Process } from "../host/process.ts";
import type { System } from "../host/system.ts";
import type { RealServerConfig, VirtualServerConfig } from "./config.ts";
import { fileWeight, startsOut } from "./file-weights.ts";
import { say, type Voice } from "./log.ts";
import { refusalText, type TableCommand } from "./refusals.ts";
import { runCommand } from "./run-command.ts";

export interface Pool {
  readonly config: VirtualServerConfig;
  readonly servers: Server[];
  hasQuorum: boolean;
}

export interface Server {
  readonly config: RealServerConfig;
  alive: boolean;
  /** In the kernel's table now: the configured one, or a misc_dynamic check's. */
  weight: number;
  /** The kernel did not take it when it came back: its service is gone. */
  refused?: boolean;
}

export interface Speaker {
  readonly system: System;
  readonly process: Process;
  readonly voice: Voice;
}

/** Services and servers go into the table before any check (K133), unless they start as down. */
export function startPool(speaker: Speaker, config: VirtualServerConfig): Pool {
  const { system } = speaker;
  const servers = config.realServers.map((server) => newServer(system, server));
  const pool: Pool = { config, servers, hasQuorum: false };
  for (const service of config.services) {
    const refused = addService(system.host, service, serviceOptions(config), system.sim);
    tellRefusal(speaker, "ADD", refused, service);
  }
  for (const server of servers) if (server.alive) insert(speaker, pool, server);
  updateQuorum(speaker, pool);
  if (!pool.hasQuorum) startWithoutQuorum(speaker, pool);
  return pool;
}

/** Alive from the start, unless a checker begins as down, or a file says no (K133, K136). */
export function newServer(system: System, config: RealServerConfig): Server {
  const startsDown = config.checkers.some((each) => each.alpha || startsOut(system, each));
  return { config, alive: !startsDown, weight: fileWeight(system, config) };
}

export function serviceOptions(config: VirtualServerConfig): ServiceOptions {
  const { scheduler, persistence, onePacket, schedulerFlags: flags } = config;
  return { scheduler, onePacket, flags, ...(persistence !== undefined && { persistence }) };
}

/** SIGTERM: everything this process put in comes out (K152), unless `-I` keeps it. */
export function stopPool(speaker: Speaker, pool: Pool, keeps = false): void {
  if (!keeps) removePool(speaker, pool, "Shutting down");
}

/** With `omega` servers that are out already are named, too (measured). */
export function removePool(speaker: Speaker, pool: Pool, verb: "Shutting down" | "Removing"): void {
  const { host, sim } = speaker.system;
  for (const { config, alive } of pool.servers) {
    const isIn = alive || config.inhibitOnFailure;
    if (!isIn && !pool.config.omega) continue;
    tell(speaker, `${verb} service ${serverText(pool, config)} from VS ${textOf(pool)}`);
    if (!isIn) continue;
    takeOut(speaker, pool, config);
    if (pool.config.omega) run(speaker, config.notifyDown);
  }
  for (const service of pool.config.services) {
    tellRefusal(speaker, "DEL", deleteService(host, service, sim), service);
  }
  if (pool.config.omega && pool.hasQuorum) run(speaker, pool.config.quorumDown);
}

/** False when the kernel refuses it: the checker then tries again after its next round. */
export function serverUp(speaker: Speaker, pool: Pool, server: Server): boolean {
  if (server.alive && server.refused !== true) return true;
  server.alive = true;
  const { config } = server;
  const to = config.inhibitOnFailure ? "of" : "to";
  const verb = config.inhibitOnFailure ? "Enabling" : "Adding";
  tell(speaker, `${verb} service ${serverText(pool, config)} ${to} VS ${textOf(pool)}`);
  // Without quorum the sorry server stays alone (K134).
  if (config.inhibitOnFailure) setWeight(speaker, pool, server, server.weight);
  else if (pool.hasQuorum || pool.config.sorryServer === undefined) insert(speaker, pool, server);
  if (server.refused === true) return false;
  run(speaker, config.notifyUp);
  updateQuorum(speaker, pool);
  return true;
}

export function serverDown(speaker: Speaker, pool: Pool, server: Server): void {
  if (!server.alive) return;
  server.alive = false;
  const { config } = server;
  const from = config.inhibitOnFailure ? "of" : "from";
  const verb = config.inhibitOnFailure ? "Disabling" : "Removing";
  tell(speaker, `${verb} service ${serverText(pool, config)} ${from} VS ${textOf(pool)}`);
  if (config.inhibitOnFailure) setWeight(speaker, pool, server, 0);
  else takeOut(speaker, pool, config);
  run(speaker, config.notifyDown);
  updateQuorum(speaker, pool);
}

/** A new weight (K90, K147), also of a server that does not serve now (measured). */
export function changeWeight(speaker: Speaker, pool: Pool, server: Server, weight: number): void {
  if (weight === server.weight) return;
  const names = `${serverText(pool, server.config)} of VS ${textOf(pool)}`;
  const change = `from ${server.weight} to ${weight}`;
  const which = server.alive ? "active" : "inactive";
  tell(speaker, `Changing weight ${change} for ${which} service ${names}`);
  server.weight = weight;
  if (server.alive) setWeight(speaker, pool, server, weight);
  updateQuorum(speaker, pool);
}

function run({ system, process }: Speaker, command: readonly string[] | undefined): void {
  if (command !== undefined) runCommand(system, process, command);
}

/** Rising at quorum + hysteresis, falling below quorum − hysteresis (K134). */
export function updateQuorum(speaker: Speaker, pool: Pool): void {
  const { quorum, hysteresis } = pool.config;
  const weight = aliveWeight(pool);
  const up = quorum + hysteresis;
  const down = quorum - hysteresis;
  const name = textOf(pool);
  if (!pool.hasQuorum && weight >= up) {
    pool.hasQuorum = true;
    tell(speaker, `Gained quorum ${quorum}+${hysteresis}=${up} <= ${weight} for VS ${name}`);
    leaveSorry(speaker, pool);
    run(speaker, pool.config.quorumUp);
  } else if (pool.hasQuorum && weight < down) {
    pool.hasQuorum = false;
    tell(speaker, `Lost quorum ${quorum}-${hysteresis}=${down} > ${weight} for VS ${name}`);
    enterSorry(speaker, pool);
    run(speaker, pool.config.quorumDown);
  }
}

/**
 * All servers begin as down (K136): a sorry server stands in from the start (K91). Without one
 * nothing is said (recorded: lvs-n4).
 */
function startWithoutQuorum(speaker: Speaker, pool: Pool): void {
  const { quorum, hysteresis, sorryServer } = pool.config;
  if (sorryServer === undefined) return;
  const weight = aliveWeight(pool);
  const sum = `${quorum}-${hysteresis}=${quorum - hysteresis} > ${weight}`;
  tell(speaker, `Starting with quorum down ${sum} for VS ${textOf(pool)}`);
  enterSorry(speaker, pool);
}

function aliveWeight({ servers }: Pool): number {
  return servers.filter(({ alive }) => alive).reduce((sum, { weight }) => sum + weight, 0);
}

/** Without quorum the sorry server alone answers (K134, K91). */
function enterSorry(speaker: Speaker, pool: Pool): void {
  const { sorryServer } = pool.config;
  if (sorryServer === undefined) return;
  const { host, sim } = speaker.system;
  const { method, sorryServerInhibit } = pool.config;
  const verb = sorryServerInhibit ? "Enabling" : "Adding";
  tell(speaker, `${verb} sorry server ${sorryText(pool)} to VS ${textOf(pool)}`);
  const sorry = { ...sorryServer, method, weight: 1 };
  for (const service of pool.config.services) {
    const placed = { ...sorry, port: portIn(pool, service, sorry) };
    if (addDestination(host, service, placed, sim) !== undefined) {
      editDestination(host, service, placed, sim);
    }
  }
  tell(speaker, `Removing alive servers from the pool for VS ${textOf(pool)}`);
  for (const { config, alive } of pool.servers) {
    if (!alive) continue;
    for (const service of pool.config.services) {
      deleteDestination(host, service, config.address, portIn(pool, service, config), sim);
    }
  }
}

/** With `sorry_server_inhibit` it stays, from the start on, with weight 0 (K91, measured). */
function leaveSorry(speaker: Speaker, pool: Pool): void {
  const { sorryServer, method, sorryServerInhibit } = pool.config;
  const { host, sim } = speaker.system;
  const service = host.ipvs.services.size > 0;
  if (sorryServer === undefined || !service) return;
  const idle = { ...sorryServer, method, weight: 0 };
  let wasIn = true;
  for (const service of pool.config.services) {
    const placed = { ...idle, port: portIn(pool, service, idle) };
    const refused = sorryServerInhibit
      ? editDestination(host, service, placed, sim)
      : deleteDestination(host, service, placed.address, placed.port, sim);
    if (refused === undefined) continue;
    wasIn = false;
    if (sorryServerInhibit) addDestination(host, service, placed, sim);
  }
  if (!wasIn) return;
  const verb = sorryServerInhibit ? "Disabling" : "Removing";
  tell(speaker, `${verb} sorry server ${sorryText(pool)} from VS ${textOf(pool)}`);
  tell(speaker, `Adding alive servers to the pool for VS ${textOf(pool)}`);
  for (const server of pool.servers) if (server.alive) insert(speaker, pool, server);
}

export function insert(speaker: Speaker, pool: Pool, server: Server): void {
  const { host, sim } = speaker.system;
  server.refused = false;
  changeEach(speaker, pool, "ADDDEST", server.config, (service, port) => {
    const wanted = { ...destinationOf(server, server.weight), port };
    const refused = addDestination(host, service, wanted, sim);
    server.refused ||= refused === "ENOENT" || refused === "ESRCH";
    return refused;
  });
}

export function takeOut(speaker: Speaker, pool: Pool, config: RealServerConfig): void {
  const { host, sim } = speaker.system;
  changeEach(speaker, pool, "DELDEST", config, (service, port) =>
    deleteDestination(host, service, config.address, port, sim),
  );
}

export function setWeight(speaker: Speaker, pool: Pool, server: Server, weight: number): void {
  const { host, sim } = speaker.system;
  changeEach(speaker, pool, "EDITDEST", server.config, (service, port) =>
    editDestination(host, service, { ...destinationOf(server, weight), port }, sim),
  );
}

/** One server's place in each of the pool's services. */
function changeEach(
  speaker: Speaker,
  pool: Pool,
  command: TableCommand,
  server: RealServerConfig,
  change: (service: ServiceName, port: number) => IpvsError | undefined,
): void {
  for (const service of pool.config.services) {
    const port = portIn(pool, service, server);
    const refused = change(service, port);
    tellRefusal(speaker, command, refused, service, ` -> ${server.address}:${port}`);
  }
}

/** In a group's services the service's own port, but with NAT (measured). */
function portIn(
  { config }: Pool,
  service: ServiceName,
  { port, method = config.method }: { port: number; method?: RealServerConfig["method"] },
): number {
  if (config.group === undefined) return port;
  if ("mark" in service) return 0;
  return method === "masq" ? port : service.port;
}

function tellRefusal(
  speaker: Speaker,
  command: TableCommand,
  refused: IpvsError | undefined,
  service: ServiceName,
  rest = "",
): void {
  if (refused === undefined) return;
  const where =
    "mark" in service
      ? `FWM ${service.mark}`
      : `${service.address}:${service.protocol}:${service.port}`;
  tell(speaker, refusalText(command, refused, where + rest));
}

function destinationOf({ config }: Server, weight: number): DestinationOptions {
  const { address, port, upperThreshold, lowerThreshold, method } = config;
  return { address, port, weight, upperThreshold, lowerThreshold, method };
}

/** "[192.168.88.100]:tcp:80" (K85). */
export function textOf({ config }: Pool): string {
  if (config.group !== undefined) return `[${config.group}]:0`;
  if (config.mark !== 0) return `FWM ${config.mark}`;
  return `[${config.address}]:${config.protocol}:${config.port}`;
}

export function serverText({ config }: Pool, server: { address: string; port: number }): string {
  const protocol = config.mark !== 0 ? "none" : config.protocol;
  return `[${server.address}]:${protocol}:${server.port}`;
}

function sorryText(pool: Pool): string {
  const { sorryServer } = pool.config;
  return sorryServer === undefined ? "" : serverText(pool, sorryServer);
}

export function tell({ system, process, voice }: Speaker, text: string): void {
  say(system, process, voice, text);
}
