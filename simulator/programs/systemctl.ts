// systemctl for the services of the lessons, and `service`, its older spelling. Left out: units
// beyond these, several at once, dependencies.
import { removeFile, writeFile } from "../host/files.ts";
import { readFile } from "../host/read-file.ts";
import type { OpenFile, Process } from "../host/process.ts";
import { exitProcess, INIT, killProcess, setTimer, spawnProcess, write } from "../host/system.ts";
import { NGINX_CONFIGURATION } from "./nginx-configuration.ts";
import { loadConfiguration, nginxCommand } from "./nginx-start.ts";
import type { Program, System } from "./program.ts";
import {
  isEnabled,
  KEEPALIVED,
  mainPid,
  statusText,
  type Unit,
  unitNamed,
  unitPath,
  wantedPath,
} from "./units.ts";

/** Recorded: from the command to the signal 19 ms; a further 31 ms to a daemon's first line. */
const COMMAND_US = 19_300;
const START_US = 31_000;
const FORKED_US = 7_500;
const POLL_US = 20_000;
const NGINX_START_US = 11_000;

/** Started and gone before the daemon: a first daemon is process 37 on the recorded machines. */
const START_PROCESSES = 3;

/** Firewalls that the article's machines turn off; here there is none. */
const ABSENT = ["firewalld", "iptables", "nftables"];

/** What the daemon prints beside its log lines. */
const OUTPUT_FILE = "/run/keepalived.out";

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
  const [verb = "", name = ""] = words.filter((word) => !word.startsWith("-"));
  const unit = unitNamed(name);
  if (verb === "daemon-reload" || ABSENT.includes(name.replace(/\.service$/, ""))) {
    return exitProcess(system, process, 0);
  }
  if (name === "") return complain(process, "Too few arguments.", 1, system);
  if (unit === undefined) return refuseUnknown(process, verb, fullName(name), system);
  process.memory = { verb, unit, step: "stop" } satisfies Memory;
  // `enable --now` starts it too.
  const isNow = words.includes("--now");
  if (verb === "enable" || verb === "disable") {
    changeLink(process, unit, verb, system);
    if (!isNow) return exitProcess(system, process, 0);
    (process.memory as Memory).verb = verb === "enable" ? "start" : "stop";
  }
  obey(process, process.memory as Memory, system);
}

function fullName(name: string): string {
  return name.includes(".") ? name : `${name}.service`;
}

function complain(process: Process, text: string, code: number, system: System): void {
  write(system, process, 2, `${text}\n`);
  exitProcess(system, process, code);
}

function refuseUnknown(process: Process, verb: string, name: string, system: System): void {
  switch (verb) {
    case "status":
      return complain(process, `Unit ${name} could not be found.`, 4, system);
    case "is-active":
      write(system, process, 1, "inactive\n");
      return exitProcess(system, process, 3);
    case "stop":
    case "reload":
      return complain(process, `Failed to ${verb} ${name}: Unit ${name} not loaded.`, 5, system);
    case "enable":
    case "disable":
      return complain(
        process,
        `Failed to ${verb} unit: Unit file ${name} does not exist.`,
        1,
        system,
      );
    default:
      return complain(process, `Failed to ${verb} ${name}: Unit ${name} not found.`, 5, system);
  }
}

function changeLink(
  process: Process,
  unit: Unit,
  verb: "enable" | "disable",
  system: System,
): void {
  const link = wantedPath(unit);
  if ((verb === "enable") === system.host.files.has(link)) return;
  if (verb === "disable") {
    removeFile(system.host, link);
    return void write(system, process, 2, `Removed "${link}".\n`);
  }
  writeFile(system, link, "");
  write(system, process, 2, `Created symlink ${link} → ${unitPath(unit)}.\n`);
}

function obey(process: Process, memory: Memory, system: System): void {
  const running = mainPid(memory.unit, system);
  const answer = (text: string, isYes: boolean, no: number): void => {
    write(system, process, 1, text);
    exitProcess(system, process, isYes ? 0 : no);
  };
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
    case "is-active":
      return answer(running === undefined ? "inactive\n" : "active\n", running !== undefined, 3);
    case "is-enabled": {
      const enabled = isEnabled(memory.unit, system.host);
      return answer(enabled ? "enabled\n" : "disabled\n", enabled, 1);
    }
    case "status":
      return answer(statusText(memory.unit, system), running !== undefined, 3);
    default:
      return complain(process, `Unknown command verb ${memory.verb}.`, 1, system);
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
  const files = new Map<number, OpenFile>([0, 1, 2].map((fd) => [fd, { kind: "null" }]));
  if (isKeepalived) {
    const output: OpenFile = { kind: "file", path: OUTPUT_FILE, offset: 0, append: true };
    writeFile(system, OUTPUT_FILE, "");
    files.set(1, output).set(2, output);
  }
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
  complain(process, `${unit.name}.service is not active, cannot reload.`, 1, system);
}
