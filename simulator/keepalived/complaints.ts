// What keepalived 2.2.7 says of a keyword's value that it does not take (K185, K187, K202, K208), as
// it was asked for every keyword with a dozen kinds of value: complaints.json.
import { isMulticastIp, parseIp } from "../wire/address.ts";
import type { ComplaintsOf } from "./pass.ts";
import { isAddress, numberFault, type NumberFault, type NumberKind } from "./value-shapes.ts";
import table from "./complaints.json" with { type: "json" };

type Lines = readonly string[];

interface Rule {
  /** Where the keyword stands: "vrrp_instance/priority". */
  readonly of: Lines;
  /** Said whatever the value is. */
  readonly always?: Lines;
  /** Without a value; "exit": the process ends. */
  readonly missing?: "exit" | Lines;
  readonly number?: NumberKind;
  /** A start takes it no more kindly than `keepalived -t` (K186). */
  readonly strict?: boolean;
  /** As they are printed: their decimal places matter. */
  readonly range?: readonly [string, string];
  /** After the line that says what is wrong with a number. */
  readonly then?: Lines;
  readonly except?: Partial<Record<NumberFault, Lines>>;
  /** Numbers that are taken and still spoken of. */
  readonly accepted?: Readonly<Record<string, Lines>>;
  /** A number beyond is brought back to these, and told under a name. */
  readonly clamp?: readonly [number, number];
  readonly clamped?: string;
  /** The words that are taken, or their kind. */
  readonly words?:
    "bool" | "address" | "looseAddress" | "multicast4" | "address6" | "octal" | Lines;
  readonly anyCase?: boolean;
  /** Of a word that is an address, and not of the kind that is asked for. */
  readonly wrongAddress?: Lines;
  /** Of any other word. */
  readonly otherwise?: Lines;
}

const RULES: ReadonlyMap<string, Rule> = new Map(
  (table as unknown as readonly Rule[]).flatMap((rule) => rule.of.map((path) => [path, rule])),
);

const BOOLEANS = ["true", "on", "yes", "false", "off", "no"];

export const complaintsOf: ComplaintsOf = (path, value, name) => {
  const rule = RULES.get(path);
  if (rule === undefined) return { lines: [], exit: false };
  const keyword = path.slice(path.lastIndexOf("/") + 1);
  const fill = (line: string): string =>
    line.replace(/\{(keyword|name|value|parsed)\}/g, (_, which: string) => {
      if (which === "parsed") return String(Number.parseInt(value ?? "", 10) || 0);
      return { keyword, name, value: value ?? "" }[which] ?? "";
    });
  const said = rawLines(rule, value);
  return { lines: said.map(fill), exit: value === undefined && rule.missing === "exit" };
};

/**
 * The same in a real start, where most numbers are taken as far as they can be read: "3x" counts as 3
 * and "x" as 0 (K186, measured for every keyword).
 */
export const startComplaintsOf: ComplaintsOf = (path, value, name) => {
  const rule = RULES.get(path);
  const said = complaintsOf(path, value, name);
  if (value === undefined || rule?.number === undefined || rule.strict === true) return said;
  const fault = numberFault(value, rule.number, rule.range);
  if (fault === undefined) return said;
  const warned = said.lines.map((line) => (line === fault.line ? `WARNING - ${line}` : line));
  if (fault.kind === "negative") return { ...said, lines: warned };
  if (fault.kind === "outside") {
    // A whole number that was read, and is only too large for its keyword, is no warning.
    const isRead = rule.number === "integer" && numberFault(value, rule.number) === undefined;
    return isRead ? said : { ...said, lines: warned };
  }
  const read = Number.parseInt(value, 10) || 0;
  // A decimal that ends in other signs is left in microseconds.
  const taken = rule.number === "decimal" ? (read / 1_000_000).toFixed(6) : String(read);
  const before = warned.slice(0, warned.indexOf(`WARNING - ${fault.line}`) + 1);
  if (numberFault(taken, rule.number, rule.range) !== undefined) return { ...said, lines: warned };
  const { lines } = complaintsOf(path, taken, name);
  const after = lines.slice((rule.always ?? []).length);
  return { lines: [...before, ...after], exit: false, taken };
};

function rawLines(rule: Rule, value: string | undefined): string[] {
  const always = rule.always ?? [];
  if (value === undefined) {
    return [...always, ...(typeof rule.missing === "object" ? rule.missing : [])];
  }
  if (rule.number !== undefined) return [...always, ...numberLines(rule, rule.number, value)];
  if (rule.otherwise === undefined || isTaken(rule, value)) return [...always];
  if (rule.wrongAddress !== undefined && parseIp(value) !== undefined) {
    return [...always, ...rule.wrongAddress];
  }
  return [...always, ...rule.otherwise];
}

function isTaken({ words = [], anyCase }: Rule, value: string): boolean {
  if (words === "bool") return BOOLEANS.includes(value);
  if (words === "address") {
    return isAddress(value);
  }
  // As inet_aton reads: parts may be missing.
  if (words === "looseAddress") {
    return /^\d+(\.\d+){0,3}$/.test(value) || parseIp(value) !== undefined;
  }
  if (words === "multicast4") return parseIp(value) !== undefined && isMulticastIp(value);
  if (words === "address6") return value.includes(":");
  if (words === "octal") return /^\d/.test(value);
  return words.some((word) =>
    anyCase === true ? word.toLowerCase() === value.toLowerCase() : word === value,
  );
}

function numberLines(rule: Rule, kind: NumberKind, value: string): string[] {
  const fault = numberFault(value, kind, rule.range);
  if (fault === undefined) return [...(rule.accepted?.[value] ?? clampLines(rule, value))];
  const own = rule.except?.[fault.kind];
  const fallback = fault.kind === "trailing" ? rule.except?.invalid : undefined;
  return [fault.line, ...(own ?? fallback ?? rule.then ?? [])];
}

function clampLines({ clamp, clamped = "" }: Rule, value: string): string[] {
  if (clamp === undefined) return [];
  const [min, max] = clamp;
  if (Number(value) < min) {
    return [`${clamped} ${value} less than minimum ${min} - setting to minimum`];
  }
  if (Number(value) <= max) return [];
  return [`${clamped} ${value} greater than maximum ${max} - setting to maximum`];
}
