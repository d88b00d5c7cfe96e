// The checker process begins, or begins anew with another file (K133, K151).
import { flush, setTimeouts } from "../ipvs/admin.ts";
import { type Checker, type CheckerMemory, finish, newChecker } from "./checker.ts";
import { activate } from "./checkers.ts";
import type { RealServerConfig } from "./config.ts";
import { readOwnConfiguration, sayDiagnostics } from "./daemon.ts";
import { fileChecks, isFileCheck, makeFiles, startsOut } from "./file-weights.ts";
import { say, sayDebug } from "./log.ts";
import { serverText, type Speaker, startPool, textOf } from "./pool.ts";
import type { ReadConfiguration, ReadResult } from "./read.ts";
import { reloadPools } from "./reload-pools.ts";

/** SIGTERM undoes all of it; the servers go into the table before any check (K133). */
export function startCheckers(speaker: Speaker, reader: ReadConfiguration): void {
  const { system, process, voice } = speaker;
  const read = readOwnConfiguration(system, process, reader);
  sayDiagnostics(system, process, voice, read);
  sayDebug(system, process, voice, "Initializing ipvs");
  const { flushed, timeouts } = read.config.table;
  if (flushed) flush(system.host, system.sim);
  setTimeouts(system.host, timeouts.tcp ?? 0, timeouts.tcpfin ?? 0, timeouts.udp ?? 0);
  makeFiles(system, allServers(read));
  const pools = read.config.virtualServers.map((config) => startPool(speaker, config));
  const memory: CheckerMemory = { pools, checkers: [] };
  process.memory = memory;
  activateAll(speaker, memory, []);
}

/** SIGHUP: servers keep their state, checkers begin their rounds anew (K151). */
export function reloadCheckers(
  speaker: Speaker,
  memory: CheckerMemory,
  reader: ReadConfiguration,
): void {
  const { system, process, voice } = speaker;
  say(system, process, voice, "Reloading");
  const read = readOwnConfiguration(system, process, reader, true);
  sayDiagnostics(system, process, voice, read);
  sayDebug(system, process, voice, "Reinitializing ipvs");
  for (const [index, checker] of memory.checkers.entries()) {
    finish({ speaker, memory, checker, index });
  }
  process.timers.clear();
  const before = memory.checkers.map((checker) => ({ checker, name: fullName(memory, checker) }));
  makeFiles(system, allServers(read));
  memory.pools = reloadPools(speaker, memory.pools, read.config.virtualServers);
  activateAll(speaker, memory, before);
}

function allServers({ config }: ReadResult): RealServerConfig[] {
  return config.virtualServers.flatMap(({ realServers }) => realServers);
}

interface Former {
  readonly checker: Checker;
  readonly name: string;
}

/** Makes a checker for each one in the file; what it knew of its server before goes on. */
function activateAll(speaker: Speaker, memory: CheckerMemory, before: readonly Former[]): void {
  const { system, process, voice } = speaker;
  memory.checkers = memory.pools.flatMap((pool, index) =>
    pool.servers.flatMap(({ config, alive }, server) =>
      config.checkers.map((checker) => ({
        ...newChecker(checker, index, server),
        up: isFileCheck(checker) ? !startsOut(system, checker) : alive && !checker.alpha,
      })),
    ),
  );
  const servers = memory.pools.flatMap((pool) => pool.servers.map(({ config }) => config));
  process.watches = servers.flatMap(fileChecks).map(({ path }) => path);
  for (const checker of memory.checkers) {
    const name = fullName(memory, checker);
    const former = before.find((each) => each.name === name)?.checker;
    if (former === undefined || isFileCheck(checker.config)) continue;
    const { up, hasRun, failedUrls } = former;
    Object.assign(checker, { up, hasRun, failedUrls });
  }
  for (const [index, checker] of memory.checkers.entries()) {
    // A file's checker has no rounds, and nothing is said of it.
    if (!isFileCheck(checker.config)) activate({ speaker, memory, checker, index });
  }
  say(system, process, voice, "Activating BFD healthchecker");
}

/** Tells one checker from all others, across a reload: of its kind there may be several. */
function fullName({ pools, checkers }: CheckerMemory, checker: Checker): string {
  const { server, config } = checker;
  const pool = pools[checker.pool];
  const own = pool?.servers[server];
  if (pool === undefined || own === undefined) return "";
  const alike = checkers.filter(
    (each) =>
      each.pool === checker.pool && each.server === server && each.config.type === config.type,
  );
  const at = alike.indexOf(checker);
  return `${textOf(pool)} ${serverText(pool, own.config)} ${config.type} ${at}`;
}
