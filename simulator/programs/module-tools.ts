// modprobe, lsmod, nstat, uname: the kernel's modules and its counters. Left out: modules beyond those that
// something in the lab needs; counters that nothing here counts are 0.
import { TUNNEL, loadTunnel } from "../host/tunnel.ts";
import { getSysctl } from "../host/sysctl.ts";
import type { Host } from "../host/host.ts";
import { immediate } from "./immediate.ts";
import { readShortOptions } from "./options.ts";
import { tryHelp } from "./text-tools.ts";

/** Modules that are there and change nothing visible. */
const QUIET = /^(ip_vs(_\w+)?|nf_conntrack|dummy|8021q|bridge|br_netfilter|veth|xt_\w+|ip_tables)$/;

export const modprobe = immediate(9_000, ({ host, args }) => {
  const names = args.filter((arg) => !arg.startsWith("-"));
  for (const name of names) {
    if (name === "ipip") loadTunnel(host);
    else if (name.startsWith("ip_vs")) host.ipvs.loaded = true;
    else if (!QUIET.test(name)) {
      const where = "/lib/modules/6.1.0-56-amd64";
      const stderr = `modprobe: FATAL: Module ${name} not found in directory ${where}\n`;
      return { stderr, code: 1 };
    }
  }
  return {};
});

/** Sizes as this kernel prints them (recorded: tools-output). */
const SCHEDULERS = "ovf fo nq sed mh sh dh lblcr lblc wlc lc wrr rr".split(" ");

export const lsmod = immediate(3_000, ({ host }) => {
  const rows: string[] = ["Module                  Size  Used by"];
  const row = (name: string, size: number, count: number, by = ""): void => {
    rows.push(`${name.padEnd(19)} ${String(size).padStart(8)}  ${count}${by && ` ${by}`}`);
  };
  if (host.nics.has(TUNNEL)) row("ipip", 20_480, 0);
  if (host.ipvs.loaded) {
    const services = [...host.ipvs.services.values()];
    for (const name of SCHEDULERS) {
      const users = services.filter(({ scheduler }) => scheduler === name).length;
      row(`ip_vs_${name}`, 16_384, users);
    }
    const by = SCHEDULERS.map((name) => `ip_vs_${name}`).join(",");
    row("ip_vs", 188_416, SCHEDULERS.length + 2 * services.length, by);
    row("nf_conntrack", 188_416, 1, "ip_vs");
    row("nf_defrag_ipv6", 24_576, 2, "nf_conntrack,ip_vs");
    row("libcrc32c", 16_384, 3, "nf_conntrack,nf_tables,ip_vs");
  }
  return { stdout: rows.map((line) => `${line}\n`).join("") };
});

/** The kernel's own order (/proc/net/snmp, then netstat), as far as something counts here. */
const COUNTERS = [
  "IpInReceives",
  "IpInAddrErrors",
  "IpForwDatagrams",
  "IpInDelivers",
  "IpOutRequests",
  "TcpExtIPReversePathFilter",
  "IpExtInNoRoutes",
];

export const nstat = immediate(8_000, ({ host, args }) => {
  const flags = args.filter((arg) => arg.startsWith("-")).join("");
  const wanted = args.filter((arg) => !arg.startsWith("-"));
  const zeros = flags.includes("z") || wanted.length > 0;
  const known = [...new Set([...COUNTERS, ...host.counters.keys()])];
  const chosen = known.filter((name) => wanted.length === 0 || wanted.some((w) => fits(name, w)));
  const lines = chosen
    .map((name) => [name, host.counters.get(name) ?? 0] as const)
    .filter(([, value]) => zeros || value !== 0)
    .map(([name, value]) => `${name.padEnd(31)} ${String(value).padEnd(18)} 0.0\n`);
  return { stdout: `#kernel\n${lines.join("")}` };
});

/** A pattern of nstat: `*` and `?`. */
function fits(name: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name);
}

/** The words of `uname` by option, in the order in which it prints them. */
function unameWords(host: Host): readonly (readonly [option: string, word: string])[] {
  return [
    ["s", "Linux"],
    ["n", host.name],
    ["r", getSysctl(host, "kernel.osrelease") ?? ""],
    ["v", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)"],
    ["m", "x86_64"],
    ["o", "GNU/Linux"],
  ];
}

export const uname = immediate(2_500, ({ host, args }) => {
  const options = readShortOptions("uname", args, "asnrvmo");
  if ("complaint" in options) return { stderr: options.complaint + tryHelp("uname"), code: 1 };
  const { flags } = options;
  const chosen = unameWords(host).filter(
    ([option]) => flags.has("a") || flags.has(option) || (flags.size === 0 && option === "s"),
  );
  return { stdout: `${chosen.map(([, word]) => word).join(" ")}\n` };
});
