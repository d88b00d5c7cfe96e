// keepalived's command line. Left out: the options about namespaces, core dumps, SNMP and log
// facilities, which change nothing here and are accepted.

const CONFIG_PATH = "/etc/keepalived/keepalived.conf";

export interface CommandLine {
  readonly task: "run" | "test" | "version" | "refuse";
  readonly file: string;
  /** `-n`, and `-l`, which implies nothing else: the parent stays in the foreground. */
  readonly foreground: boolean;
  readonly runs: { readonly vrrp: boolean; readonly checkers: boolean };
  /** `-V`, `-I`: what stays behind at the end. */
  readonly keepsAddresses: boolean;
  readonly keepsServices: boolean;
  readonly respawns: boolean;
  /** The word that is no option. */
  readonly unknown: string | undefined;
}

const LONG: Readonly<Record<string, string>> = {
  "use-file": "f",
  vrrp: "P",
  check: "C",
  no_bfd: "B",
  "log-console": "l",
  "log-detail": "D",
  "log-facility": "S",
  "no-syslog": "G",
  umask: "u",
  "dont-release-vrrp": "V",
  "dont-release-ipvs": "I",
  "dont-respawn": "R",
  "dont-fork": "n",
  "dump-conf": "d",
  pid: "p",
  vrrp_pid: "r",
  checkers_pid: "c",
  "config-id": "i",
  "config-test": "t",
  version: "v",
};
const WITH_VALUE = "fSuprciAsM";
const PLAIN = "PCBlDGXVIRndaxmetvb";

export function readCommandLine(argv: readonly string[]): CommandLine {
  const { options, unknown } = readOptions(argv.slice(1));
  const has = (letter: string): boolean => options.has(letter);
  const task = unknown !== undefined ? "refuse" : has("v") ? "version" : has("t") ? "test" : "run";
  return {
    task,
    file: options.get("f") ?? CONFIG_PATH,
    foreground: has("n"),
    runs: { vrrp: has("P") || !has("C"), checkers: has("C") || !has("P") },
    keepsAddresses: has("V"),
    keepsServices: has("I"),
    respawns: !has("R"),
    unknown,
  };
}

function readOptions(words: readonly string[]): {
  readonly options: ReadonlyMap<string, string>;
  readonly unknown: string | undefined;
} {
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word.startsWith("--")) {
      const [name = "", value] = word.slice(2).split("=");
      const letter = Object.hasOwn(LONG, name) ? LONG[name] : undefined;
      if (letter === undefined) return { options, unknown: word };
      const isNext = value === undefined && WITH_VALUE.includes(letter);
      options.set(letter, isNext ? (words[++at] ?? "") : (value ?? ""));
      continue;
    }
    if (!word.startsWith("-")) return { options, unknown: word };
    for (let index = 1; index < word.length; index++) {
      const letter = word.charAt(index);
      if (WITH_VALUE.includes(letter)) {
        const rest = word.slice(index + 1);
        options.set(letter, rest === "" ? (words[++at] ?? "") : rest);
        break;
      }
      if (!PLAIN.includes(letter)) return { options, unknown: word };
      options.set(letter, "");
    }
  }
  return { options, unknown: undefined };
}
