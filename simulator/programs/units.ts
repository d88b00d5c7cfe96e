// The services of the lessons as systemd knows them: their names, processes and what `systemctl
// status` says of them. Left out: units beyond these, dependencies, what a service uses.
import { readFile } from "../host/read-file.ts";
import type { Host } from "../host/host.ts";
import type { Process } from "../host/process.ts";
import { formatDate } from "../host/format-date.ts";
import { journalLines } from "./journalctl.ts";
import type { System } from "./program.ts";

export interface Unit {
  readonly name: string;
  readonly description: string;
  readonly program: string;
  readonly pidFile: string;
  readonly stopSignal: "SIGTERM" | "SIGQUIT";
  readonly manual: string;
}

export const KEEPALIVED: Unit = {
  name: "keepalived",
  description: "Keepalive Daemon (LVS and VRRP)",
  program: "keepalived",
  pidFile: "/run/keepalived.pid",
  stopSignal: "SIGTERM",
  manual: "man:keepalived(8)",
};

const NGINX: Unit = {
  name: "nginx",
  description: "A high performance web server and a reverse proxy server",
  program: "nginx",
  pidFile: "/run/nginx.pid",
  stopSignal: "SIGQUIT",
  manual: "man:nginx(8)",
};

const UNITS: readonly Unit[] = [KEEPALIVED, NGINX, { ...NGINX, name: "openresty" }];

export function unitNamed(name: string): Unit | undefined {
  const plain = name.replace(/\.service$/, "");
  return UNITS.find((unit) => unit.name === plain);
}

/** The unit's main process, by its pid file, if it lives. */
export function mainPid({ pidFile, program }: Unit, { host, sim }: System): number | undefined {
  const pid = Number(readFile(host, pidFile, sim)?.trim() ?? "0");
  return host.processes.get(pid)?.program === program ? pid : undefined;
}

/** The link that makes a unit start with the machine. */
export function wantedPath({ name }: Unit): string {
  return `/etc/systemd/system/multi-user.target.wants/${name}.service`;
}

export function unitPath({ name }: Unit): string {
  return `/lib/systemd/system/${name}.service`;
}

/** Web servers are enabled on the machines that start with one. */
export function isEnabled(unit: Unit, host: Host): boolean {
  if (host.files.has(wantedPath(unit))) return true;
  return host.boot.commands.includes(`systemctl start ${unit.program}`);
}

/** `systemctl status UNIT`. */
export function statusText(unit: Unit, system: System): string {
  const { host, sim } = system;
  const main = host.processes.get(mainPid(unit, system) ?? 0);
  const enabled = isEnabled(unit, host) ? "enabled" : "disabled";
  const lines = [
    `${main === undefined ? "○" : "●"} ${unit.name}.service - ${unit.description}`,
    `     Loaded: loaded (${unitPath(unit)}; ${enabled}; preset: enabled)`,
  ];
  if (main === undefined) {
    lines.push("     Active: inactive (dead)", `       Docs: ${unit.manual}`);
  } else {
    const since = sim.world.startEpoch * 1_000_000 + main.startedAt;
    const ago = agoText(Math.floor((sim.now - main.startedAt) / 1_000_000));
    const family = familyOf(main, host);
    lines.push(
      `     Active: active (running) since ${formatDate(since, "%a %F %T UTC")}; ${ago} ago`,
      `       Docs: ${unit.manual}`,
      `   Main PID: ${main.pid} (${unit.program})`,
      `      Tasks: ${family.length} (limit: 2306)`,
      `     CGroup: /system.slice/${unit.name}.service`,
      ...family.map(({ pid, argv }, i) => {
        const branch = i === family.length - 1 ? "└─" : "├─";
        return `             ${branch}${pid} ${argv.join(" ")}`;
      }),
    );
  }
  const log = journalLines(host, sim, { unit: unit.name }).slice(-10);
  if (log.length > 0) lines.push("", ...log);
  return lines.map((line) => `${line}\n`).join("");
}

function familyOf(main: Process, host: Host): Process[] {
  const children = [...host.processes.values()].filter(({ parent }) => parent === main.pid);
  return [main, ...children].sort((a, b) => a.pid - b.pid);
}

/** "12s", "3min 5s", "2h 4min". */
function agoText(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}min ${seconds % 60}s`;
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  if (seconds < 86_400) return `${hours}h ${Math.floor(seconds / 60) % 60}min`;
  return `${days} day${days === 1 ? "" : "s"}`;
}
