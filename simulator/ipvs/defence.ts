// drop_entry, the defence that thins the connection table out: each second about a 32nd part of it is
// looked through, and what is half open, or idle and hardly used, goes (I119). Modes 1 and 2 mean it
// only where memory is short, never here.
import type { Host } from "../host/host.ts";
import { sysctlNumber } from "../host/sysctl.ts";
import type { Sim } from "../kernel/sim.ts";
import { expire } from "./connection.ts";
import { allConnections, type Connection } from "./connection-table.ts";
import { timeoutOf } from "./connection-timer.ts";
import type { TcpStateName } from "./tcp-states.ts";

const PERIOD_US = 1_000_000;
const PARTS = 32;
/** An entry that heard something within this time is not idle. */
const IDLE_US = 60_000_000;
/** An entry with more packets than this is in use. */
const MOST_PACKETS = 8;

/** Begins with a new connection, where drop_entry asks for it. */
export function startDefence(host: Host, sim: Sim): void {
  if (isThinning(host) && host.ipvs.defenceAt <= sim.now) setNext(host, sim);
}

function isThinning(host: Host): boolean {
  return sysctlNumber(host, "net.ipv4.vs.drop_entry") === 3;
}

function setNext(host: Host, sim: Sim): void {
  host.ipvs.defenceAt = sim.now + PERIOD_US;
  sim.alarm(host, host.ipvs.defenceAt, "ipvs-defence", "");
}

/** The defence's alarm: rings on as long as there is something to look through. */
export function defenceAlarm(host: Host, _key: string, sim: Sim): void {
  const { ipvs } = host;
  if (ipvs.defenceAt !== sim.now || !isThinning(host)) return;
  for (const connection of [...allConnections(ipvs.connections)]) {
    if (sim.random() * PARTS < 1 && mayGo(host, connection, sim)) expire(host, connection, sim);
  }
  if (ipvs.connections.size > 0) setNext(host, sim);
}

function mayGo(host: Host, connection: Connection, sim: Sim): boolean {
  const { isTemplate, controls, protocol, state } = connection;
  if (isTemplate) return controls === 0 && state !== "ASSURED";
  if (protocol !== "tcp") return isHardlyUsed(host, connection, sim);
  if (state === "SYN_RECV" || state === "SYNACK") return true;
  return state === "ESTABLISHED" && isHardlyUsed(host, connection, sim);
}

/** Of idle entries with one packet each one goes, with two packets every second one, and so on. */
function isHardlyUsed(host: Host, { packets, deadline, state }: Connection, sim: Sim): boolean {
  const { ipvs } = host;
  const lifeUs =
    (state === "UDP" ? ipvs.timeouts.udp : timeoutOf(host, state as TcpStateName)) * 1_000_000;
  const idleUs = lifeUs - (deadline - sim.now);
  if (idleUs < IDLE_US || packets < 1 || packets > MOST_PACKETS) return false;
  const left = (ipvs.spared[packets] ?? 0) - 1;
  const spared = Array.from({ length: MOST_PACKETS + 1 }, (_, index) => ipvs.spared[index] ?? 0);
  spared[packets] = left > 0 ? left : packets;
  ipvs.spared = spared;
  return left <= 0;
}
