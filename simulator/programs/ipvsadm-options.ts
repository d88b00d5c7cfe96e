// ipvsadm's command line (I160-I163) with its complaints (I191, I192). Names of hosts and services
// beyond the few in `PORTS` are not looked up.
import type { ForwardingMethod } from "../ipvs/state.ts";
import { type Ip, parseIp } from "../wire/address.ts";
import {
  checkCombination,
  type Command,
  type Complaint,
  type Options,
} from "./ipvsadm-combination.ts";

const COMMANDS: Readonly<Record<string, Command>> = {
  "-A": "add-service",
  "--add-service": "add-service",
  "-E": "edit-service",
  "--edit-service": "edit-service",
  "-D": "delete-service",
  "--delete-service": "delete-service",
  "-C": "flush",
  "--clear": "flush",
  "-L": "list",
  "-l": "list",
  "--list": "list",
  "-a": "add-server",
  "--add-server": "add-server",
  "-e": "edit-server",
  "--edit-server": "edit-server",
  "-d": "delete-server",
  "--delete-server": "delete-server",
  "-Z": "zero",
  "--zero": "zero",
  "-S": "save",
  "--save": "save",
  "-R": "restore",
  "--restore": "restore",
  "--set": "set",
  "--start-daemon": "start-daemon",
  "--stop-daemon": "stop-daemon",
  "-h": "help",
  "--help": "help",
  "-v": "version",
  "--version": "version",
};

/** Of /etc/services (Debian 12) what a lab may meet; `-n` keeps the numbers. */
export const PORTS: Readonly<Record<number, string>> = {
  20: "ftp-data",
  21: "ftp",
  22: "ssh",
  23: "telnet",
  25: "smtp",
  53: "domain",
  80: "http",
  110: "pop3",
  123: "ntp",
  143: "imap2",
  389: "ldap",
  443: "https",
  465: "submissions",
  587: "submission",
  636: "ldaps",
  873: "rsync",
  993: "imaps",
  995: "pop3s",
  1080: "socks",
  2049: "nfs",
  3306: "mysql",
  5060: "sip",
  5353: "mdns",
  5432: "postgresql",
  5672: "amqp",
  6379: "redis",
  8080: "http-alt",
  8081: "tproxy",
};

const HINT = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n";

/** Reads the words after the program's name; no words at all mean `-L`. */
export function parseOptions(args: readonly string[]): Options | Complaint {
  const [first = "-L", ...rest] = args;
  const bundled = /^-([A-Za-z])([A-Za-z]+)$/.exec(first);
  const word = bundled === null ? first : `-${bundled[1]}`;
  const command = COMMANDS[word];
  if (command === undefined) return { text: HINT, code: 255 };
  const more = bundled === null ? [] : [...(bundled[2] ?? "")].map((letter) => `-${letter}`);
  const options: Options = { command, switches: new Set() };
  const complaint = parseRest(options, [...more, ...rest]);
  return complaint ?? checkCombination(options) ?? options;
}

interface Reader {
  readonly words: readonly string[];
  next: number;
}

type Handler = (options: Options, value: string) => string | undefined;

function parseRest(options: Options, words: readonly string[]): Complaint | undefined {
  if (options.command === "set") return parseSet(options, words);
  const reader: Reader = { words: words.flatMap(pulledApart), next: 0 };
  return parseWords(options, reader);
}

/** "--weight=3" and "-w3" are an option and its value; "-nc" is two switches. */
function pulledApart(word: string): string[] {
  const equals = /^(--[a-z-]+)=(.*)$/s.exec(word);
  if (equals !== null) return [equals[1] ?? "", equals[2] ?? ""];
  const short = word.slice(0, 2);
  if (word.startsWith("--") || word.length < 3) return [word];
  if (VALUES[short] !== undefined || short === "-p") return [short, word.slice(2)];
  if (SWITCHES[short] === undefined && METHODS[short] === undefined) return [word];
  return [short, ...pulledApart(`-${word.slice(2)}`)];
}

function parseWords(options: Options, reader: Reader): Complaint | undefined {
  const { words } = reader;
  if (options.command.endsWith("-daemon")) {
    const role = words[reader.next++];
    if (role === undefined) return { text: HINT, code: 255 };
    if (role !== "master" && role !== "backup") {
      return { text: `illegal ${options.command} parameter specified\n`, code: 2 };
    }
    options.role = role;
  }
  while (reader.next < words.length) {
    const word = words[reader.next++] ?? "";
    const complaint = parseWord(options, word, reader);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

function parseWord(options: Options, word: string, reader: Reader): Complaint | undefined {
  const simple = SWITCHES[word];
  if (simple !== undefined) {
    options.switches.add(simple);
    return undefined;
  }
  const method = METHODS[word];
  if (method !== undefined) {
    if (options.method !== undefined) return twice("forwarding-method");
    options.method = method;
    return undefined;
  }
  if (word === "-p" || word === "--persistent") return parsePersistence(options, reader);
  if (word === "-o" || word === "--ops") {
    options.onePacket = true;
    return undefined;
  }
  const handler = VALUES[word];
  if (handler === undefined) return unknownWord(word);
  const value = reader.words[reader.next++];
  if (value === undefined) return { text: `${word}: missing argument\n`, code: 255 };
  const text = handler(options, value);
  return text === undefined ? undefined : { text: `${text}\n`, code: 2 };
}

function unknownWord(word: string): Complaint {
  if (COMMANDS[word] !== undefined) return { text: `invalid option \`${word}'\n`, code: 2 };
  if (word.startsWith("-")) return { text: `${word}: unknown option\n`, code: 255 };
  return { text: `unexpected argument ${word}\n`, code: 2 };
}

function twice(option: string): Complaint {
  return { text: `multiple '${option}' options specified\n`, code: 2 };
}

/** `-p` may stand without a value, which means 360 seconds (I111). */
function parsePersistence(options: Options, reader: Reader): Complaint | undefined {
  const value = reader.words[reader.next];
  if (value === undefined || value.startsWith("-")) {
    options.persistence = 360;
    return undefined;
  }
  reader.next++;
  const seconds = /^\d+$/.test(value) ? Number(value) : 0;
  if (seconds < 1 || seconds > 2_678_400) {
    return { text: `invalid timeout value \`${value}' specified\n`, code: 2 };
  }
  options.persistence = seconds;
  return undefined;
}

function parseSet(options: Options, words: readonly string[]): Complaint | undefined {
  const values = words.map(Number);
  if (values.length !== 3 || values.some((value) => !Number.isInteger(value) || value < 0)) {
    return { text: "--set option requires 3 timeout values\n", code: 2 };
  }
  options.timeouts = [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0];
  return undefined;
}

const SWITCHES: Readonly<Record<string, string>> = {
  "-n": "numeric",
  "--numeric": "numeric",
  "-c": "connection",
  "--connection": "connection",
  "--stats": "stats",
  "--rate": "rate",
  "--exact": "exact",
  "-X": "exact",
  "--thresholds": "thresholds",
  "--persistent-conn": "persistent-conn",
  "--timeout": "timeout",
  "--tun-info": "tun-info",
  "--daemon": "daemon",
  "--nosort": "nosort",
  "--sort": "sort",
};

const METHODS: Readonly<Record<string, ForwardingMethod>> = {
  "-g": "route",
  "--gatewaying": "route",
  "-i": "tunnel",
  "--ipip": "tunnel",
  "-m": "masq",
  "--masquerading": "masq",
};

const service =
  (protocol: "tcp" | "udp"): Handler =>
  (options, value) => {
    if (options.service !== undefined) return "multiple 'service-address' options specified";
    const end = parseEnd(value);
    if (end === undefined) return "illegal virtual server address[:port] specified";
    const { address, port } = end;
    options.service = { protocol, address, port: port ?? 0, portGiven: port !== undefined };
    return undefined;
  };

const server: Handler = (options, value) => {
  if (value.startsWith("[")) {
    return "Different address family is allowed only for tunneling servers";
  }
  const end = parseEnd(value);
  if (end === undefined) return "illegal real server address[:port] specified";
  options.server = end;
  return undefined;
};

const mark: Handler = (options, value) => {
  const number = /^\d+$/.test(value) ? Number(value) : 0;
  if (number === 0) return `invalid fwmark value \`${value}' specified`;
  options.service = { mark: number, portGiven: true };
  return undefined;
};

const number =
  (key: "weight" | "upperThreshold" | "lowerThreshold", complaint: string): Handler =>
  (options, value) => {
    if (!/^\d+$/.test(value)) return complaint;
    options[key] = Number(value);
    return undefined;
  };

const scheduler: Handler = (options, value) => {
  options.scheduler = value;
  return undefined;
};

const netmask: Handler = (options, value) => {
  if (parseIp(value) === undefined) return "illegal virtual server persistent mask specified";
  options.mask = value;
  return undefined;
};

const schedulerFlags: Handler = (options, value) => {
  const known = ["sh-fallback", "sh-port", "mh-fallback", "mh-port", "flag-1", "flag-2", "flag-3"];
  const wrong = value.split(",").find((flag) => !known.includes(flag));
  if (wrong !== undefined) return `invalid scheduler flag \`${wrong}'`;
  options.flags = value.split(",");
  return undefined;
};

/** The plain tunnel only. */
const tunnelType: Handler = (_options, value) =>
  value === "ipip" ? undefined : "illegal tunnel type specified";

const syncNic: Handler = (options, value) => {
  options.syncNic = value;
  return undefined;
};

const syncId: Handler = (options, value) => {
  if (!/^\d+$/.test(value) || Number(value) > 255) return "illegal syncid specified";
  options.syncId = Number(value);
  return undefined;
};

const VALUES: Readonly<Record<string, Handler>> = {
  "--mcast-interface": syncNic,
  "--tun-type": tunnelType,
  "--syncid": syncId,
  "-t": service("tcp"),
  "--tcp-service": service("tcp"),
  "-u": service("udp"),
  "--udp-service": service("udp"),
  "-f": mark,
  "--fwmark-service": mark,
  "-r": server,
  "--real-server": server,
  "-s": scheduler,
  "--scheduler": scheduler,
  "-w": number("weight", "illegal weight specified"),
  "--weight": number("weight", "illegal weight specified"),
  "-x": number("upperThreshold", "illegal u_threshold specified"),
  "--u-threshold": number("upperThreshold", "illegal u_threshold specified"),
  "-y": number("lowerThreshold", "illegal l_threshold specified"),
  "--l-threshold": number("lowerThreshold", "illegal l_threshold specified"),
  "-M": netmask,
  "--netmask": netmask,
  "-b": schedulerFlags,
  "--sched-flags": schedulerFlags,
};

/** "10.0.0.1:80", "10.0.0.1:http" or "10.0.0.1". */
function parseEnd(text: string): { address: Ip; port: number | undefined } | undefined {
  const [address = "", portText, ...rest] = text.split(":");
  if (rest.length > 0 || parseIp(address) === undefined) return undefined;
  if (portText === undefined) return { address, port: undefined };
  const named = Object.entries(PORTS).find(([, name]) => name === portText)?.[0];
  const port = named ?? portText;
  if (!/^\d+$/.test(port) || Number(port) > 65535) return undefined;
  return { address, port: Number(port) };
}
