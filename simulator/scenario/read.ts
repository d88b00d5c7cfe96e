// The checked reader of scenario files and recordings: shape first, then what the names refer to.
import { isRecord, sentence } from "./check.ts";
import type { Check } from "./check.ts";
import { parseJson, positionOf } from "./json.ts";
import type { JsonFault } from "./json.ts";
import { checkReferences } from "./references.ts";
import { checkRecording, checkScenario, RESULT_FIELDS, STEP_RESULT_FIELDS } from "./shape.ts";
import type { ErrorCode, Recording, Scenario, ScenarioError } from "./types.ts";

export type ReadScenario =
  { readonly scenario: Scenario } | { readonly errors: readonly ScenarioError[] };
export type ReadRecording =
  { readonly recording: Recording } | { readonly errors: readonly ScenarioError[] };

/** Reads a scenario from its text or from parsed JSON; of a recording, what it was made from. */
export function readScenario(source: unknown): ReadScenario {
  const { value, errors } = readChecked(source, checkScenario);
  return errors.length > 0 ? { errors } : { scenario: withoutResults(value as Recording) };
}

/** Reads a recording, results and all. */
export function readRecording(source: unknown): ReadRecording {
  const { value, errors } = readChecked(source, checkRecording);
  return errors.length > 0 ? { errors } : { recording: value as Recording };
}

/** The scenario that a recording was made from: the same fields without what came of them. */
export function withoutResults(recording: Scenario | Recording): Scenario {
  const steps = recording.steps.map((step) => without(step, STEP_RESULT_FIELDS));
  return { ...without(recording, RESULT_FIELDS), steps } as unknown as Scenario;
}

/** One line for a command line: where, and what is wrong. */
export function describeError(error: ScenarioError): string {
  const place = error.line === undefined ? "" : `line ${error.line}, column ${error.column}: `;
  return place + (error.field === "" ? "" : `${error.field}: `) + error.message;
}

function without(record: object, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !fields.includes(key)));
}

function readChecked(source: unknown, check: Check): { value: unknown; errors: ScenarioError[] } {
  if (typeof source !== "string") return checked(source, check, () => ({}));
  const parsed = parseJson(source);
  if ("fault" in parsed) return { value: undefined, errors: [syntaxError(source, parsed.fault)] };
  const placeOf = (field: string) =>
    positionOf(source, parsed.places.get(field) ?? parsed.places.get("") ?? 0);
  return checked(parsed.value, check, placeOf);
}

function checked(
  value: unknown,
  check: Check,
  placeOf: (field: string) => { line?: number; column?: number },
): { value: unknown; errors: ScenarioError[] } {
  const errors: ScenarioError[] = [];
  const report = (field: string, code: ErrorCode, values: Record<string, string>): void => {
    errors.push({ field, ...placeOf(field), code, values, message: sentence(code, values) });
  };
  check(value, "", report);
  // Names are looked up only in a file whose shape is right.
  if (errors.length === 0 && isRecord(value)) {
    checkReferences(value as unknown as Scenario, report);
  }
  return { value, errors };
}

function syntaxError(text: string, fault: JsonFault): ScenarioError {
  const { code, path: field, values } = fault;
  return {
    field,
    ...positionOf(text, fault.offset),
    code,
    values,
    message: sentence(code, values),
  };
}
