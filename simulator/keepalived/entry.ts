// What checks of lists' entries share: what an entry may name, and what is said of prefixes and of
// interfaces that do not exist (K192, K193).
import type { Statement } from "./tree.ts";
import { numberFault } from "./value-shapes.ts";
import { complain, type Reader } from "./values.ts";

/** What entries may name. */
export interface Named {
  readonly nics: readonly string[];
  /** Is given what names an interface that does not exist and stops a start (K192). */
  readonly missingNics: Statement[];
  /** Whether the addresses of the instance in question are IPv6 ones. */
  readonly isIpv6?: boolean;
  /** Of the next rule without one. */
  readonly rulePreference: { next: number };
  /** Whether a script, track file or process of this name was defined before a place. */
  readonly defined: (kind: string, name: string, at: number) => boolean;
}

export function tellMissingNic(
  reader: Reader,
  entry: Statement,
  named: Named,
  text: string,
  index = 1,
): void {
  complain(reader, entry, text, index);
  named.missingNics.push(entry);
}

/** Of `address/prefix`; an empty prefix is none. */
export function checkPrefix(reader: Reader, entry: Statement, shown: string): void {
  const prefix = shown.slice(shown.indexOf("/") + 1);
  if (prefix === "") return;
  const fault = numberFault(prefix, "unsigned", [0, 32]);
  if (fault === undefined) return;
  complain(reader, entry, fault.line, 0);
  const text = `Invalid address prefix len ${prefix} for address ${shown} - using 32`;
  complain(reader, entry, text, 0);
}
