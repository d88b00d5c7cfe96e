// For tests: what becomes of each frame that a host receives. A machine is watched while it takes
// one; if neither the trace nor any record shows an effect, the frame has vanished.
import type { Host, Neighbour, Nic } from "../host/host.ts";
import { tupleKey } from "../host/tcp-state.ts";
import type { Machine } from "../kernel/run.ts";
import type { Sim } from "../kernel/sim.ts";
import type { Frame } from "../wire/ethernet.ts";
import type { Ipv4Packet } from "../wire/ipv4.ts";
import { ACK } from "../wire/tcp.ts";

/** One line for each frame of which nothing came. */
export interface Watched {
  readonly machine: Machine;
  readonly vanished: string[];
}

export function watched(machine: Machine): Watched {
  const vanished: string[] = [];
  const deliver: Machine["deliver"] = (host, nic, frame, sim) => {
    let effects = 0;
    const noted =
      <Args extends unknown[]>(act: (...args: Args) => void) =>
      (...args: Args): void => {
        effects++;
        act(...args);
      };
    const { transmit, wake, record } = sim;
    const doors = { transmit: noted(transmit), wake: noted(wake), record: noted(record) };
    const before = traces(host, nic, frame);
    machine.deliver(host, nic, frame, Object.assign(Object.create(sim) as Sim, doors));
    if (effects > 0 || traces(host, nic, frame) !== before || isUnderstood(host, nic, frame)) {
      return;
    }
    vanished.push(`${host.name} ${nic.name} at ${sim.now}: ${JSON.stringify(frame)}`);
  };
  return { machine: { ...machine, deliver }, vanished };
}

/** All that a frame can change without a word: its connection, and who waits for a neighbour. */
function traces(host: Host, nic: Nic, { payload }: Frame): string {
  const waiting = [...host.nics.values()].flatMap(({ neighbours }) =>
    [...neighbours.values()].map((entry) => ("waiting" in entry ? entry.waiting.length : 0)),
  );
  const entry = payload.protocol === "arp" ? nic.neighbours.get(payload.senderIp) : undefined;
  const socket = payload.protocol === "arp" ? undefined : connectionOf(host, payload);
  return JSON.stringify([waiting, entry, socket]);
}

function connectionOf(host: Host, packet: Ipv4Packet): object | undefined {
  const { source, destination, payload } = packet;
  if (payload.protocol === "ipv4") return connectionOf(host, payload);
  if (payload.protocol !== "tcp") return undefined;
  const key = tupleKey(destination, payload.destinationPort, source, payload.sourcePort);
  return host.sockets.get(host.tcp.byTuple.get(key) ?? 0);
}

/** Heard, and nothing new in it: a neighbour's MAC that is known, a bare acknowledgement. */
function isUnderstood(host: Host, nic: Nic, { payload }: Frame): boolean {
  if (payload.protocol === "arp") {
    const entry: Neighbour | undefined = nic.neighbours.get(payload.senderIp);
    return entry !== undefined && "mac" in entry && entry.mac === payload.senderMac;
  }
  const inner = payload.payload.protocol === "ipv4" ? payload.payload : payload;
  const segment = inner.payload;
  if (segment.protocol !== "tcp" || connectionOf(host, inner) === undefined) return false;
  return segment.flags === ACK && segment.data === "";
}
