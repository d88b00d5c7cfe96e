// What a person wants to know of a keyword, and the reader does not need: the form of its arguments,
// its range, its default, and whether the simulator acts on it.
import notes from "./keyword-notes.json" with { type: "json" };

export interface KeywordNote {
  /** In keepalived.conf(5)'s way of writing them: "<n>", "none". */
  readonly args?: string;
  readonly min?: number;
  readonly max?: number | string;
  readonly default?: unknown;
  readonly unit?: string;
  /** Words that it takes. */
  readonly values?: readonly (string | number)[];
  readonly required?: unknown;
  /** What stands on each line of its list. */
  readonly entry?: unknown;
  /** It is read and checked and changes nothing; why. */
  readonly notActed?: string;
}

const NOTES = notes as Readonly<Record<string, KeywordNote>>;

/** Of a keyword by its place, such as ["vrrp_instance", "priority"]; nothing when there is no such. */
export function noteOn(path: readonly string[]): KeywordNote {
  const name = path.join("/");
  return Object.hasOwn(NOTES, name) ? (NOTES[name] ?? {}) : {};
}
