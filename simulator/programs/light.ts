// The programs that a running cluster needs, without the shell and its commands: a page's first
// figure loads no more than these.
import { healthcheckersWith } from "../keepalived/checkers.ts";
import { keepalivedWith } from "../keepalived/daemon.ts";
import type { ReadConfiguration } from "../keepalived/read.ts";
import type { TypedSignals } from "../keepalived/typed-signals.ts";
import { vrrpWith } from "../keepalived/vrrp-process.ts";
import type { CheckKinds } from "../keepalived/checker.ts";
import type { ProgramTable } from "../machine.ts";
import { nginxWith } from "./nginx.ts";
import type { NginxStarting } from "./nginx-start.ts";
import { traffic } from "./traffic.ts";

/** What a cluster that runs can do without, until something is started, typed or reloaded. */
interface Equipment {
  readonly signals?: TypedSignals;
  /** Kinds of checks beyond HTTP and TCP. */
  readonly moreChecks?: CheckKinds;
  readonly nginxStarting?: NginxStarting;
}

/** With keepalived's files read by `read`. */
export function clusterPrograms(read: ReadConfiguration, more: Equipment = {}): ProgramTable {
  const { signals, moreChecks, nginxStarting } = more;
  return {
    keepalived: keepalivedWith(read, signals),
    "keepalived-healthcheckers": healthcheckersWith(read, signals, moreChecks),
    "keepalived-vrrp": vrrpWith(read, signals),
    nginx: nginxWith(nginxStarting),
    traffic,
  };
}

const readNothing: ReadConfiguration = () => {
  throw new Error("These programs read no configuration: start keepalived with all of them.");
};

/** Enough for a cluster that runs already, as long as no keepalived is started or reloaded. */
export const lightPrograms: ProgramTable = clusterPrograms(readNothing);
