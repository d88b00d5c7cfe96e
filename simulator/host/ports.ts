// Ephemeral ports, 32768 to 60999 (I229). A new connection gets a new port: Linux prefers even
// ones for connect() and moves on by a small random step.
import type { Sim } from "../kernel/sim.ts";
import type { Host } from "./host.ts";

const FIRST = 32768;
const LAST = 60999;

export function takePort(host: Host, sim: Sim): number {
  for (let tries = 0; tries < LAST - FIRST; tries++) {
    const port = host.nextPort;
    host.nextPort = wrap(port + 2 * (1 + Math.floor(sim.random() * 6)));
    if (!isTaken(host, port)) return port;
  }
  return host.nextPort;
}

export function firstPort(sim: { random(): number }): number {
  return FIRST + 2 * Math.floor((sim.random() * (LAST - FIRST)) / 2);
}

function wrap(port: number): number {
  return port > LAST ? FIRST + ((port - LAST) & ~1) : port;
}

function isTaken(host: Host, port: number): boolean {
  return (host.tcp.portUse.get(port) ?? 0) > 0;
}

export function usePort(host: Host, port: number): void {
  host.tcp.portUse.set(port, (host.tcp.portUse.get(port) ?? 0) + 1);
}

export function freePort(host: Host, port: number): void {
  const left = (host.tcp.portUse.get(port) ?? 1) - 1;
  if (left > 0) host.tcp.portUse.set(port, left);
  else host.tcp.portUse.delete(port);
}
