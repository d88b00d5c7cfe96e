// SIGHUP in the checker process (K151): services and servers of the new file are held against the
// old ones; what is in both keeps its state.
import { editService } from "../ipvs/admin.ts";
import type { RealServerConfig, VirtualServerConfig } from "./config.ts";
import { fileWeight } from "./file-weights.ts";
import {
  changeWeight,
  insert,
  newServer,
  type Pool,
  type Server,
  serverText,
  serviceOptions,
  setWeight,
  type Speaker,
  startPool,
  takeOut,
  removePool,
  tell,
  textOf,
  updateQuorum,
} from "./pool.ts";

export function reloadPools(
  speaker: Speaker,
  before: readonly Pool[],
  configs: readonly VirtualServerConfig[],
): Pool[] {
  const kept = new Map<VirtualServerConfig, Pool>();
  for (const old of before) {
    const config = configs.find((each) => isSameService(each, old.config));
    if (config === undefined) removeService(speaker, old);
    else kept.set(config, reloadPool(speaker, old, config));
  }
  return configs.map((config) => kept.get(config) ?? startPool(speaker, config));
}

function isSameService(a: VirtualServerConfig, b: VirtualServerConfig): boolean {
  if (a.group !== undefined || b.group !== undefined) return a.group === b.group;
  return JSON.stringify(a.services) === JSON.stringify(b.services);
}

function removeService(speaker: Speaker, pool: Pool): void {
  tell(speaker, `Removing Virtual Server ${textOf(pool)}`);
  removePool(speaker, pool, "Removing");
}

function reloadPool(speaker: Speaker, old: Pool, config: VirtualServerConfig): Pool {
  const { host } = speaker.system;
  const isSame = (a: RealServerConfig, b: RealServerConfig): boolean =>
    a.address === b.address && a.port === b.port;
  for (const gone of old.servers) {
    if (config.realServers.some((each) => isSame(each, gone.config))) continue;
    removeServer(speaker, old, gone);
  }
  for (const service of config.services) editService(host, service, serviceOptions(config));
  const pool: Pool = { config, servers: [], hasQuorum: old.hasQuorum };
  const added: Server[] = [];
  for (const each of config.realServers) {
    const same = old.servers.find((server) => isSame(server.config, each));
    const server: Server =
      same === undefined
        ? newServer(speaker.system, each)
        : { config: each, alive: same.alive, weight: same.weight };
    pool.servers.push(server);
    if (same === undefined && server.alive) added.push(server);
  }
  for (const server of added) insert(speaker, pool, server);
  for (const server of pool.servers) {
    changeWeight(speaker, pool, server, fileWeight(speaker.system, server.config));
  }
  updateMethods(speaker, pool);
  updateQuorum(speaker, pool);
  return pool;
}

function removeServer(speaker: Speaker, pool: Pool, server: Server): void {
  tell(speaker, `service ${serverText(pool, server.config)} no longer exist`);
  if (!server.alive && !server.config.inhibitOnFailure) return;
  tell(speaker, `Removing service ${serverText(pool, server.config)} from VS ${textOf(pool)}`);
  takeOut(speaker, pool, server.config);
}

/** A changed forwarding method or threshold is told to the kernel without a word. */
function updateMethods(speaker: Speaker, pool: Pool): void {
  for (const server of pool.servers) {
    if (server.alive) setWeight(speaker, pool, server, server.weight);
  }
}
