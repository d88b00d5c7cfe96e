// What the kernel's events mean: the table from alarms, wakes, frames and inputs to the functions
// that handle them. The one place where the way in through a host meets the layers above it.
import { reapChild, typeCommand } from "./host/console.ts";
import { fault } from "./faults.ts";
import { igmpAlarm } from "./host/igmp.ts";
import type { Host } from "./host/host.ts";
import { receiveFrame, reportUnreachable } from "./host/ip-input.ts";
import { neighbourAlarm } from "./host/neighbour.ts";
import type { Signal, Wake } from "./host/process.ts";
import { endBySignal, INIT, processAlarm } from "./host/system.ts";
import { tcpAlarm } from "./host/tcp.ts";
import { connectionAlarm } from "./ipvs/connection.ts";
import { defenceAlarm } from "./ipvs/defence.ts";
import { trashAlarm } from "./ipvs/destination.ts";
import { estimatorAlarm } from "./ipvs/estimator.ts";
import { syncAlarm } from "./ipvs/sync.ts";
import { detourAlarm } from "./host/redirect.ts";
import type { AlarmKind } from "./kernel/queue.ts";
import type { Machine } from "./kernel/run.ts";
import type { Sim } from "./kernel/sim.ts";
import { refreshReachableTime } from "./host/reachable-time.ts";
import type { Program } from "./programs/program.ts";

/** Programs by name. A page that needs few of them hands over few, and loads less. */
export type ProgramTable = Readonly<Record<string, Program>>;

type AlarmHandler = (host: Host, key: string, sim: Sim) => void;

const ALARMS: Readonly<Record<AlarmKind, AlarmHandler>> = {
  neighbour: (host, key, sim) => {
    const failure = neighbourAlarm(host, key, sim);
    if (failure !== undefined) reportUnreachable(host, failure.packets, sim);
  },
  detour: detourAlarm,
  "reachable-time": refreshReachableTime,
  tcp: tcpAlarm,
  igmp: igmpAlarm,
  process: processAlarm,
  "ipvs-connection": connectionAlarm,
  "ipvs-defence": defenceAlarm,
  "ipvs-estimator": estimatorAlarm,
  "ipvs-sync": syncAlarm,
  "ipvs-trash": trashAlarm,
};

export function createMachine(programs: ProgramTable): Machine {
  return {
    deliver: receiveFrame,
    alarm: (host, kind, key, sim) => ALARMS[kind](host, key, sim),
    wake: (host, pid, reason, sim) => wake(programs, host, pid, reason, sim),
    input: (input, sim) => {
      if (input.kind === "command") {
        const host = sim.world.hosts.get(input.host);
        if (host !== undefined) typeCommand(host, input, sim);
      } else {
        fault(input, sim);
      }
    },
    startUs: (program) =>
      Object.hasOwn(programs, program) ? programs[program]?.startUs : undefined,
  };
}

function handles({ signals }: Program, signal: Signal): boolean {
  return signals?.includes(signal) === true;
}

function wake(programs: ProgramTable, host: Host, pid: number, reason: Wake, sim: Sim): void {
  if (pid === INIT && reason.kind === "child") {
    return reapChild(host, reason.pid, reason.code, sim);
  }
  const process = host.processes.get(pid);
  if (process === undefined || !host.powered) return;
  if (process.frozen) {
    process.pending.push(reason);
    return;
  }
  const program = programs[process.program];
  if (program === undefined) return;
  if (reason.kind === "start") process.begun = true;
  const isCaught = process.begun && reason.kind === "signal" && handles(program, reason.signal);
  if (reason.kind === "signal" && !isCaught) {
    if (reason.signal !== "SIGCHLD") endBySignal({ host, sim }, process, reason.signal);
    return;
  }
  program.run(process, reason, { host, sim });
}
