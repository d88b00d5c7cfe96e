// The programs that a running cluster needs, without the shell and its commands: a page's first
// figure loads no more than these.
import { healthcheckersWith } from "../keepalived/checkers.ts";
import { keepalivedWith } from "../keepalived/daemon.ts";
import type { ReadConfiguration } from "../keepalived/read.ts";
import type { TypedSignals } from "../keepalived/typed-signals.ts";
import { vrrpWith } from "../keepalived/vrrp-process.ts";
import type { ProgramTable } from "../machine.ts";
import { nginxWith } from "./nginx.ts";
import type { NginxStarting } from "./nginx-start.ts";
import { traffic } from "./traffic.ts";

/**
 * With keepalived's files read by `read`; without `signals` nobody may reload it, without `starting`
 * nobody may start a web server.
 */
export function clusterPrograms(
  read: ReadConfiguration,
  signals?: TypedSignals,
  starting?: NginxStarting,
): ProgramTable {
  return {
    keepalived: keepalivedWith(read, signals),
    "keepalived-healthcheckers": healthcheckersWith(read, signals),
    "keepalived-vrrp": vrrpWith(read, signals),
    nginx: nginxWith(starting),
    traffic,
  };
}

const readNothing: ReadConfiguration = () => {
  throw new Error("These programs read no configuration: start keepalived with all of them.");
};

/** Enough for a cluster that runs already, as long as no keepalived is started or reloaded. */
export const lightPrograms: ProgramTable = clusterPrograms(readNothing);
