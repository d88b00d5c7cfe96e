// The pool of a virtual server: which servers are in the kernel's table, and the quorum
// (K133-K138, K166). The log line comes before the call.
import {
  addDestination,
  addService,
  deleteDestination,
  deleteService,
  editDestination,
  type ServiceName,
} from "../ipvs/admin.ts";
import type { Process } from "../host/process.ts";
import type { System } from "../host/system.ts";
import type { RealServerConfig, VirtualServerConfig } from "./config.ts";
import { say, type Voice } from "./log.ts";

export interface Pool {
  readonly config: VirtualServerConfig;
  readonly servers: Server[];
  hasQuorum: boolean;
}

export interface Server {
  readonly config: RealServerConfig;
  alive: boolean;
}

export interface Speaker {
  readonly system: System;
  readonly process: Process;
  readonly voice: Voice;
}

/** Services and servers go into the table before any check (K133), unless they start as down. */
export function startPool(speaker: Speaker, config: VirtualServerConfig): Pool {
  const { host, sim } = speaker.system;
  const { scheduler, persistence, onePacket, alpha, realServers } = config;
  const options = { scheduler, onePacket, ...(persistence !== undefined && { persistence }) };
  addService(host, nameOf(config), options, sim);
  const servers = realServers.map((server) => ({ config: server, alive: !alpha }));
  const pool: Pool = { config, servers, hasQuorum: false };
  for (const server of servers) if (server.alive) insert(speaker, pool, server.config);
  updateQuorum(speaker, pool);
  return pool;
}

/** SIGTERM: everything this process put in comes out (K152). */
export function stopPool(speaker: Speaker, pool: Pool): void {
  const { host, sim } = speaker.system;
  for (const { config, alive } of pool.servers) {
    if (!alive && !config.inhibitOnFailure) continue;
    tell(speaker, `Shutting down service ${serverText(pool, config)} from VS ${textOf(pool)}`);
    deleteDestination(host, nameOf(pool.config), config.address, config.port, sim);
  }
  deleteService(host, nameOf(pool.config), sim);
}

export function serverUp(speaker: Speaker, pool: Pool, server: Server): void {
  if (server.alive) return;
  server.alive = true;
  const { config } = server;
  const to = config.inhibitOnFailure ? "of" : "to";
  const verb = config.inhibitOnFailure ? "Enabling" : "Adding";
  tell(speaker, `${verb} service ${serverText(pool, config)} ${to} VS ${textOf(pool)}`);
  if (config.inhibitOnFailure) setWeight(speaker, pool, config, config.weight);
  else insert(speaker, pool, config);
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
  if (config.inhibitOnFailure) setWeight(speaker, pool, config, 0);
  else deleteDestination(host, nameOf(pool.config), config.address, config.port, sim);
  updateQuorum(speaker, pool);
}

/** Rising at quorum + hysteresis, falling below quorum − hysteresis (K134). */
function updateQuorum(speaker: Speaker, pool: Pool): void {
  const { quorum, hysteresis } = pool.config;
  const weight = pool.servers
    .filter(({ alive }) => alive)
    .reduce((sum, { config }) => sum + config.weight, 0);
  const up = quorum + hysteresis;
  const down = quorum - hysteresis;
  const name = textOf(pool);
  if (!pool.hasQuorum && weight >= up) {
    pool.hasQuorum = true;
    tell(speaker, `Gained quorum ${quorum}+${hysteresis}=${up} <= ${weight} for VS ${name}`);
    leaveSorry(speaker, pool);
  } else if (pool.hasQuorum && weight < down) {
    pool.hasQuorum = false;
    tell(speaker, `Lost quorum ${quorum}-${hysteresis}=${down} > ${weight} for VS ${name}`);
    enterSorry(speaker, pool);
  }
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
  for (const { config, alive } of pool.servers) if (alive) insert(speaker, pool, config);
}

function insert(speaker: Speaker, pool: Pool, server: RealServerConfig): void {
  const { host, sim } = speaker.system;
  addDestination(host, nameOf(pool.config), destinationOf(pool, server, server.weight), sim);
}

function setWeight(speaker: Speaker, pool: Pool, server: RealServerConfig, weight: number): void {
  const { host, sim } = speaker.system;
  editDestination(host, nameOf(pool.config), destinationOf(pool, server, weight), sim);
}

function destinationOf(pool: Pool, server: RealServerConfig, weight: number) {
  const { address, port, upperThreshold, lowerThreshold } = server;
  return { address, port, weight, upperThreshold, lowerThreshold, method: pool.config.method };
}

function nameOf(config: VirtualServerConfig): ServiceName {
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
  return `[${server.address}]:${config.protocol}:${server.port}`;
}

function sorryText(pool: Pool): string {
  const { sorryServer } = pool.config;
  return sorryServer === undefined ? "" : serverText(pool, sorryServer);
}

function tell({ system, process, voice }: Speaker, text: string): void {
  say(system, process, voice, text);
}
