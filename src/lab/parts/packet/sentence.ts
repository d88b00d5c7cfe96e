// A step of an explanation as a sentence.
import { fill, type Language } from "../../../i18n/language.ts";
import { secondsText } from "../../instrument/cluster.ts";
import { labelOfInput } from "../../instrument/deeds.ts";
import { labWords } from "../../instrument/words.ts";
import type { Step } from "./steps.ts";
import { packetWords } from "./words.ts";

export function sentenceOf({ code, host, values, input }: Step, language: Language): string {
  const words = packetWords[language];
  const s = secondsText(Number(values["us"] ?? 0));
  const reason = String(values["reason"] ?? "");
  const why = words.drops[reason] ?? reason;
  const deed = input === undefined ? "" : labelOfInput(input, labWords[language]);
  return fill(words.steps[code], { ...values, host, s, why, deed });
}
