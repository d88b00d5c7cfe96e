// Writes a scenario's shorthands out: plain hosts with interfaces, addresses, files and sysctls,
// and a value for everything that may be left out.
//
// Hosts stand in the order in which their cables are plugged in: the article's own as the topology
// lists them (`only` takes some away and orders nothing), then the extra ones. A switch floods to
// the port plugged in last first: with the article's five hosts a broadcast reaches the client,
// then node-2, node-1, keepalived-backup, keepalived, its sender left out. So say the `to` lists of
// all recordings (an extra host comes before the client), and the answers to an ARP question come
// in the same order (lvs-b-dr-no-arp-sysctl: node-2, node-1, keepalived).
import { assert } from "../kernel/assert.ts";
import type { Draw } from "../kernel/world.ts";
import { ipNumber } from "../wire/address.ts";
import type { Ip, Mac } from "../wire/address.ts";
import { parseInstant } from "./instant.ts";
import { subnetOf, TOPOLOGIES } from "./topology.ts";
import type { Capture, Role, Scenario, ScenarioHost, ScenarioInterface, Step } from "./types.ts";

export interface ExpandedScenario {
  readonly name: string;
  readonly title: string;
  readonly software: Readonly<Record<string, string>>;
  readonly seed: number;
  /** Seconds since 1970 at scenario time 0. */
  readonly start: number;
  /** Names of the switches. */
  readonly networks: readonly string[];
  /** In the order in which they are plugged in. */
  readonly hosts: readonly ExpandedHost[];
  readonly capture: Capture;
  readonly steps: readonly Step[];
  readonly end: number;
  readonly draws: readonly Draw[];
}

export interface ExpandedHost {
  readonly name: string;
  readonly role: Role;
  readonly interfaces: readonly ExpandedInterface[];
  /** Where the default route leads, if there is one. */
  readonly gateway?: Ip;
  /** A web server runs from the start; its page is the host's first address. */
  readonly web: boolean;
  readonly sysctl: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly keepalivedOptions: string;
}

export interface ExpandedInterface {
  readonly name: string;
  readonly network: string;
  readonly address: Ip;
  readonly prefix: number;
  readonly mac: Mac;
}

export const DEFAULT_START = "2026-11-23T02:43:24Z";
const DEFAULT_SOFTWARE: Readonly<Record<string, string>> = { keepalived: "2.2.7", linux: "6.1" };
const DEFAULT_SEED = 1;
/** How long a scenario without `end` goes on after its last step. */
const AFTERMATH_S = 10;

/** Takes a scenario that `readScenario` accepted. */
export function expandScenario(scenario: Scenario): ExpandedScenario {
  const { only, steps } = scenario;
  const start = parseInstant(scenario.start ?? DEFAULT_START);
  assert(start !== undefined, "the start is a date that the reader accepted");
  const hosts = allHosts(scenario).filter((host) => only?.includes(host.name) ?? true);
  return {
    name: scenario.name ?? "",
    title: scenario.title ?? "",
    software: scenario.software ?? DEFAULT_SOFTWARE,
    seed: scenario.seed ?? DEFAULT_SEED,
    start,
    networks: networksOf(scenario),
    hosts: hosts.map((host) => expandHost(scenario, host)),
    capture: scenario.capture ?? "full",
    steps,
    end: scenario.end ?? (steps.at(-1)?.t ?? 0) + AFTERMATH_S,
    draws: scenario.draws ?? [],
  };
}

/** 192.168.88.8 gives 02:00:00:00:58:08: the third and fourth octet of the address. */
export function macOf(address: Ip): Mac {
  const low = ipNumber(address) & 0xffff;
  return "02:00:00:00:" + [low >> 8, low & 255].map(hexadecimal).join(":");
}

function hexadecimal(octet: number): string {
  return octet.toString(16).padStart(2, "0");
}

function networksOf(scenario: Scenario): string[] {
  if (scenario.networks) return scenario.networks.map((network) => network.name);
  return TOPOLOGIES[scenario.topology ?? "flat"].subnets.map((subnet) => subnet.network);
}

interface HostInFull {
  readonly name: string;
  readonly role: Role;
  readonly interfaces: readonly ScenarioInterface[];
}

function allHosts(scenario: Scenario): HostInFull[] {
  const extra = scenario.hosts ?? [];
  if (scenario.networks) {
    return extra.map(({ name, role, interfaces = [] }) => ({ name, role, interfaces }));
  }
  const topology = scenario.topology ?? "flat";
  const inFull = ({ name, role, addresses }: Shorthand): HostInFull => ({
    name,
    role,
    interfaces: addresses.map((address) => {
      const subnet = subnetOf(topology, address);
      assert(subnet !== undefined, `${address} belongs to a network of the topology`);
      return { name: subnet.device, network: subnet.network, address };
    }),
  });
  return [...TOPOLOGIES[topology].hosts, ...extra.map(shorthand)].map(inFull);
}

interface Shorthand {
  readonly name: string;
  readonly role: Role;
  readonly addresses: readonly string[];
}

function shorthand({ name, role, ip }: ScenarioHost): Shorthand {
  return { name, role, addresses: ip === undefined ? [] : [ip] };
}

function expandHost(scenario: Scenario, host: HostInFull): ExpandedHost {
  const { name, role } = host;
  const gateway = entry(scenario.gateway, name);
  const sysctl = Object.entries(entry(scenario.sysctl, name) ?? {});
  return {
    name,
    role,
    interfaces: host.interfaces.map(expandInterface),
    ...(gateway === undefined ? {} : { gateway }),
    web: scenario.web?.includes(name) ?? role === "node",
    sysctl: Object.fromEntries(sysctl.map(([key, value]) => [key, String(value)])),
    files: filesOf(scenario, name),
    keepalivedOptions: scenario.keepalived_options ?? "-D",
  };
}

/** A table's own entry: a host may be called "constructor". */
function entry<T>(table: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

function expandInterface(device: ScenarioInterface): ExpandedInterface {
  const [address = "", prefix] = device.address.split("/");
  const { name, network } = device;
  return { name, network, address, prefix: Number(prefix), mac: device.mac ?? macOf(address) };
}

function filesOf(scenario: Scenario, host: string): Record<string, string> {
  const own = `${host}:`;
  return Object.fromEntries(
    Object.entries(scenario.files ?? {})
      .filter(([key]) => key.startsWith(own))
      .map(([key, content]) => [key.slice(own.length), content]),
  );
}
