// Plays a scenario and gives what happened in the form of a recording (design: scenario, recording,
// replay). The command line is `replay-cli.ts`.
import { buildSimulation } from "./build.ts";
import type { FrameRecord, Trace } from "./kernel/trace.ts";
import { HOP_US, run } from "./kernel/run.ts";
import { createMachine, type ProgramTable } from "./machine.ts";
import { programs } from "./programs/index.ts";
import {
  type CapturedFrame,
  type ExpandedScenario,
  expandScenario,
  type RecordedLine,
  type RecordedStep,
  type Recording,
  type Scenario,
  type StepResult,
} from "./scenario.ts";
import { RST, SYN } from "./wire/tcp.ts";
import { type InitialNumbers, recordedFrame } from "./wire/recorded.ts";

/** Plays a scenario that `readScenario` accepted, to its end, with these programs on its hosts. */
export function replay(scenario: Scenario, table: ProgramTable = programs): Recording {
  const expanded = expandScenario(scenario);
  const simulation = buildSimulation(expanded, createMachine(table));
  run(simulation, Math.round(expanded.end * 1_000_000));
  return recordingOf(scenario, expanded, simulation.trace);
}

function recordingOf(scenario: Scenario, expanded: ExpandedScenario, trace: Trace): Recording {
  const results = stepResults(trace);
  const steps = scenario.steps.map((step, index): RecordedStep => {
    const result = results.get(String(index));
    if (result === undefined || !("run" in step)) return step;
    const { stdout = "", stderr = "", ...times } = result;
    return step.record === true ? { ...step, ...times, stdout, stderr } : { ...step, ...times };
  });
  return { ...scenario, steps, logs: logsOf(expanded, trace), frames: framesOf(expanded, trace) };
}

function stepResults(trace: Trace): Map<string, Mutable<StepResult>> {
  const results = new Map<string, Mutable<StepResult>>();
  for (const { at, code, fields } of trace.entries) {
    if (!code.startsWith("console.")) continue;
    const label = String(fields["label"]);
    const result = results.get(label) ?? {};
    results.set(label, result);
    if (code === "console.started") result.t_actual = seconds(at);
    if (code === "console.ended") {
      result.t_end = seconds(at);
      result.code = Number(fields["code"]);
    }
    if (code === "console.output") {
      const stream = fields["stream"] === "stderr" ? "stderr" : "stdout";
      result[stream] = (result[stream] ?? "") + String(fields["text"]);
    }
  }
  return results;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function logsOf(expanded: ExpandedScenario, trace: Trace): Record<string, RecordedLine[]> {
  const logs: Record<string, RecordedLine[]> = {};
  for (const host of expanded.hosts) logs[host.name] = [];
  for (const { at, code, host, fields } of trace.entries) {
    // The kernel's own lines do not come by /dev/log, where the recorder listens.
    if (code !== "log" || fields["identity"] === "kernel") continue;
    logs[host]?.push({
      t: seconds(at),
      ident: String(fields["identity"]),
      pid: Number(fields["pid"]),
      sev: Number(fields["severity"]),
      msg: String(fields["text"]),
    });
  }
  return logs;
}

function framesOf(expanded: ExpandedScenario, trace: Trace): CapturedFrame[] {
  const names = new Map(
    expanded.hosts.flatMap((host) => host.interfaces.map(({ mac }) => [mac, host.name] as const)),
  );
  const numbers: InitialNumbers = new Map();
  const frames: CapturedFrame[] = [];
  for (const record of trace.frames) {
    // Every frame passes here, for the SYNs among them tell the first sequence numbers.
    const layers = recordedFrame(record.frame, (mac) => names.get(mac), numbers);
    if (!isCaptured(record, expanded.capture)) continue;
    const to = record.deliveries.filter((each) => each.accepted).map((each) => each.host);
    const flooded = record.deliveries.filter((each) => !each.accepted).map((each) => each.host);
    frames.push({
      t: seconds(atSwitch(record)),
      from: record.from,
      if: record.nic,
      to,
      ...(flooded.length > 0 && { flooded_to: flooded }),
      ...layers,
    });
  }
  return frames.sort((a, b) => a.t - b.t);
}

/** The recorder listens at the switch, which hears a host that is far away later. */
function atSwitch({ at, deliveries: [first] }: FrameRecord): number {
  return first === undefined ? at : Math.max(at, first.at - HOP_US);
}

/** The recorder's filter: "syn" keeps of TCP only what opens and breaks connections. */
function isCaptured({ frame }: FrameRecord, capture: ExpandedScenario["capture"]): boolean {
  if (capture === "none") return false;
  if (capture === "full" || frame.payload.protocol === "arp") return true;
  let packet = frame.payload;
  while (packet.payload.protocol === "ipv4") packet = packet.payload;
  const { payload } = packet;
  if (payload.protocol === "tcp") return (payload.flags & (SYN | RST)) !== 0;
  return payload.protocol === "vrrp" || payload.protocol === "icmp";
}

function seconds(us: number): number {
  return us / 1_000_000;
}
