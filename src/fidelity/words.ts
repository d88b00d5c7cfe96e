// The words of the fidelity page, as they reach its script (the dictionaries themselves do not).
import type { Words } from "../i18n/language.ts";

export type FidelityWords = Words["fidelity"];

export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
