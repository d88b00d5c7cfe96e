import type { Words } from "../i18n/language.ts";

/** What may happen to the master, as the words name it. */
export type Fault = keyof Words["lab"]["faults"];
