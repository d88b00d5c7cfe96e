import type { Words } from "../i18n/language.ts";

/** What may happen to the master, as the words name it. */
export type Fault = keyof Words["lab"]["faults"];

const FAULTS: Readonly<Record<string, Fault>> = {
  carrier: "cable",
  service: "stop",
  crash: "crash",
  power: "power",
};

/** Which of them an event in the score is. */
export function faultOf(event: string): Fault | undefined {
  return FAULTS[event];
}
