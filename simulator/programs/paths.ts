// Where each command's executable lies, as `type` and `which` say it. A program that is not listed
// (a daemon's child) cannot be started by name.

const SBIN: readonly string[] = [
  "arp",
  "arping",
  "ip",
  "iptables",
  "ipvsadm",
  "ipvsadm-restore",
  "ipvsadm-save",
  "keepalived",
  "lsmod",
  "modprobe",
  "nginx",
  "nstat",
  "sysctl",
];

const BIN: readonly string[] = [
  "[",
  "awk",
  "bash",
  "cat",
  "cp",
  "curl",
  "cut",
  "date",
  "echo",
  "env",
  "basename",
  "expr",
  "logger",
  "md5sum",
  "nl",
  "rev",
  "tac",
  "chmod",
  "diff",
  "dirname",
  "find",
  "hostnamectl",
  "id",
  "uptime",
  "whoami",
  "false",
  "nohup",
  "printenv",
  "stdbuf",
  "su",
  "sudo",
  "watch",
  "xargs",
  "grep",
  "head",
  "hostname",
  "journalctl",
  "kill",
  "killall",
  "ls",
  "mkdir",
  "mv",
  "nc",
  "pgrep",
  "pidof",
  "ping",
  "pkill",
  "printf",
  "ps",
  "pwd",
  "rm",
  "sed",
  "seq",
  "service",
  "sleep",
  "sort",
  "ss",
  "systemctl",
  "tcpdump",
  "tail",
  "tee",
  "test",
  "timeout",
  "touch",
  "tr",
  "true",
  "uname",
  "uniq",
  "wc",
  "which",
];

/** Small programs of the lab itself. */
const LOCAL: readonly string[] = ["hold", "traffic", "udpask", "udpecho"];

const PATHS: ReadonlyMap<string, string> = new Map([
  ...SBIN.map((name) => [name, `/usr/sbin/${name}`] as const),
  ...BIN.map((name) => [name, `/usr/bin/${name}`] as const),
  ...LOCAL.map((name) => [name, `/usr/local/bin/${name}`] as const),
  ["sh", "/usr/bin/sh"],
]);

/** Every command that can be started by name, sorted. */
export function commandNames(): string[] {
  return [...PATHS.keys()].sort();
}

/** The executable of a command, or undefined when there is none. */
export function pathOf(name: string): string | undefined {
  return PATHS.get(name);
}

/** The program that a name or a full path starts. */
export function programNamed(nameOrPath: string): string | undefined {
  const name = nameOrPath.slice(nameOrPath.lastIndexOf("/") + 1);
  const path = PATHS.get(name);
  if (path === undefined) return undefined;
  const isAsked = !nameOrPath.includes("/") || [path, path.slice(4)].includes(nameOrPath);
  if (!isAsked) return undefined;
  return name === "sh" ? "bash" : name;
}
