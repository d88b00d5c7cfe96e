// The programs that a running cluster needs, without the shell and its commands: a page's first
// figure loads no more than these.
import { healthcheckersWith } from "../keepalived/checkers.ts";
import { keepalivedWith } from "../keepalived/daemon.ts";
import { type ReadConfiguration, readMeaning } from "../keepalived/read.ts";
import { type StateWriter, vrrpWith } from "../keepalived/vrrp-process.ts";
import type { ProgramTable } from "../machine.ts";
import { nginx } from "./nginx.ts";
import { traffic } from "./traffic.ts";

/** With keepalived's files read by `read`, and its state written by `write` where it is seen. */
export function clusterPrograms(read: ReadConfiguration, write?: StateWriter): ProgramTable {
  return {
    keepalived: keepalivedWith(read),
    "keepalived-healthcheckers": healthcheckersWith(read),
    "keepalived-vrrp": vrrpWith(read, write),
    nginx,
    traffic,
  };
}

/** Right as long as nobody changes a file: keepalived keeps its opinions of values to itself. */
export const lightPrograms: ProgramTable = clusterPrograms(readMeaning);
