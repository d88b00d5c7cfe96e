// What a switch reads from the directors' files, and how it edits them.
import {
  hasStatement,
  insertLine,
  namesAt,
  readValue,
  removeStatement,
  setValue,
} from "#sim/editing.ts";

export const SCHEDULERS = [
  "rr",
  "wrr",
  "lc",
  "wlc",
  "lblc",
  "lblcr",
  "dh",
  "sh",
  "mh",
  "sed",
  "nq",
  "fo",
  "ovf",
] as const;
export const MODES = ["DR", "NAT", "TUN"] as const;
export const CHECKS = ["HTTP_GET", "TCP_CHECK", "none"] as const;
export type Check = (typeof CHECKS)[number];

const SERVER = "virtual_server";
const INSTANCE = "vrrp_instance";

export const paths = {
  mode: [SERVER, "lb_kind"],
  scheduler: [SERVER, "lb_algo"],
  interval: [INSTANCE, "advert_int"],
  priority: [INSTANCE, "priority"],
  persistence: [SERVER, "persistence_timeout"],
} as const satisfies Record<string, readonly string[]>;

export function weightPath(server: string): string[] {
  return [SERVER, `real_server ${server}`, "weight"];
}

export function serversIn(text: string): string[] {
  return [...new Set(namesAt(text, [SERVER, "real_server"]))];
}

export function isPreempting(text: string): boolean {
  return !hasStatement(text, [INSTANCE, "nopreempt"]);
}

/** nopreempt only acts in an instance whose state is BACKUP. */
export function withPreempt(text: string, on: boolean): string | undefined {
  if (on) return removeStatement(text, [INSTANCE, "nopreempt"]);
  const calm = setValue(text, [INSTANCE, "state"], "BACKUP") ?? text;
  return insertLine(calm, [INSTANCE], "nopreempt");
}

export function checkOf(text: string): Check | undefined {
  const [server] = serversIn(text);
  if (server === undefined) return undefined;
  const path = [SERVER, `real_server ${server}`];
  return CHECKS.find((check) => hasStatement(text, [...path, check])) ?? "none";
}

/** The same check for every server; what it needs beside is filled in with keepalived's defaults. */
export function withCheck(text: string, check: Check): string {
  let changed = text;
  for (const server of serversIn(text)) {
    const path = [SERVER, `real_server ${server}`];
    for (const old of CHECKS) changed = removeStatement(changed, [...path, old]);
    if (check === "none") continue;
    changed = insertLine(changed, path, `${check} {\n        }`) ?? changed;
    changed = insertLine(changed, [...path, check], "connect_timeout 1") ?? changed;
    if (check !== "HTTP_GET") continue;
    changed = insertLine(changed, [...path, check], "url {\n            }") ?? changed;
    changed = insertLine(changed, [...path, check, "url"], "status_code 200") ?? changed;
    changed = insertLine(changed, [...path, check, "url"], "path /") ?? changed;
  }
  return changed;
}

export function withPersistence(text: string, seconds: number): string | undefined {
  return seconds === 0
    ? removeStatement(text, paths.persistence)
    : setValue(text, paths.persistence, String(seconds));
}

export function numberAt(text: string, path: readonly string[]): number | undefined {
  const value = readValue(text, path);
  return value === undefined || Number.isNaN(Number(value)) ? undefined : Number(value);
}

/** What a mode needs beside lb_kind, host by host, as a person would type it. */
export function commandsFor(
  mode: (typeof MODES)[number],
  directors: readonly { name: string; address: string }[],
  nodes: readonly string[],
  clients: readonly string[],
  vip: string,
): { host: string; line: string }[] {
  const quiet = "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2";
  const [director] = directors;
  switch (mode) {
    case "DR":
      return nodes.map((host) => ({ host, line: `${quiet}; ip addr add ${vip}/32 dev lo` }));
    case "NAT":
      return [
        ...directors.map(({ name }) => ({
          host: name,
          line: "sysctl -w net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0",
        })),
        ...nodes.flatMap((host) =>
          clients.map((client) => ({
            host,
            line: `ip route add ${client}/32 via ${director?.address ?? ""}`,
          })),
        ),
      ];
    case "TUN":
      return nodes.map((host) => ({
        host,
        line: `modprobe ipip; ip addr add ${vip}/32 dev tunl0; ip link set tunl0 up; ${quiet} net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0`,
      }));
  }
}
