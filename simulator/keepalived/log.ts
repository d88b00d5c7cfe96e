// keepalived's voice: a line under a process's name, and the lines that only `-D` brings (K73, K74).
import type { Process } from "../host/process.ts";
import { logLine, type System } from "../host/system.ts";

export type Identity =
  "Keepalived" | "Keepalived_vrrp" | "Keepalived_healthcheckers" | "Keepalived_bfd";

export interface Voice {
  readonly identity: Identity;
  /** `-D`: detailed messages. */
  readonly detailed: boolean;
}

export function voiceOf(process: Process, identity: Identity): Voice {
  return { identity, detailed: process.argv.includes("-D") };
}

export function say(system: System, process: Process, voice: Voice, text: string): void {
  logLine(system.host, system.sim, { identity: voice.identity, pid: process.pid, text });
}

/** A line that appears only with `-D`, marked † in the specification. */
export function sayDetail(system: System, process: Process, voice: Voice, text: string): void {
  if (voice.detailed) say(system, process, voice, text);
}

export function sayDebug(system: System, process: Process, voice: Voice, text: string): void {
  const { identity } = voice;
  logLine(system.host, system.sim, { identity, pid: process.pid, severity: 7, text });
}
