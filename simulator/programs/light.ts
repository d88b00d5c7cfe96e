// The programs that a running cluster needs, without the shell and its commands: a page's first
// figure loads no more than these.
import { keepalivedHealthcheckers } from "../keepalived/checkers.ts";
import { keepalived } from "../keepalived/daemon.ts";
import { keepalivedVrrp } from "../keepalived/vrrp-process.ts";
import type { ProgramTable } from "../machine.ts";
import { nginx } from "./nginx.ts";
import { traffic } from "./traffic.ts";

export const lightPrograms: ProgramTable = {
  keepalived,
  "keepalived-healthcheckers": keepalivedHealthcheckers,
  "keepalived-vrrp": keepalivedVrrp,
  nginx,
  traffic,
};
