import type { Words } from "../i18n/language.ts";
import type { Span } from "./instrument/score.ts";

/** What may happen to the master, as the words name it. */
export type Fault = keyof Words["lab"]["faults"];

const WELL: readonly string[] = ["MASTER", "BACKUP"];

/** The stretches in which a director was in no state to serve; each begins when it left one. */
export function troublesOf(
  states: readonly Span<string>[],
): { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  let isWell = true;
  for (const { from, to, value } of states) {
    const open = found.at(-1);
    if (WELL.includes(value)) isWell = true;
    else if (isWell || open === undefined) {
      found.push({ from, to });
      isWell = false;
    } else open.to = to;
  }
  return found;
}
