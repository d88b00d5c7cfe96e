// A run as a link tells it: what it begins from, what the reader did, and the second that is shown.
// The form has a number; links of an old form stay readable.
import type { Input } from "#sim/index.ts";

export interface SharedRun {
  readonly format: 1;
  /** A name from the library; or a whole scenario, as text, of an opened file. */
  readonly scenario: string;
  readonly file?: string;
  readonly inputs: readonly { readonly at: number; readonly input: Input }[];
  readonly at: number;
}

/** A link that is longer is no link. */
const LONGEST = 200_000;

export async function encodeRun(run: SharedRun): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(run));
  const packed = await through(bytes, new CompressionStream("deflate-raw"));
  return `#run=1.${toBase64(packed)}`;
}

/** The run of a fragment; undefined when it is no run's; "broken" when it cannot be read. */
export async function decodeRun(fragment: string): Promise<SharedRun | "broken" | undefined> {
  const found = /^#run=1\.([A-Za-z0-9_-]+)$/.exec(fragment);
  if (!fragment.startsWith("#run=")) return undefined;
  if (found === null || fragment.length > LONGEST) return "broken";
  try {
    const bytes = await through(fromBase64(found[1] ?? ""), new DecompressionStream("deflate-raw"));
    return checked(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    return "broken";
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const body = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(body).arrayBuffer());
}

function toBase64(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function checked(value: unknown): SharedRun | "broken" {
  if (!isRecord(value) || value["format"] !== 1) return "broken";
  const { scenario, file, inputs, at } = value;
  if (typeof scenario !== "string" || !isTime(at) || !Array.isArray(inputs)) return "broken";
  if (file !== undefined && typeof file !== "string") return "broken";
  let last = 0;
  for (const each of inputs as unknown[]) {
    if (!isRecord(each) || !isTime(each["at"]) || each["at"] < last) return "broken";
    if (!isInput(each["input"])) return "broken";
    last = each["at"];
  }
  return value as unknown as SharedRun;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Microseconds of no more than a day. */
function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 86_400_000_000;
}

/** The type of each field; one with "?" may be left out. */
const FIELDS: Readonly<Record<Input["kind"], Readonly<Record<string, string>>>> = {
  command: {
    host: "string",
    line: "string",
    label: "string",
    background: "boolean",
    prompt: "boolean?",
  },
  interrupt: { host: "string" },
  link: { host: "string", nic: "string", up: "boolean" },
  crash: { host: "string", cables: "boolean" },
  service: { host: "string", on: "boolean" },
  power: { host: "string", on: "boolean" },
  freeze: { host: "string", frozen: "boolean" },
  delay: { host: "string", delayUs: "number" },
  loss: { host: "string", share: "number" },
  partition: { hosts: "strings", oneWay: "boolean", protocol: "string" },
  heal: {},
  file: { host: "string", path: "string", content: "string" },
};

function isInput(value: unknown): value is Input {
  if (!isRecord(value)) return false;
  const { kind, ...fields } = value;
  if (typeof kind !== "string" || !Object.hasOwn(FIELDS, kind)) return false;
  const wanted = FIELDS[kind as Input["kind"]];
  return (
    Object.keys(fields).every((name) => Object.hasOwn(wanted, name)) &&
    Object.entries(wanted).every(([name, type]) =>
      type === "strings"
        ? Array.isArray(fields[name]) && fields[name].every((each) => typeof each === "string")
        : typeof fields[name] === type.replace("?", "") ||
          (type.endsWith("?") && fields[name] === undefined),
    )
  );
}

/** The hosts that inputs speak of; a run whose hosts are not there cannot be opened. */
export function hostsOf({ inputs }: SharedRun): string[] {
  return [
    ...new Set(
      inputs.flatMap(({ input }) =>
        "hosts" in input ? input.hosts : "host" in input ? [input.host] : [],
      ),
    ),
  ];
}
