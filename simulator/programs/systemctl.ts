// systemctl for the two services of the lessons, and `service`, its older spelling. Left out:
// units beyond these, dependencies, the journal's own formats.
import { readFile } from "../host/files.ts";
import type { Host } from "../host/host.ts";
import type { Process } from "../host/process.ts";
import { exitProcess, INIT, killProcess, setTimer, spawnProcess, write } from "../host/system.ts";
import { NGINX_CONFIGURATION } from "./nginx-configuration.ts";
import { loadConfiguration, nginxCommand } from "./nginx.ts";
import type { Program, System } from "./program.ts";

/** Recorded: from the command to the signal 19 ms; a further 31 ms to a daemon's first line. */
const COMMAND_US = 19_300;
const START_US = 31_000;
const FORKED_US = 7_500;
const POLL_US = 20_000;
const NGINX_START_US = 11_000;

/** Started and gone before the daemon: a first daemon is process 37 on the recorded machines. */
const START_PROCESSES = 3;

interface Unit {
  readonly name: string;
  readonly description: string;
  readonly program: string;
  readonly pidFile: string;
  readonly stopSignal: "SIGTERM" | "SIGQUIT";
}

const KEEPALIVED: Unit = {
  name: "keepalived",
  description: "Keepalive Daemon (LVS and VRRP)",
  program: "keepalived",
  pidFile: "/run/keepalived.pid",
  stopSignal: "SIGTERM",
};

const NGINX: Unit = {
  name: "nginx",
  description: "web server",
  program: "nginx",
  pidFile: "/run/nginx.pid",
  stopSignal: "SIGQUIT",
};

const UNITS: Readonly<Record<string, Unit>> = {
  keepalived: KEEPALIVED,
  nginx: NGINX,
  openresty: { ...NGINX, name: "openresty" },
};
/** Firewalls that the article's machines turn off; here there is none. */
const ABSENT = ["firewalld", "iptables", "nftables"];

interface Memory {
  verb: string;
  unit: Unit;
  step: "stop" | "wait" | "start" | "forked";
}

export const systemctl: Program = {
  startUs: COMMAND_US,
  run(process, reason, system) {
    if (reason.kind === "start") return begin(process, process.argv.slice(1), system);
    if (reason.kind === "timer") return goOn(process, process.memory as Memory, system);
  },
};

/** `service UNIT VERB`. */
export const service: Program = {
  startUs: COMMAND_US,
  run(process, reason, system) {
    const [, unit = "", verb = ""] = process.argv;
    if (reason.kind === "start") return begin(process, [verb, unit], system);
    if (reason.kind === "timer") return goOn(process, process.memory as Memory, system);
  },
};

function begin(process: Process, words: readonly string[], system: System): void {
  const [verb = "", name = ""] = words.filter((word) => !word.startsWith("--"));
  const unitName = name.replace(/\.service$/, "");
  const unit = Object.hasOwn(UNITS, unitName) ? UNITS[unitName] : undefined;
  if (unit === undefined) {
    if (verb === "daemon-reload" || ABSENT.includes(unitName)) {
      return exitProcess(system, process, 0);
    }
    write(system, process, 2, `Unit ${unitName}.service could not be found.\n`);
    return exitProcess(system, process, 4);
  }
  process.memory = { verb, unit, step: "stop" } satisfies Memory;
  obey(process, process.memory as Memory, system);
}

function obey(process: Process, memory: Memory, system: System): void {
  const running = mainPid(memory.unit, system);
  switch (memory.verb) {
    case "start":
      if (running !== undefined) return exitProcess(system, process, 0);
      return prepareStart(process, memory, system);
    case "stop":
    case "restart":
      if (running === undefined) return stopped(process, memory, system);
      killProcess(system, running, memory.unit.stopSignal);
      memory.step = "wait";
      return setTimer(system, process, "poll", system.sim.now + POLL_US);
    case "reload":
      if (running === undefined) return refuseReload(process, memory, system);
      killProcess(system, running, "SIGHUP");
      return exitProcess(system, process, 0);
    case "enable":
    case "disable":
    case "daemon-reload":
      return exitProcess(system, process, 0);
    case "is-active":
      write(system, process, 1, running === undefined ? "inactive\n" : "active\n");
      return exitProcess(system, process, running === undefined ? 3 : 0);
    case "status":
      write(system, process, 1, statusText(memory.unit, running));
      return exitProcess(system, process, running === undefined ? 3 : 0);
    default:
      write(system, process, 2, `Unknown operation ${memory.verb}.\n`);
      return exitProcess(system, process, 1);
  }
}

function goOn(process: Process, memory: Memory, system: System): void {
  switch (memory.step) {
    case "wait":
      if (mainPid(memory.unit, system) === undefined) return stopped(process, memory, system);
      return setTimer(system, process, "poll", system.sim.now + POLL_US);
    case "start":
      return start(process, memory, system);
    default:
      return exitProcess(system, process, 0);
  }
}

function stopped(process: Process, memory: Memory, system: System): void {
  if (memory.verb === "restart") return prepareStart(process, memory, system);
  exitProcess(system, process, 0);
}

function prepareStart(process: Process, memory: Memory, system: System): void {
  const { host, sim } = system;
  const isKeepalived = memory.unit === KEEPALIVED;
  if (isKeepalived && readFile(host, "/etc/keepalived/keepalived.conf", sim) === undefined) {
    const text = `Condition check resulted in ${KEEPALIVED.description} being skipped.\n`;
    write(system, process, 2, text);
    return exitProcess(system, process, 0);
  }
  if (!isKeepalived && "complaint" in loadConfiguration(NGINX_CONFIGURATION, system)) {
    write(system, process, 2, startFailed(memory.unit.name));
    return exitProcess(system, process, 1);
  }
  memory.step = "start";
  setTimer(system, process, "start", sim.now + (isKeepalived ? START_US : NGINX_START_US));
}

function start(process: Process, memory: Memory, system: System): void {
  const { program } = memory.unit;
  const isKeepalived = memory.unit === KEEPALIVED;
  const argv = isKeepalived ? ["/usr/sbin/keepalived", ...options(system)] : nginxCommand();
  if (isKeepalived) system.host.lastPid += START_PROCESSES;
  const files = new Map([0, 1, 2].map((fd) => [fd, { kind: "null" } as const]));
  const common = { parent: INIT, files, environment: {}, directory: "/", delayUs: 0 };
  spawnProcess(system, { program, argv, ...common });
  memory.step = "forked";
  setTimer(system, process, "forked", system.sim.now + FORKED_US);
}

/** KEEPALIVED_OPTIONS of /etc/sysconfig/keepalived; CentOS has "-D" there (K74). */
function options({ host, sim }: System): string[] {
  const text = readFile(host, "/etc/sysconfig/keepalived", sim) ?? 'KEEPALIVED_OPTIONS="-D"';
  const value = /KEEPALIVED_OPTIONS=("?)(.*)\1/.exec(text)?.[2] ?? "";
  return value.split(/\s+/).filter((word) => word !== "");
}

function startFailed(name: string): string {
  return (
    `Job for ${name}.service failed because the control process exited with error code.\n` +
    `See "systemctl status ${name}.service" and "journalctl -xeu ${name}.service" for details.\n`
  );
}

function refuseReload(process: Process, { unit }: Memory, system: System): void {
  const text = `${unit.name}.service is not active, cannot reload.\n`;
  if (unit === KEEPALIVED) write(system, process, 2, text);
  exitProcess(system, process, 1);
}

/** The unit's main process, by its pid file, if it lives. */
function mainPid(unit: Unit, { host, sim }: System): number | undefined {
  const pid = Number(readFile(host, unit.pidFile, sim)?.trim() ?? "0");
  return isAlive(host, pid, unit) ? pid : undefined;
}

function isAlive(host: Host, pid: number, unit: Unit): boolean {
  return host.processes.get(pid)?.program === unit.program;
}

function statusText(unit: Unit, pid: number | undefined): string {
  const state = pid === undefined ? "inactive (dead)" : "active (running)";
  const main = pid === undefined ? "" : `   Main PID: ${pid} (${unit.program})\n`;
  return `● ${unit.name}.service - ${unit.description}\n     Active: ${state}\n${main}`;
}
