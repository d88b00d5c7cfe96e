// curl's command line. Left out: sending bodies, uploads, redirects (nginx here sends none),
// proxies, cookies, TLS.
import { parseIp } from "../wire/address.ts";

export interface CurlOptions {
  /** As typed; brackets and braces not yet written out. */
  readonly urls: readonly string[];
  readonly silent: boolean;
  readonly showErrors: boolean;
  readonly verbose: boolean;
  readonly include: boolean;
  readonly head: boolean;
  /** `-f`: no body and status 22 from 400 on. */
  readonly failOnError: boolean;
  readonly output: string | undefined;
  readonly maxTimeUs: number | undefined;
  readonly connectTimeoutUs: number | undefined;
  readonly writeOut: string | undefined;
  readonly headers: readonly string[];
  readonly agent: string;
  readonly method: string | undefined;
  readonly version: "1.0" | "1.1";
  /** An address or an interface to start from. */
  readonly from: string | undefined;
  /** The first that is free of these. */
  readonly localPorts: readonly number[];
}

type Draft = { -readonly [K in keyof CurlOptions]: CurlOptions[K] };

const FLAGS: Readonly<Record<string, (draft: Draft) => void>> = {
  s: (draft) => (draft.silent = true),
  silent: (draft) => (draft.silent = true),
  S: (draft) => (draft.showErrors = true),
  "show-error": (draft) => (draft.showErrors = true),
  v: (draft) => (draft.verbose = true),
  verbose: (draft) => (draft.verbose = true),
  i: (draft) => (draft.include = true),
  include: (draft) => (draft.include = true),
  I: (draft) => (draft.head = true),
  head: (draft) => (draft.head = true),
  f: (draft) => (draft.failOnError = true),
  fail: (draft) => (draft.failOnError = true),
  "0": (draft) => (draft.version = "1.0"),
  "http1.0": (draft) => (draft.version = "1.0"),
  "http1.1": (draft) => (draft.version = "1.1"),
  k: () => undefined,
  insecure: () => undefined,
  L: () => undefined,
  location: () => undefined,
  N: () => undefined,
  "no-buffer": () => undefined,
  "4": () => undefined,
  ipv4: () => undefined,
  O: (draft) => (draft.output = "\0remote"),
  "remote-name": (draft) => (draft.output = "\0remote"),
};

const VALUES: Readonly<Record<string, (draft: Draft, value: string) => boolean | void>> = {
  o: (draft, value) => void (draft.output = value),
  output: (draft, value) => void (draft.output = value),
  m: (draft, value) => isTime(value) && void (draft.maxTimeUs = microseconds(value)),
  "max-time": (draft, value) => isTime(value) && void (draft.maxTimeUs = microseconds(value)),
  "connect-timeout": (draft, value) =>
    isTime(value) && void (draft.connectTimeoutUs = microseconds(value)),
  w: (draft, value) => void (draft.writeOut = value),
  "write-out": (draft, value) => void (draft.writeOut = value),
  H: (draft, value) => void (draft.headers = [...draft.headers, value]),
  header: (draft, value) => void (draft.headers = [...draft.headers, value]),
  A: (draft, value) => void (draft.agent = value),
  "user-agent": (draft, value) => void (draft.agent = value),
  X: (draft, value) => void (draft.method = value),
  request: (draft, value) => void (draft.method = value),
  interface: (draft, value) => void (draft.from = value),
  "local-port": (draft, value) => void (draft.localPorts = portsOf(value)),
  url: (draft, value) => void (draft.urls = [...draft.urls, value]),
};

/** "43000" or "43000-43010". */
function portsOf(value: string): number[] {
  const [first = 0, last = first] = value.split("-").map((each) => Number.parseInt(each, 10));
  return Array.from({ length: Math.max(1, last - first + 1) }, (_, index) => first + index);
}

const TRY = "curl: try 'curl --help' or 'curl --manual' for more information\n";

/** The options, or what curl says of them (status 2). */
export function readCurlOptions(
  args: readonly string[],
): CurlOptions | { readonly complaint: string } {
  const draft = defaults();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (!arg.startsWith("-") || arg === "-") {
      draft.urls = [...draft.urls, arg];
      continue;
    }
    const taken = arg.startsWith("--")
      ? takeLong(draft, arg, args[i + 1])
      : takeShort(draft, arg, args[i + 1]);
    if (typeof taken === "string") return { complaint: taken };
    i += taken;
  }
  if (draft.urls.length === 0) {
    return { complaint: args.length === 0 ? TRY : `curl: no URL specified!\n${TRY}` };
  }
  return draft;
}

function defaults(): Draft {
  return {
    urls: [],
    silent: false,
    showErrors: false,
    verbose: false,
    include: false,
    head: false,
    failOnError: false,
    output: undefined,
    maxTimeUs: undefined,
    connectTimeoutUs: undefined,
    writeOut: undefined,
    headers: [],
    agent: "curl/7.88.1",
    method: undefined,
    version: "1.1",
    from: undefined,
    localPorts: [],
  };
}

/** How many more words it used, or a complaint. */
function takeLong(draft: Draft, arg: string, next: string | undefined): number | string {
  const name = arg.slice(2);
  const flag = own(FLAGS, name);
  if (flag !== undefined) {
    flag(draft);
    return 0;
  }
  const value = own(VALUES, name);
  if (value === undefined) return unknown(arg);
  return takeValue(draft, arg, value, next) ?? 1;
}

/** `-sS`, `-m2`, `-m 2`. */
function takeShort(draft: Draft, arg: string, next: string | undefined): number | string {
  for (let i = 1; i < arg.length; i++) {
    const letter = arg[i] ?? "";
    const flag = own(FLAGS, letter);
    if (flag !== undefined) {
      flag(draft);
      continue;
    }
    const value = own(VALUES, letter);
    if (value === undefined) return unknown(`-${letter}`);
    const attached = arg.slice(i + 1);
    const complaint = takeValue(draft, `-${letter}`, value, attached === "" ? next : attached);
    return complaint ?? (attached === "" ? 1 : 0);
  }
  return 0;
}

function takeValue(
  draft: Draft,
  name: string,
  set: (draft: Draft, value: string) => boolean | void,
  value: string | undefined,
): string | undefined {
  if (value === undefined) return `curl: option ${name}: requires parameter\n${TRY}`;
  if (set(draft, value) !== false) return undefined;
  return `curl: option ${name}: expected a proper numerical parameter\n${TRY}`;
}

function unknown(name: string): string {
  return `curl: option ${name}: is unknown\n${TRY}`;
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function isTime(value: string): boolean {
  return /^\d+(\.\d*)?$/.test(value);
}

function microseconds(seconds: string): number {
  return Math.round(Number(seconds) * 1_000_000);
}

/** More than this many addresses are not made of one. */
const MOST_URLS = 10_000;

/** "/[1-3]" and "/{a,b}" stand for several addresses. */
export function expandUrl(text: string): string[] {
  const match = /\{([^{}]*)\}|\[(\d+)-(\d+)(?::(\d+))?\]/.exec(text);
  if (match === null) return [text];
  const [whole, list, first = "0", last = "0", step = "1"] = match;
  const count = Math.floor((Number(last) - Number(first)) / Math.max(1, Number(step))) + 1;
  const numbers = Array.from({ length: Math.min(MOST_URLS, Math.max(0, count)) }, (_, i) =>
    String(Number(first) + i * Number(step)).padStart(
      first.startsWith("0") ? first.length : 1,
      "0",
    ),
  );
  const parts = list === undefined ? numbers : list.split(",");
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + whole.length);
  return parts.flatMap((part) => expandUrl(after).map((end) => before + part + end));
}

export interface Url {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly isDefaultPort: boolean;
  readonly scheme: string;
}

export function parseUrl(text: string): Url | undefined {
  const match =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/:?#\s]+)(?::(\d{1,5}))?(\/?[^#\s]*)(#\S*)?$/i.exec(text);
  const [, scheme = "http", host, given, path = ""] = match ?? [];
  if (host === undefined || path.startsWith(":")) return undefined;
  const usual = scheme === "https" ? 443 : 80;
  const port = given === undefined ? usual : Number(given);
  if (port > 65535) return undefined;
  const full = path.startsWith("/") ? path : `/${path}`;
  return { host, port, path: full, isDefaultPort: port === usual, scheme: scheme.toLowerCase() };
}

/** The address of a name by /etc/hosts; undefined when it is in no line of it. */
export function resolveName(name: string, hosts: string): string | undefined {
  if (parseIp(name) !== undefined) return name;
  for (const line of hosts.split("\n")) {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (names.includes(name) && parseIp(address) !== undefined) return address;
  }
  return name === "localhost" ? "127.0.0.1" : undefined;
}
