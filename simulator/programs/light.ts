// The programs that a running cluster needs, without the shell and its commands: a page's first
// figure loads no more than these.
import { healthcheckersWith } from "../keepalived/checkers.ts";
import { keepalivedWith } from "../keepalived/daemon.ts";
import { type ReadConfiguration, readMeaning } from "../keepalived/read.ts";
import { vrrpWith } from "../keepalived/vrrp-process.ts";
import type { CheckKinds } from "../keepalived/checker.ts";
import type { ProgramTable } from "../machine.ts";
import { nginx } from "./nginx.ts";
import { traffic } from "./traffic.ts";

/** With keepalived's files read by `read`, and `more` checkers than the common ones. */
export function clusterPrograms(read: ReadConfiguration, more?: CheckKinds): ProgramTable {
  return {
    keepalived: keepalivedWith(read),
    "keepalived-healthcheckers": healthcheckersWith(read, more),
    "keepalived-vrrp": vrrpWith(read),
    nginx,
    traffic,
  };
}

/**
 * Right as long as nobody changes a file: keepalived keeps its opinions of values to itself, and
 * checks by HTTP, TCP and commands only.
 */
export const lightPrograms: ProgramTable = clusterPrograms(readMeaning);
