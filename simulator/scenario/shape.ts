// The shape of a scenario file and of a recording, as tables of fields.
import {
  address,
  addressWithPrefix,
  anything,
  deviceName,
  either,
  flag,
  isRecord,
  list,
  listOf,
  mac,
  mapOf,
  name,
  number,
  object,
  oneOf,
  path,
  text,
  written,
} from "./check.ts";
import type { Check, Fields } from "./check.ts";
import { parseInstant } from "./instant.ts";
import type { Operation, Scenario } from "./types.ts";

/** A day, so that a slip of the finger does not simulate a year. */
const LONGEST_S = 86_400;
const seconds = number(0, LONGEST_S);
const names = listOf(name);

const INTERFACE: Fields = { name: deviceName, network: name, address: addressWithPrefix, mac };
const HOST: Fields = {
  name,
  role: oneOf(["director", "node", "client"]),
  ip: addressWithPrefix,
  interfaces: listOf(object(INTERFACE, ["name", "network", "address"])),
};
const DRAW: Fields = { host: name, what: text, of: text, seconds };

const TIMED: Fields = { t: seconds, note: text };
const RUN: Fields = {
  ...TIMED,
  host: name,
  run: text,
  record: flag,
  bg: flag,
  prompt: flag,
  timeout: seconds,
};
const ON_HOST: Fields = { ...TIMED, op: text, host: name };
const ON_LINK: Fields = { ...ON_HOST, dev: deviceName };
const BETWEEN: Fields = { ...TIMED, op: text, hosts: names, oneway: flag };

/** What each operation takes; all but `note`, `dev` and the flags must be there. */
const OPERATIONS: Readonly<Record<Operation, Fields>> = {
  "link-down": ON_LINK,
  "link-up": ON_LINK,
  crash: { ...ON_HOST, power: flag },
  "power-off": ON_HOST,
  "power-on": ON_HOST,
  reboot: ON_HOST,
  freeze: ON_HOST,
  thaw: ON_HOST,
  delay: { ...ON_HOST, ms: number(0, 60_000) },
  loss: { ...ON_HOST, share: number(0, 1) },
  isolate: BETWEEN,
  "isolate-vrrp": BETWEEN,
  heal: { ...TIMED, op: text },
  save: { ...ON_HOST, path, content: text },
};
const OPTIONAL: readonly string[] = ["note", "dev", "power", "oneway"];

/** The rows of step results and of whole recordings that a scenario does not have. */
const STEP_RESULTS: Fields = {
  t_actual: seconds,
  t_end: seconds,
  code: number(-1, 255, true),
  stdout: text,
  stderr: text,
};
const RESULTS: Fields = {
  logs: mapOf(
    listOf(
      object({ t: seconds, ident: text, pid: anything, sev: anything, msg: text }, [
        "t",
        "ident",
        "msg",
      ]),
    ),
  ),
  frames: listOf(frame),
  frame_count: anything,
  recorded_with: anything,
  hosts_built: anything,
  events: anything,
  final: anything,
  dmesg: anything,
  pcap: flag,
};
export const STEP_RESULT_FIELDS: readonly string[] = Object.keys(STEP_RESULTS);
/** Beside a scenario, and no part of it: results, and what a library says of it ("lab"). */
export const RESULT_FIELDS: readonly string[] = [...Object.keys(RESULTS), "lab"];

const SCENARIO = {
  format: oneOf([1]),
  software: mapOf(text),
  seed: number(0, 0xffffffff, true),
  start: written(
    'a date and time of day in UTC ("2026-11-23T02:43:24Z")',
    (value) => parseInstant(value) !== undefined,
  ),
  name: text,
  title: text,
  topology: oneOf(["flat", "two-subnet"]),
  networks: listOf(object({ name }, ["name"])),
  hosts: listOf(object(HOST, ["name", "role"])),
  only: names,
  web: names,
  gateway: mapOf(address),
  sysctl: mapOf(mapOf(either("text or a number", text, number(-(2 ** 31), 2 ** 32)))),
  files: mapOf(text),
  keepalived_options: text,
  capture: oneOf(["full", "syn", "none"]),
  steps: listOf(step),
  end: seconds,
  draws: listOf(object(DRAW, ["host", "what", "of", "seconds"])),
} satisfies Record<keyof Scenario, Check>;

/** A scenario; a recording's results may stand beside it and are not looked at. */
export const checkScenario: Check = object(SCENARIO, ["steps"], RESULT_FIELDS);
/** A recording: a scenario with the results that a comparison needs. */
export const checkRecording: Check = (value, at, report) => {
  object({ ...SCENARIO, ...RESULTS, steps: listOf(recordedStep) }, ["steps", "frames", "logs"])(
    value,
    at,
    report,
  );
};

function step(value: unknown, at: string, report: Parameters<Check>[2]): void {
  checkStep(value, at, report, {});
}

function recordedStep(value: unknown, at: string, report: Parameters<Check>[2]): void {
  checkStep(value, at, report, STEP_RESULTS);
}

function checkStep(
  value: unknown,
  at: string,
  report: Parameters<Check>[2],
  results: Fields,
): void {
  if (!isRecord(value) || !Object.hasOwn(value, "op")) {
    object({ ...RUN, ...results }, ["t", "host", "run"], STEP_RESULT_FIELDS)(value, at, report);
    return;
  }
  if (Object.hasOwn(value, "run")) {
    return report(at, "not-together", { first: '"run"', second: '"op"' });
  }
  const operation = value.op;
  if (typeof operation !== "string" || !isOperation(operation)) {
    return report(`${at}.op`, "not-one-of", {
      found: String(operation),
      known: list(Object.keys(OPERATIONS)),
    });
  }
  const fields = OPERATIONS[operation];
  const required = Object.keys(fields).filter((key) => !OPTIONAL.includes(key));
  // The recorder wrote "record": false beside some operations; it means nothing there.
  const ignored = [...STEP_RESULT_FIELDS, "record"];
  object({ ...fields, ...results }, required, ignored)(value, at, report);
}

function isOperation(value: string): value is Operation {
  return Object.hasOwn(OPERATIONS, value);
}

/** Only what every frame has; the layers inside are compared field by field, whatever they are. */
function frame(value: unknown, at: string, report: Parameters<Check>[2]): void {
  if (!isRecord(value)) return object({}, [])(value, at, report);
  const optional: Fields = { to: listOf(text), flooded_to: listOf(text), src: text, dst: text };
  const fields: Fields = { t: seconds, from: text, ...optional };
  const layers = ["arp", "ip"].filter((layer) => Object.hasOwn(value, layer));
  for (const layer of layers) mapOf(anything)(value[layer], `${at}.${layer}`, report);
  object(fields, ["t", "from"], Object.keys(value))(value, at, report);
}
