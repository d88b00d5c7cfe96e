// The steps of an explanation: codes and values, which the words turn into sentences.
import type { FrameRecord, Input } from "#sim/index.ts";

export type StepCode =
  | "input"
  | "before"
  | "cable-out"
  | "cable-back"
  | "power-off"
  | "power-on"
  | "stopped"
  | "started"
  | "crashed"
  | "frozen"
  | "thawed"
  | "reloaded"
  | "web-stopped"
  | "web-started"
  | "heard-nothing"
  | "heard-no-better"
  | "heard-leaving"
  | "outranked"
  | "became"
  | "took"
  | "took-lo"
  | "gave-up"
  | "told"
  | "advert"
  | "leaving"
  | "lost-adverts"
  | "asks"
  | "asked-arp"
  | "answered-arp"
  | "believes"
  | "sent"
  | "scheduled"
  | "answered"
  | "timed-out"
  | "refused"
  | "server-out"
  | "server-in"
  | "good-round"
  | "two-rounds"
  | "one-round"
  | "unnoticed"
  | "arp-ignore"
  | "arp-announce"
  | "arp-nobody"
  | "went-to"
  | "lost"
  | "drop"
  | "bypass"
  | "log";

export interface Step {
  readonly code: StepCode;
  readonly at: number;
  readonly host: string;
  readonly values: Readonly<Record<string, string | number>>;
  readonly frame?: FrameRecord;
  readonly input?: Input;
  /** How many times the same happened before it in this chain. */
  times: number;
}

/** A part of the chain, newest first, and the event to go on from. */
export interface Part {
  readonly steps: Step[];
  readonly from: number | undefined;
}

export function step(
  code: StepCode,
  at: number,
  host: string,
  values: Step["values"],
  more: Pick<Step, "frame" | "input"> = {},
): Step {
  return { code, at, host, values, ...more, times: 1 };
}
