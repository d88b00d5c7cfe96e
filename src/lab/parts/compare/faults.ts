// What befalls a director, and the same run in which it befalls it in another way: stopped, killed,
// without power, or without its cable. What is repaired is repaired in the way that fits.
import type { Input, TimelineInput } from "#sim/index.ts";

/** What of a written-out host matters here. */
interface FaultyHost {
  readonly name: string;
  readonly role: string;
  readonly interfaces: readonly { readonly name: string }[];
}

export const faults = ["stop", "crash", "power", "cable"] as const;
export type Fault = (typeof faults)[number];

const STOPS = /^(systemctl stop keepalived(\.service)?|service keepalived stop)$/;
const STARTS = /^(systemctl start keepalived(\.service)?|service keepalived start)$/;
const KILLS = /^(pkill|killall) -(9|KILL|SIGKILL) (-x )?keepalived$/;

/** The fault that an input is, or "repair"; undefined when it is something else. */
function readFault(input: Input): Fault | "repair" | undefined {
  switch (input.kind) {
    case "service":
      return input.on ? "repair" : "stop";
    case "crash":
      return "crash";
    case "power":
      return input.on ? "repair" : "power";
    case "link":
      return input.up ? "repair" : "cable";
    case "command": {
      const line = input.line.trim();
      if (STOPS.test(line)) return "stop";
      if (KILLS.test(line)) return "crash";
      return STARTS.test(line) ? "repair" : undefined;
    }
    default:
      return undefined;
  }
}

/** The ways in which directors fail in these inputs. */
export function faultsIn(inputs: readonly TimelineInput[], hosts: readonly FaultyHost[]): Fault[] {
  const directors = directorsOf(hosts);
  const found = inputs.flatMap(({ input }) => {
    const fault = "host" in input && directors.has(input.host) ? readFault(input) : undefined;
    return fault === undefined || fault === "repair" ? [] : [fault];
  });
  return faults.filter((fault) => found.includes(fault));
}

/** The same inputs, with `fault` in place of every fault of a director. */
export function withFault(
  inputs: readonly TimelineInput[],
  hosts: readonly FaultyHost[],
  fault: Fault,
): TimelineInput[] {
  const directors = directorsOf(hosts);
  const done = new Set<string>();
  return inputs.flatMap(({ at, input }) => {
    const host = "host" in input ? directors.get(input.host) : undefined;
    const read = host === undefined ? undefined : readFault(input);
    if (host === undefined || read === undefined) return [{ at, input }];
    // Two cables of one host, pulled together, are one fault.
    const key = `${host.name} ${at} ${read === "repair"}`;
    if (done.has(key)) return [];
    done.add(key);
    return inputsFor(host, fault, read === "repair").map((each) => ({ at, input: each }));
  });
}

function inputsFor({ name: host, interfaces }: FaultyHost, fault: Fault, on: boolean): Input[] {
  switch (fault) {
    case "stop":
      return [{ kind: "service", host, on }];
    case "crash":
      return on ? [{ kind: "service", host, on }] : [{ kind: "crash", host, cables: false }];
    case "power":
      return [{ kind: "power", host, on }];
    case "cable":
      return interfaces.map((nic) => ({ kind: "link", host, nic: nic.name, up: on }));
  }
}

function directorsOf(hosts: readonly FaultyHost[]): Map<string, FaultyHost> {
  const directors = hosts.filter(({ role }) => role === "director");
  return new Map(directors.map((host) => [host.name, host]));
}
