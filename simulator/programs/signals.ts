// Signals by name and number as `kill` takes them, and what the shell says of a child they killed.
import type { Signal } from "../host/process.ts";
import { signalNumber } from "../host/system.ts";

const NAMES: readonly Signal[] = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGKILL",
  "SIGUSR1",
  "SIGUSR2",
  "SIGPIPE",
  "SIGTERM",
  "SIGCHLD",
  "SIGCONT",
  "SIGSTOP",
];

/** bash reports these deaths; of SIGINT, SIGPIPE and SIGTERM it does not speak. */
export const DEATH_WORDS: Readonly<Partial<Record<Signal, string>>> = {
  SIGHUP: "Hangup",
  SIGQUIT: "Quit",
  SIGKILL: "Killed",
  SIGUSR1: "User defined signal 1",
  SIGUSR2: "User defined signal 2",
};

/** "9", "KILL", "SIGKILL" and "kill" are all SIGKILL; undefined when there is no such signal. */
export function parseSignal(text: string): Signal | undefined {
  const upper = text.toUpperCase();
  return NAMES.find(
    (name) => upper === name || `SIG${upper}` === name || text === String(signalNumber(name)),
  );
}

/** "1) SIGHUP", "2) SIGINT", … as `kill -l` lists them. */
export function signalList(): string {
  const sorted = [...NAMES].sort((a, b) => signalNumber(a) - signalNumber(b));
  return sorted.map((name) => `${String(signalNumber(name)).padStart(2)}) ${name}\n`).join("");
}
