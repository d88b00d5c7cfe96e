// All programs by name. A further one is a further row.
import type { ProgramTable } from "../machine.ts";
import { keepalived } from "../keepalived/daemon.ts";
import { bash } from "../shell/bash.ts";
import { arping } from "./arping.ts";
import { curl } from "./curl.ts";
import { hold } from "./hold.ts";
import { ip } from "./ip.ts";
import { ipvsadm } from "./ipvsadm.ts";
import { lightPrograms } from "./light.ts";
import { ping } from "./ping.ts";
import { cat, hostname, seq, sleep, sysctl } from "./small-tools.ts";
import { ss } from "./ss.ts";
import { service, systemctl } from "./systemctl.ts";

export const programs: ProgramTable = {
  ...lightPrograms,
  arping,
  bash,
  cat,
  curl,
  hold,
  hostname,
  ip,
  ipvsadm,
  keepalived,
  ping,
  seq,
  service,
  sleep,
  ss,
  sysctl,
  systemctl,
};
