// Signals by name and number, and what the shell says of a child that one of them killed.
import type { Signal } from "../host/process.ts";

export const SIGNAL_NUMBERS: Readonly<Record<Signal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
};

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
  for (const [name, number] of Object.entries(SIGNAL_NUMBERS)) {
    if (upper === name || `SIG${upper}` === name || text === String(number)) return name as Signal;
  }
  return undefined;
}

/** The status that a shell sees of a process that ended by `signal`. */
export function signalStatus(signal: Signal): number {
  return 128 + SIGNAL_NUMBERS[signal];
}
