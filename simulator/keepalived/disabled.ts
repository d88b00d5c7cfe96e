// What is left of a configuration when the scripts that cannot be run are taken out of it (K107).
import type { KeepalivedConfig, NotifyConfig } from "./config.ts";
import type { Environment } from "./read.ts";

/** Scripts that cannot be run when the file is read are taken out (K107), of all kinds (measured). */
export function withoutDisabled(
  config: KeepalivedConfig,
  { scriptAt }: Environment,
): KeepalivedConfig {
  if (scriptAt === undefined) return config;
  const runs = ({ command }: { readonly command: readonly string[] }): boolean =>
    scriptAt(command[0] ?? "") === "runs";
  const kept = (command: readonly string[] | undefined): readonly string[] | undefined =>
    command !== undefined && runs({ command }) ? command : undefined;
  const telling = <T extends { readonly notify: NotifyConfig }>(each: T): T => {
    const lines = Object.entries(each.notify).filter(([, line]) => line === true || kept(line));
    return { ...each, notify: Object.fromEntries(lines) };
  };
  return {
    ...config,
    instances: config.instances.map(telling),
    syncGroups: config.syncGroups.map(telling),
    scripts: config.scripts.filter(runs),
    virtualServers: config.virtualServers.map((service) => ({
      ...service,
      quorumUp: kept(service.quorumUp),
      quorumDown: kept(service.quorumDown),
      realServers: service.realServers.map((server) => ({
        ...server,
        notifyUp: kept(server.notifyUp),
        notifyDown: kept(server.notifyDown),
        checkers: server.checkers.filter((each) => each.type !== "MISC_CHECK" || runs(each)),
      })),
    })),
  };
}
