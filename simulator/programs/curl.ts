// curl 7.88.1 for HTTP: the request, the time it takes, and its words when it fails (I208, I212).
// Left out: every other protocol, redirects, uploads, proxies, the progress meter.
import type { Process } from "../host/process.ts";
import { exitProcess, setTimer, write, writeFile } from "../host/system.ts";
import { parseIp } from "../wire/address.ts";
import { resolvePath } from "./directory.ts";
import {
  ask,
  closeExchange,
  type Exchange,
  openExchange,
  parseAnswer,
  proceed,
} from "./http-client.ts";
import type { Program, System } from "./program.ts";

/** Recorded: from exec to the SYN, from the connection to the request, from the answer to the FIN. */
const START_US = 25_000;
const ASK_US = 500;
const CLOSE_US = 350;
const EXIT_US = 500;

interface Options {
  silent: boolean;
  showError: boolean;
  head: boolean;
  include: boolean;
  verbose: boolean;
  failOnStatus: boolean;
  limitUs: number | undefined;
  connectLimitUs: number | undefined;
  output: string | undefined;
  format: string | undefined;
  method: string | undefined;
  agent: string;
  headers: string[];
  source: string | undefined;
  urls: string[];
}

interface Memory {
  readonly options: Options;
  readonly url: Url;
  exchange: Exchange;
}

interface Url {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

export const curl: Program = {
  startUs: START_US,
  run(process, reason, system) {
    if (reason.kind === "start") return start(process, system);
    const memory = process.memory as Memory;
    if (reason.kind === "socket") return onSocket(process, memory, system);
    if (reason.kind === "timer") return onTimer(process, memory, reason.key, system);
  },
};

function start(process: Process, system: System): void {
  const options = parseOptions(process.argv.slice(1));
  if (typeof options === "string") {
    write(system, process, 2, options);
    return exitProcess(system, process, 2);
  }
  const [text] = options.urls;
  if (text === undefined) {
    write(system, process, 2, "curl: no URL specified!\n");
    write(system, process, 2, "curl: try 'curl --help' or 'curl --manual' for more information\n");
    return exitProcess(system, process, 2);
  }
  const url = parseUrl(text);
  if (typeof url !== "string") return connect(process, options, url, system);
  say(process, options, url, system);
  exitProcess(system, process, url.includes("(6)") ? 6 : url.includes("(1)") ? 1 : 3);
}

function connect(process: Process, options: Options, url: Url, system: System): void {
  const { source } = options;
  const to = { destination: url.host, port: url.port, ...(source !== undefined && { source }) };
  const exchange = openExchange(system, process, to, options.head ? "HEAD" : "GET");
  process.memory = { options, url, exchange } satisfies Memory;
  const { now } = system.sim;
  if (options.limitUs !== undefined) setTimer(system, process, "limit", now + options.limitUs);
  if (options.connectLimitUs !== undefined) {
    setTimer(system, process, "connect limit", now + options.connectLimitUs);
  }
  if (exchange.step === "failed") failToConnect(process, process.memory as Memory, system);
}

function onSocket(process: Process, memory: Memory, system: System): void {
  const { exchange } = memory;
  const before = exchange.step;
  proceed(system, exchange);
  if (exchange.step === before) return;
  const { now } = system.sim;
  switch (exchange.step) {
    case "connected":
      return setTimer(system, process, "ask", now + ASK_US);
    case "answered":
      return setTimer(system, process, "close", now + CLOSE_US);
    case "failed":
      if (before === "connecting") return failToConnect(process, memory, system);
      return failToReceive(process, memory, system);
    default:
      return;
  }
}

function onTimer(process: Process, memory: Memory, key: string, system: System): void {
  const { exchange } = memory;
  switch (key) {
    case "ask":
      return ask(system, exchange, requestText(memory));
    case "close":
      print(process, memory, system);
      closeExchange(system, exchange);
      return setTimer(system, process, "exit", system.sim.now + EXIT_US);
    case "exit":
      return exitProcess(system, process, exitCode(memory));
    case "limit":
      if (exchange.step === "answered") return;
      return timeOut(process, memory, system);
    case "connect limit": {
      if (exchange.step !== "connecting") return;
      const text = `Failed to connect to ${where(memory)} after ${spent(memory, system)} ms`;
      return end(process, memory, `curl: (28) ${text}: Timeout was reached`, 28, system);
    }
  }
}

function requestText({ options, url, exchange }: Memory): string {
  const port = url.port === 80 ? "" : `:${url.port}`;
  const own = (name: string): boolean =>
    options.headers.some((header) => header.toLowerCase().startsWith(`${name}:`));
  const lines = [
    `${options.method ?? exchange.method} ${url.path} HTTP/1.1`,
    ...(own("host") ? [] : [`Host: ${url.host}${port}`]),
    ...(own("user-agent") ? [] : [`User-Agent: ${options.agent}`]),
    ...(own("accept") ? [] : ["Accept: */*"]),
    ...options.headers,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function print(process: Process, memory: Memory, system: System): void {
  const { options, exchange } = memory;
  const answer = parseAnswer(exchange.received, exchange.method);
  if (answer === undefined) return;
  const isHidden = options.failOnStatus && answer.status >= 400;
  const head = options.head || options.include ? answer.head : "";
  const text = isHidden ? "" : head + (options.head ? "" : textOf(answer.body));
  if (options.output === undefined) write(system, process, 1, text);
  else writeFile(system, resolvePath(process.directory, options.output), text);
  if (isHidden) {
    say(process, options, `curl: (22) The requested URL returned error: ${answer.status}`, system);
  }
  if (options.format !== undefined) {
    write(system, process, 1, formatted(options.format, answer.status, memory, system));
  }
}

/** `-w`: the few variables that people use here. */
function formatted(format: string, status: number, memory: Memory, system: System): string {
  const total = (system.sim.now - memory.exchange.openedAt) / 1_000_000;
  const values: Readonly<Record<string, string>> = {
    http_code: String(status).padStart(3, "0"),
    time_total: total.toFixed(6),
    remote_ip: memory.url.host,
  };
  return format
    .replace(/%\{(\w+)\}/g, (_, name: string) => values[name] ?? "")
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", "\t");
}

function exitCode({ options, exchange }: Memory): number {
  const answer = parseAnswer(exchange.received, exchange.method);
  if (answer === undefined) return 52;
  if (options.failOnStatus && answer.status >= 400) return 22;
  const isShort = Number.isFinite(answer.length) && answer.body.length < answer.length;
  return isShort ? 18 : 0;
}

function failToConnect(process: Process, memory: Memory, system: System): void {
  const timedOut = memory.exchange.error === "ETIMEDOUT";
  const code = timedOut ? 28 : 7;
  const text = `Failed to connect to ${where(memory)} after ${spent(memory, system)} ms`;
  end(process, memory, `curl: (${code}) ${text}: Couldn't connect to server`, code, system);
}

function failToReceive(process: Process, memory: Memory, system: System): void {
  const { exchange } = memory;
  if (exchange.error === "ECONNRESET") {
    const text = "curl: (56) Recv failure: Connection reset by peer";
    return end(process, memory, text, 56, system);
  }
  const answer = parseAnswer(exchange.received, exchange.method);
  if (answer === undefined) {
    return end(process, memory, "curl: (52) Empty reply from server", 52, system);
  }
  const left = answer.length - answer.body.length;
  const text = `curl: (18) transfer closed with ${left} bytes remaining to read`;
  print(process, memory, system);
  end(process, memory, text, 18, system);
}

function timeOut(process: Process, memory: Memory, system: System): void {
  const { exchange } = memory;
  const ms = spent(memory, system);
  const text =
    exchange.step === "connecting"
      ? `Connection timed out after ${ms} milliseconds`
      : `Operation timed out after ${ms} milliseconds with ${exchange.received.length} bytes received`;
  end(process, memory, `curl: (28) ${text}`, 28, system);
}

function end(process: Process, memory: Memory, text: string, code: number, system: System): void {
  say(process, memory.options, text, system);
  closeExchange(system, memory.exchange);
  exitProcess(system, process, code);
}

/** Errors are silent with -s, unless -S asks for them. */
function say(process: Process, options: Options, text: string, system: System): void {
  if (!options.silent || options.showError) write(system, process, 2, `${text}\n`);
}

function where({ url }: Memory): string {
  return `${url.host} port ${url.port}`;
}

function spent({ exchange }: Memory, { sim }: System): number {
  return Math.round((sim.now - exchange.openedAt) / 1000);
}

function textOf(bytes: string): string {
  try {
    return decodeURIComponent(escape(bytes));
  } catch {
    return bytes;
  }
}

/** A url, or curl's complaint about it. */
function parseUrl(text: string): Url | string {
  const match = /^(?:(\w+):\/\/)?([^/:?#]+)(?::(\d+))?([/?#].*)?$/.exec(text);
  if (match === null) return "curl: (3) URL using bad/illegal format or missing URL";
  const [, scheme = "http", host = "", port = "80", path = "/"] = match;
  if (scheme !== "http") return `curl: (1) Protocol "${scheme}" not supported or disabled in libcurl`;
  if (host === "localhost") return { host: "127.0.0.1", port: Number(port), path };
  if (parseIp(host) === undefined) return `curl: (6) Could not resolve host: ${host}`;
  return { host, port: Number(port), path: path.startsWith("/") ? path : `/${path}` };
}

type Setter = (options: Options, value: string) => void;

const FLAGS: Readonly<Record<string, (options: Options) => void>> = {
  s: (options) => (options.silent = true),
  S: (options) => (options.showError = true),
  I: (options) => (options.head = true),
  i: (options) => (options.include = true),
  v: (options) => (options.verbose = true),
  f: (options) => (options.failOnStatus = true),
  k: () => undefined,
  L: () => undefined,
};

const VALUES: Readonly<Record<string, Setter>> = {
  m: (options, value) => (options.limitUs = Number(value) * 1_000_000),
  o: (options, value) => (options.output = value),
  w: (options, value) => (options.format = value),
  H: (options, value) => options.headers.push(value),
  X: (options, value) => (options.method = value),
  A: (options, value) => (options.agent = value),
};

const LONG: Readonly<Record<string, string>> = {
  "--silent": "s",
  "--show-error": "S",
  "--head": "I",
  "--include": "i",
  "--verbose": "v",
  "--fail": "f",
  "--insecure": "k",
  "--location": "L",
  "--max-time": "m",
  "--output": "o",
  "--write-out": "w",
  "--header": "H",
  "--request": "X",
  "--user-agent": "A",
};

function parseOptions(args: readonly string[]): Options | string {
  const options: Options = {
    silent: false,
    showError: false,
    head: false,
    include: false,
    verbose: false,
    failOnStatus: false,
    limitUs: undefined,
    connectLimitUs: undefined,
    output: undefined,
    format: undefined,
    method: undefined,
    agent: "curl/7.88.1",
    headers: [],
    source: undefined,
    urls: [],
  };
  const words = [...args];
  while (words.length > 0) {
    const complaint = takeWord(options, words.shift() ?? "", words);
    if (complaint !== undefined) return complaint;
  }
  return options;
}

const HELP = "curl: try 'curl --help' or 'curl --manual' for more information\n";

function takeWord(options: Options, word: string, rest: string[]): string | undefined {
  if (!word.startsWith("-") || word === "-") {
    options.urls.push(word);
    return undefined;
  }
  if (word === "--connect-timeout" || word === "--interface") {
    const value = rest.shift();
    if (value === undefined) return `curl: option ${word}: requires parameter\n${HELP}`;
    if (word === "--interface") options.source = value;
    else options.connectLimitUs = Number(value) * 1_000_000;
    return undefined;
  }
  const letters = word.startsWith("--") ? LONG[word] : word.slice(1);
  if (letters === undefined) return `curl: option ${word}: is unknown\n${HELP}`;
  return takeLetters(options, word, letters, rest);
}

function takeLetters(
  options: Options,
  word: string,
  letters: string,
  rest: string[],
): string | undefined {
  for (let i = 0; i < letters.length; i++) {
    const letter = letters.charAt(i);
    const setter = VALUES[letter];
    if (setter !== undefined) {
      const value = letters.slice(i + 1) || rest.shift();
      if (value === undefined) return `curl: option ${word}: requires parameter\n${HELP}`;
      setter(options, value);
      return undefined;
    }
    const flag = FLAGS[letter];
    if (flag === undefined) return `curl: option ${word}: is unknown\n${HELP}`;
    flag(options);
  }
  return undefined;
}
