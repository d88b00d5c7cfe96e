// How long an entry lives (I97, I98).
import type { Host } from "../host/host.ts";
import type { Sim } from "../kernel/sim.ts";
import { timerWheel } from "../kernel/wheel.ts";
import type { Connection } from "./connection-table.ts";
import { TCP_TIMEOUTS, type TcpStateName } from "./tcp-states.ts";

/** Every packet restarts the timer (I98). */
export function timer(now: number, seconds: number): Pick<Connection, "deadline" | "ringsAt"> {
  const delayUs = seconds * 1_000_000;
  return { deadline: now + delayUs, ringsAt: timerWheel(now, delayUs) };
}

/** Sees to it that an alarm rings by the entry's time; one that rings earlier sets the next. */
export function armed(host: Host, connection: Connection, sim: Sim): Connection {
  const { key, ringsAt, alarmAt } = connection;
  if (alarmAt > sim.now && alarmAt <= ringsAt) return connection;
  sim.alarm(host, ringsAt, "ipvs-connection", key);
  return { ...connection, alarmAt: ringsAt };
}

/** Seconds in a state, as `ipvsadm --set` may have changed them. */
export function timeoutOf(host: Host, state: TcpStateName): number {
  const { timeouts } = host.ipvs;
  if (state === "ESTABLISHED") return timeouts.tcp;
  return state === "FIN_WAIT" ? timeouts.tcpfin : TCP_TIMEOUTS[state];
}
