// For tests: a lab session, written as lines of "seconds host: command", with what each line printed
// and everything that went over the wires meanwhile.
import { buildSimulation } from "./build.ts";
import { addInput, run } from "./kernel/run.ts";
import type { TraceEntry } from "./kernel/trace.ts";
import { createMachine } from "./machine.ts";
import { programs } from "./programs/index.ts";
import { describeError, expandScenario, readScenario, type Scenario } from "./scenario.ts";
import type { ArpPacket } from "./wire/arp.ts";
import type { Frame } from "./wire/ethernet.ts";
import type { Ipv4Packet } from "./wire/ipv4.ts";

export interface Sent<Payload> {
  /** Seconds since the session's start. */
  readonly at: number;
  readonly from: string;
  readonly frame: Frame;
  readonly packet: Payload;
}

export interface Session {
  /** Both streams of each line, in the order of the lines. */
  readonly texts: readonly string[];
  readonly packets: readonly Sent<Ipv4Packet>[];
  readonly arp: readonly Sent<ArpPacket>[];
  readonly entries: readonly TraceEntry[];
}

/** The flat network unless `scenario` says otherwise; it ends ten seconds after the last line. */
export function session(lines: readonly string[], scenario: Partial<Scenario> = {}): Session {
  const inputs = lines.map((line) => {
    const [, at = "0", host = "", command = ""] = /^([\d.]+) ([^:]+): ([^]*)$/.exec(line) ?? [];
    return { at: Number(at), host, line: command };
  });
  const end = scenario.end ?? Math.max(...inputs.map(({ at }) => at)) + 10;
  const wanted = { name: "session", topology: "flat", steps: [], ...scenario, end };
  const read = readScenario(JSON.stringify(wanted));
  if ("errors" in read) throw new Error(read.errors.map(describeError).join("\n"));
  const simulation = buildSimulation(expandScenario(read.scenario), createMachine(programs));
  const { world, trace } = simulation;
  for (const [index, { at, ...rest }] of inputs.entries()) {
    const input = { kind: "command", label: String(index), background: true, ...rest } as const;
    addInput(world, trace, at * 1_000_000, input);
  }
  run(simulation, end * 1_000_000);
  const texts = lines.map(() => "");
  for (const { code, fields } of trace.entries) {
    if (code === "console.output") texts[Number(fields["label"])] += String(fields["text"]);
  }
  const sent = trace.frames.map(({ at, from, frame }) => ({ at: at / 1_000_000, from, frame }));
  return {
    texts,
    packets: sent.flatMap((each) => {
      const packet = each.frame.payload;
      return packet.protocol === "ipv4" ? [{ ...each, packet }] : [];
    }),
    arp: sent.flatMap((each) => {
      const packet = each.frame.payload;
      return packet.protocol === "arp" ? [{ ...each, packet }] : [];
    }),
    entries: trace.entries,
  };
}

/** The codes of a host's drops, each once, in the order of their first time. */
export function dropsAt(host: string, { entries }: Session): string[] {
  const codes = entries.filter((each) => each.host === host && each.code.startsWith("drop."));
  return [...new Set(codes.map(({ code }) => code.slice("drop.".length)))];
}
