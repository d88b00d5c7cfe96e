// What the numbers in files mean for a server (FILE_CHECK, K110, K131). Measured with keepalived
// 2.2.7.
import { plainFile, writeFile } from "../host/files.ts";
import type { System } from "../host/system.ts";
import type { CheckerConfig, FileCheckerConfig, RealServerConfig } from "./config.ts";

export function isFileCheck(config: CheckerConfig): config is FileCheckerConfig {
  return config.type === "FILE_CHECK";
}

/** No file, or one that begins with no number, is worth 0. */
export function fileValue({ host, sim }: System, { path }: FileCheckerConfig): number {
  return Number.parseInt(plainFile(host, path, sim) ?? "", 10) || 0;
}

/** The server's own weight, and what each of its files adds; not below 0. */
export function fileWeight(system: System, { weight, checkers }: RealServerConfig): number {
  let sum = weight;
  for (const config of checkers) {
    if (!isFileCheck(config)) continue;
    sum += (config.reverse ? -1 : 1) * config.weight * fileValue(system, config);
  }
  return Math.max(0, sum);
}

/** A file without a weight keeps its server out from the start; a reversed one always does. */
export function startsOut(system: System, config: CheckerConfig): boolean {
  if (!isFileCheck(config) || config.weight !== 0) return false;
  return config.reverse || fileValue(system, config) !== 0;
}

/** Makes the files that are to be made (`init_file`). */
export function makeFiles(system: System, servers: readonly RealServerConfig[]): void {
  for (const { path, initial, overwrites } of servers.flatMap(fileChecks)) {
    if (initial === undefined) continue;
    if (overwrites || !system.host.files.has(path)) writeFile(system, path, `${initial}\n`);
  }
}

export function fileChecks({ checkers }: RealServerConfig): FileCheckerConfig[] {
  return checkers.filter(isFileCheck);
}
