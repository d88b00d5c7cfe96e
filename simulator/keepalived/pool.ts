// The pool of a virtual server: which servers are in the kernel's table, and the quorum
// (K133-K138, K166). The log line comes before the call.
import {
  addDestination,
  addService,
  deleteDestination,
  deleteService,
  editDestination,
  type DestinationOptions,
  type ServiceName,
  type ServiceOptions,
} from "../ipvs/admin.ts";
import type { Process } from "../host/process.ts";
import type { System } from "../host/system.ts";
import type { RealServerConfig, VirtualServerConfig } from "./config.ts";
import { fileWeight, startsOut } from "./file-weights.ts";
import { say, type Voice } from "./log.ts";
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
}

export interface Speaker {
  readonly system: System;
  readonly process: Process;
  readonly voice: Voice;
}

/** Services and servers go into the table before any check (K133), unless they start as down. */
export function startPool(speaker: Speaker, config: VirtualServerConfig): Pool {
  const { system } = speaker;
  addService(system.host, nameOf(config), serviceOptions(config), system.sim);
  const servers = config.realServers.map((server) => newServer(system, server));
  const pool: Pool = { config, servers, hasQuorum: false };
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
  const { host, sim } = speaker.system;
  if (keeps) return;
  for (const { config, alive } of pool.servers) {
    if (!alive && !config.inhibitOnFailure) continue;
    tell(speaker, `Shutting down service ${serverText(pool, config)} from VS ${textOf(pool)}`);
    deleteDestination(host, nameOf(pool.config), config.address, config.port, sim);
    if (pool.config.omega) run(speaker, config.notifyDown);
  }
  deleteService(host, nameOf(pool.config), sim);
  if (pool.config.omega && pool.hasQuorum) run(speaker, pool.config.quorumDown);
}

export function serverUp(speaker: Speaker, pool: Pool, server: Server): void {
  if (server.alive) return;
  server.alive = true;
  const { config } = server;
  const to = config.inhibitOnFailure ? "of" : "to";
  const verb = config.inhibitOnFailure ? "Enabling" : "Adding";
  tell(speaker, `${verb} service ${serverText(pool, config)} ${to} VS ${textOf(pool)}`);
  // Without quorum the sorry server stays alone (K134).
  if (config.inhibitOnFailure) setWeight(speaker, pool, server, server.weight);
  else if (pool.hasQuorum || pool.config.sorryServer === undefined) insert(speaker, pool, server);
  run(speaker, config.notifyUp);
  updateQuorum(speaker, pool);
}

export function serverDown(speaker: Speaker, pool: Pool, server: Server): void {
  if (!server.alive) return;
  server.alive = false;
  const { config } = server;
  const from = config.inhibitOnFailure ? "of" : "from";
  const verb = config.inhibitOnFailure ? "Disabling" : "Removing";
  tell(speaker, `${verb} service ${serverText(pool, config)} ${from} VS ${textOf(pool)}`);
  const { host, sim } = speaker.system;
  if (config.inhibitOnFailure) setWeight(speaker, pool, server, 0);
  else deleteDestination(host, nameOf(pool.config), config.address, config.port, sim);
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
  tell(speaker, `Adding sorry server ${sorryText(pool)} to VS ${textOf(pool)}`);
  const method = pool.config.method;
  addDestination(host, nameOf(pool.config), { ...sorryServer, method, weight: 1 }, sim);
  tell(speaker, `Removing alive servers from the pool for VS ${textOf(pool)}`);
  for (const { config, alive } of pool.servers) {
    if (alive) deleteDestination(host, nameOf(pool.config), config.address, config.port, sim);
  }
}

function leaveSorry(speaker: Speaker, pool: Pool): void {
  const { sorryServer } = pool.config;
  const { host, sim } = speaker.system;
  const service = host.ipvs.services.size > 0;
  if (sorryServer === undefined || !service) return;
  const { address, port } = sorryServer;
  const removed = deleteDestination(host, nameOf(pool.config), address, port, sim);
  if (removed !== undefined) return;
  tell(speaker, `Removing sorry server ${sorryText(pool)} from VS ${textOf(pool)}`);
  tell(speaker, `Adding alive servers to the pool for VS ${textOf(pool)}`);
  for (const server of pool.servers) if (server.alive) insert(speaker, pool, server);
}

export function insert(speaker: Speaker, pool: Pool, server: Server): void {
  const { host, sim } = speaker.system;
  addDestination(host, nameOf(pool.config), destinationOf(server, server.weight), sim);
}

export function setWeight(speaker: Speaker, pool: Pool, server: Server, weight: number): void {
  const { host, sim } = speaker.system;
  editDestination(host, nameOf(pool.config), destinationOf(server, weight), sim);
}

function destinationOf({ config }: Server, weight: number): DestinationOptions {
  const { address, port, upperThreshold, lowerThreshold, method } = config;
  return { address, port, weight, upperThreshold, lowerThreshold, method };
}

export function nameOf(config: VirtualServerConfig): ServiceName {
  if (config.mark !== 0) return { mark: config.mark };
  const { protocol, address, port } = config;
  return { protocol, address, port };
}

/** "[192.168.88.100]:tcp:80" (K85). */
export function textOf({ config }: Pool): string {
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
