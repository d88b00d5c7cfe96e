// All programs by name. A further one is a further row, and a row in `paths.ts` if it can be typed.
import { moreChecks } from "../keepalived/more-checks.ts";
import { readConfiguration } from "../keepalived/opinions.ts";
import { typedSignals } from "../keepalived/typed-signals.ts";
import type { ProgramTable } from "../machine.ts";
export { isUnfinished } from "../shell/parse.ts";
import { bash } from "../shell/bash.ts";
import { standAlonePrograms } from "../shell/stand-alone.ts";
import { arping } from "./arping.ts";
import { awk } from "./awk.ts";
import { curl } from "./curl.ts";
import { cp, date, ls, mkdir, mv, rm, touch } from "./file-tools.ts";
import { grep } from "./grep.ts";
import { hold } from "./hold.ts";
import { arp } from "./ip-neighbour.ts";
import { ip } from "./ip.ts";
import { iptables } from "./iptables.ts";
import { ipvsadm } from "./ipvsadm.ts";
import { ipvsadmRestore, ipvsadmSave } from "./ipvsadm-scripts.ts";
import { env, nohup, printenv, stdbuf, su, sudo, watch, xargs } from "./launchers.ts";
import { clusterPrograms } from "./light.ts";
import { expr, logger, md5sum, nl, rev, tac } from "./line-tools.ts";
import { journalctl } from "./journalctl.ts";
import { lsmod, modprobe, nstat, uname } from "./module-tools.ts";
import { nc } from "./nc.ts";
import { nginxStarting } from "./nginx-start.ts";
import { ping } from "./ping.ts";
import {
  fail,
  hostname,
  killall,
  pgrep,
  pidof,
  pkill,
  ps,
  seq,
  sleep,
  succeed,
  timeout,
  which,
} from "./process-tools.ts";
import { sed } from "./sed.ts";
import { diff } from "./diff.ts";
import { basename, chmod, dirname, find, hostnamectl, id, uptime, whoami } from "./small-tools.ts";
import { ss } from "./ss.ts";
import { sysctl } from "./sysctl.ts";
import { service, systemctl } from "./systemctl.ts";
import { tcpdump } from "./tcpdump.ts";
import { udpask, udpecho } from "./udp-tools.ts";
import { head, tail } from "./head-tail.ts";
import { cat, cut, sort, tee, tr, uniq, wc } from "./text-tools.ts";

export const programs: ProgramTable = {
  ...clusterPrograms(readConfiguration, { signals: typedSignals, moreChecks, nginxStarting }),
  ...standAlonePrograms,
  arp,
  arping,
  awk,
  bash,
  cat,
  cp,
  curl,
  cut,
  date,
  false: fail,
  grep,
  head,
  hold,
  journalctl,
  hostname,
  ip,
  iptables,
  ipvsadm,
  "ipvsadm-restore": ipvsadmRestore,
  "ipvsadm-save": ipvsadmSave,
  killall,
  ls,
  lsmod,
  mkdir,
  modprobe,
  mv,
  nc,
  nstat,
  pgrep,
  pidof,
  ping,
  pkill,
  ps,
  rm,
  sed,
  seq,
  service,
  sleep,
  sort,
  ss,
  sysctl,
  systemctl,
  tail,
  tcpdump,
  tee,
  timeout,
  touch,
  tr,
  true: succeed,
  udpask,
  udpecho,
  uname,
  uniq,
  env,
  nohup,
  printenv,
  stdbuf,
  su,
  sudo,
  watch,
  xargs,
  basename,
  expr,
  logger,
  md5sum,
  nl,
  rev,
  tac,
  chmod,
  diff,
  dirname,
  find,
  hostnamectl,
  id,
  uptime,
  whoami,
  wc,
  which,
};
