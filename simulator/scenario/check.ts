// Checks of plain JSON against a described shape. A check looks at one value and reports what is
// wrong with it; checks are built from smaller ones. Nothing is changed and nothing is thrown.
import { formatIp, parseIp } from "../wire/address.ts";
import { memberPath } from "./json.ts";
import type { ErrorCode } from "./types.ts";

export type Report = (path: string, code: ErrorCode, values: Record<string, string>) => void;
export type Check = (value: unknown, path: string, report: Report) => void;
export type Fields = Readonly<Record<string, Check>>;

/** The English sentence of each mistake, for the command line; `{name}` stands for a value. */
const SENTENCES: Readonly<Record<ErrorCode, string>> = {
  syntax: "expected {expected}",
  "too-deep": "nested more than {limit} levels deep",
  missing: '"{name}" is missing',
  "unknown-field": "there is no such field; known are {known}",
  "wrong-type": "expected {expected}, found {found}",
  "not-one-of": '"{found}" is none of {known}',
  "out-of-range": "{found} is outside {least} to {most}",
  malformed: '"{found}" is not {expected}',
  "unknown-name": 'there is no {what} "{found}"; known are {known}',
  twice: '"{found}" is there twice',
  "out-of-order": "{found} comes after {before}: steps stand in order of time",
  "not-together": "{first} and {second} exclude each other",
};

export function sentence(code: ErrorCode, values: Readonly<Record<string, string>>): string {
  return SENTENCES[code].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

export function list(names: Iterable<string>): string {
  return [...names].join(", ") || "none";
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return (
    { object: "an object", string: "text", number: "a number" }[typeof value as string] ??
    typeof value
  );
}

function mismatch(expected: string, value: unknown, path: string, report: Report): void {
  report(path, "wrong-type", { expected, found: typeOf(value) });
}

export const text: Check = (value, path, report) => {
  if (typeof value !== "string") mismatch("text", value, path, report);
};

export const flag: Check = (value, path, report) => {
  if (typeof value !== "boolean") mismatch("true or false", value, path, report);
};

export const anything: Check = () => undefined;

export function number(least: number, most: number, whole = false): Check {
  return (value, path, report) => {
    if (typeof value !== "number" || (whole && !Number.isInteger(value))) {
      mismatch(whole ? "a whole number" : "a number", value, path, report);
    } else if (!(value >= least && value <= most)) {
      const values = { found: String(value), least: String(least), most: String(most) };
      report(path, "out-of-range", values);
    }
  };
}

export function oneOf(known: readonly (string | number)[]): Check {
  return (value, path, report) => {
    if (typeof value !== typeof known[0]) mismatch(list(known.map(String)), value, path, report);
    else if (!known.includes(value as string)) {
      report(path, "not-one-of", { found: String(value), known: list(known.map(String)) });
    }
  };
}

/** A text that `accepts` recognises; `expected` describes it. */
export function written(expected: string, accepts: (value: string) => boolean): Check {
  return (value, path, report) => {
    if (typeof value !== "string") mismatch("text", value, path, report);
    else if (!accepts(value)) report(path, "malformed", { found: value, expected });
  };
}

export const name = written("a name of letters, digits and hyphens", (value) =>
  /^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(value),
);
export const deviceName = written("an interface's name", (value) =>
  /^[A-Za-z0-9][\w.@-]{0,14}$/.test(value),
);
export const path = written("a path that begins with /", (value) => value.startsWith("/"));
export const address = written("an IPv4 address", isAddress);
export const mac = written("a MAC address", (value) => /^([\da-f]{2}:){5}[\da-f]{2}$/.test(value));
export const addressWithPrefix = written(
  "an IPv4 address with its prefix length (192.168.88.8/24)",
  (value) => {
    const [ip, prefix, more] = value.split("/");
    if (more !== undefined || !/^\d{1,2}$/.test(prefix ?? "")) return false;
    return isAddress(ip ?? "") && Number(prefix) <= 32;
  },
);

/** The one usual notation only: 192.168.88.08 would be another key for the same address. */
function isAddress(value: string): boolean {
  const parsed = parseIp(value);
  return parsed !== undefined && formatIp(parsed) === value;
}

export function either(expected: string, first: Check, second: Check): Check {
  return (value, path, report) => {
    let failed = 0;
    first(value, path, () => failed++);
    if (failed > 0) second(value, path, () => mismatch(expected, value, path, report));
  };
}

export function listOf(item: Check): Check {
  return (value, path, report) => {
    if (!Array.isArray(value)) return mismatch("a list", value, path, report);
    value.forEach((element, i) => item(element, memberPath(path, i), report));
  };
}

/** Any keys, all values of one kind. */
export function mapOf(item: Check): Check {
  return (value, path, report) => {
    if (!isRecord(value)) return mismatch("an object", value, path, report);
    for (const [key, element] of Object.entries(value)) {
      item(element, memberPath(path, key), report);
    }
  };
}

/** Known keys only; fields named in `required` must be there, those in `ignored` are not looked at. */
export function object(
  fields: Fields,
  required: readonly string[],
  ignored: readonly string[] = [],
): Check {
  return (value, path, report) => {
    if (!isRecord(value)) return mismatch("an object", value, path, report);
    for (const [key, element] of Object.entries(value)) {
      if (Object.hasOwn(fields, key)) fields[key]?.(element, memberPath(path, key), report);
      else if (!ignored.includes(key)) {
        const values = { name: key, known: list(Object.keys(fields)) };
        report(memberPath(path, key), "unknown-field", values);
      }
    }
    for (const key of required) {
      if (!Object.hasOwn(value, key)) report(path, "missing", { name: key });
    }
  };
}
