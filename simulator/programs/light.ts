// The programs that a running cluster needs, without the shell and its commands: a page's first
// figure loads no more than these.
import { healthcheckersWith } from "../keepalived/checkers.ts";
import { keepalivedWith } from "../keepalived/daemon.ts";
import type { ReadConfiguration } from "../keepalived/read.ts";
import type { TypedSignals } from "../keepalived/typed-signals.ts";
import { vrrpWith } from "../keepalived/vrrp-process.ts";
import type { ProgramTable } from "../machine.ts";
import { nginx } from "./nginx.ts";
import { traffic } from "./traffic.ts";

/** With keepalived's files read by `read`; without `signals` nobody may reload it. */
export function clusterPrograms(read: ReadConfiguration, signals?: TypedSignals): ProgramTable {
  return {
    keepalived: keepalivedWith(read, signals),
    "keepalived-healthcheckers": healthcheckersWith(read, signals),
    "keepalived-vrrp": vrrpWith(read, signals),
    nginx,
    traffic,
  };
}

const readNothing: ReadConfiguration = () => {
  throw new Error("These programs read no configuration: start keepalived with all of them.");
};

/** Enough for a cluster that runs already, as long as no keepalived is started or reloaded. */
export const lightPrograms: ProgramTable = clusterPrograms(readNothing);
