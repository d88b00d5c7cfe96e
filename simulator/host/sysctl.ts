// Kernel settings by dotted name, as `sysctl` prints them. A host holds only what was changed; the
// defaults are Debian 12's (kernel 6.1). Left out: keys that nothing in the simulator reads.
import type { Host } from "./host.ts";

/** Keys of net.ipv4.conf.<all|default|interface>. */
const PER_INTERFACE: Readonly<Record<string, string>> = {
  accept_local: "0",
  accept_redirects: "1",
  arp_accept: "0",
  arp_announce: "0",
  arp_filter: "0",
  arp_ignore: "0",
  arp_notify: "0",
  drop_gratuitous_arp: "0",
  forwarding: "0",
  log_martians: "0",
  proxy_arp: "0",
  rp_filter: "0",
  secure_redirects: "1",
  send_redirects: "1",
  shared_media: "1",
};

const GLOBAL: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "kernel.ostype": "Linux",
    "kernel.osrelease": "6.1.0-56-amd64",
    "net.ipv4.icmp_echo_ignore_all": "0",
    "net.ipv4.icmp_ratelimit": "1000",
    "net.ipv4.ip_default_ttl": "64",
    "net.ipv4.ip_forward": "0",
    "net.ipv4.ip_local_port_range": "32768\t60999",
    "net.ipv4.ip_nonlocal_bind": "0",
    "net.ipv4.tcp_fin_timeout": "60",
    "net.ipv4.tcp_syn_retries": "6",
    "net.ipv4.tcp_synack_retries": "5",
  }),
);

/**
 * Present only while ip_vs is loaded (I119), which the first IPVS service does. Without effect here:
 * amemthresh (memory is never short), cache_bypass and snat_reroute (there is no policy routing, so
 * only local addresses reach a service and both routes are one), sloppy_sctp, sync_qlen_max,
 * sync_sock_size.
 */
const IPVS: Readonly<Record<string, string>> = {
  am_droprate: "10",
  amemthresh: "1024",
  backup_only: "0",
  cache_bypass: "0",
  conn_reuse_mode: "1",
  conntrack: "0",
  drop_entry: "0",
  drop_packet: "0",
  expire_nodest_conn: "0",
  expire_quiescent_template: "0",
  ignore_tunneled: "0",
  lblc_expiration: "86400",
  lblcr_expiration: "86400",
  nat_icmp_send: "0",
  pmtu_disc: "1",
  run_estimation: "1",
  schedule_icmp: "0",
  secure_tcp: "0",
  sloppy_sctp: "0",
  sloppy_tcp: "0",
  snat_reroute: "1",
  sync_persist_mode: "0",
  sync_ports: "1",
  sync_qlen_max: "11161",
  sync_refresh_period: "0",
  sync_retries: "0",
  sync_sock_size: "0",
  sync_threshold: "3\t50",
  sync_version: "1",
};

const IPVS_PREFIX = "net.ipv4.vs.";
const CONF_PREFIX = "net.ipv4.conf.";
/** By whole name: packets ask for these. */
const IPVS_DEFAULTS: ReadonlyMap<string, string> = new Map(
  Object.entries(IPVS).map(([key, value]) => [IPVS_PREFIX + key, value]),
);
/** The keys whose values the kernel limits; any other takes any whole number. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  "net.ipv4.vs.drop_entry": [0, 3],
  "net.ipv4.vs.drop_packet": [0, 3],
  "net.ipv4.vs.secure_tcp": [0, 3],
};

/** The value of a key, or undefined when this kernel has no such key. */
export function getSysctl(host: Host, name: string): string | undefined {
  if (name === "kernel.hostname") return host.name;
  return host.sysctl.get(name) ?? defaultOf(host, name);
}

/** The value as a number; 0 for a key that is not there. */
export function sysctlNumber(host: Host, name: string): number {
  return Number.parseInt(getSysctl(host, name) ?? "0", 10) || 0;
}

/** For ARP and rp_filter the larger of `all` and the interface counts; either switch (I45, I30). */
export function sysctlMax(host: Host, nic: string, key: string): number {
  // Nothing was ever set on most hosts, and the defaults of both are the same.
  if (host.sysctl.size === 0) return Number(PER_INTERFACE[key] ?? 0);
  const all = sysctlNumber(host, `net.ipv4.conf.all.${key}`);
  const own = sysctlNumber(host, `net.ipv4.conf.${nic}.${key}`);
  return Math.max(all, own);
}

export function setSysctl(
  host: Host,
  name: string,
  value: string,
): "ok" | "no-such-key" | "invalid" {
  if (getSysctl(host, name) === undefined) return "no-such-key";
  const words = value.trim().split(/\s+/);
  if (!words.every((word) => /^-?\d+$/.test(word))) return "invalid";
  const range = RANGES[name];
  const number = Number(words[0]);
  if (range !== undefined && (number < range[0] || number > range[1])) return "invalid";
  host.sysctl.set(name, words.join("\t"));
  spread(host, name, words.join("\t"));
  return "ok";
}

/** Every key of this host in the order of `sysctl -a`. */
export function sysctlNames(host: Host): string[] {
  const interfaces = ["all", "default", ...host.nics.keys()];
  const conf = interfaces.flatMap((nic) =>
    Object.keys(PER_INTERFACE).map((key) => `net.ipv4.conf.${nic}.${key}`),
  );
  const ipvs = host.ipvs.loaded ? IPVS_DEFAULTS.keys() : [];
  return [...GLOBAL.keys(), "kernel.hostname", ...conf, ...ipvs].sort();
}

function defaultOf(host: Host, name: string): string | undefined {
  const global = GLOBAL.get(name);
  if (global !== undefined) return global;
  const ipvs = IPVS_DEFAULTS.get(name);
  if (ipvs !== undefined) return host.ipvs.loaded ? ipvs : undefined;
  if (!name.startsWith(CONF_PREFIX)) return undefined;
  const dot = name.lastIndexOf(".");
  const nic = name.slice(CONF_PREFIX.length, dot);
  const key = name.slice(dot + 1);
  if (nic !== "all" && nic !== "default" && !host.nics.has(nic)) return undefined;
  return PER_INTERFACE[key];
}

/** ip_forward and conf.all.forwarding are one switch; turning it sets every interface's. */
function spread(host: Host, name: string, value: string): void {
  if (name !== "net.ipv4.ip_forward" && name !== "net.ipv4.conf.all.forwarding") return;
  host.sysctl.set("net.ipv4.ip_forward", value);
  for (const nic of ["all", "default", ...host.nics.keys()]) {
    host.sysctl.set(`net.ipv4.conf.${nic}.forwarding`, value);
  }
}
