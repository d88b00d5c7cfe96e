// What the names and times in a well-shaped scenario refer to: hosts, networks, addresses, order.
import { list } from "./check.ts";
import type { Report } from "./check.ts";
import { memberPath } from "./json.ts";
import { subnetOf, TOPOLOGIES } from "./topology.ts";
import type { Scenario, ScenarioHost } from "./types.ts";

export function checkReferences(scenario: Scenario, report: Report): void {
  if (scenario.networks !== undefined && scenario.topology !== undefined) {
    return report("networks", "not-together", { first: '"topology"', second: '"networks"' });
  }
  const known = checkHosts(scenario, report);
  (scenario.only ?? []).forEach((host, i) => {
    expectName(known, "host", host, memberPath("only", i), report);
  });
  const { only } = scenario;
  const built = only === undefined ? known : new Set(only.filter((host) => known.has(host)));
  // A table may speak of a host that `only` leaves out; a step cannot happen there.
  checkTables(scenario, known, report);
  checkSteps(scenario, built, report);
}

/** The names of all hosts that could be built. */
function checkHosts(scenario: Scenario, report: Report): ReadonlySet<string> {
  const topology = scenario.networks ? undefined : TOPOLOGIES[scenario.topology ?? "flat"];
  const networks = new Set((scenario.networks ?? []).map((network) => network.name));
  const known = new Set((topology?.hosts ?? []).map((host) => host.name));
  (scenario.hosts ?? []).forEach((host, i) => {
    const at = memberPath("hosts", i);
    if (known.has(host.name)) report(`${at}.name`, "twice", { found: host.name });
    known.add(host.name);
    if (scenario.networks) checkLongForm(host, at, networks, report);
    else checkShorthand(host, at, scenario.topology ?? "flat", report);
  });
  return known;
}

function checkLongForm(
  host: ScenarioHost,
  at: string,
  networks: ReadonlySet<string>,
  report: Report,
): void {
  if (host.ip !== undefined) {
    report(`${at}.ip`, "not-together", { first: '"networks"', second: '"ip" (use "interfaces")' });
  } else if (host.interfaces === undefined) {
    report(at, "missing", { name: "interfaces" });
  }
  const devices = new Set<string>();
  (host.interfaces ?? []).forEach((device, i) => {
    const path = memberPath(`${at}.interfaces`, i);
    expectName(networks, "network", device.network, `${path}.network`, report);
    if (devices.has(device.name)) report(`${path}.name`, "twice", { found: device.name });
    devices.add(device.name);
  });
}

function checkShorthand(
  host: ScenarioHost,
  at: string,
  topology: keyof typeof TOPOLOGIES,
  report: Report,
): void {
  if (host.interfaces !== undefined) {
    report(`${at}.interfaces`, "not-together", {
      first: '"topology"',
      second: '"interfaces" (use "ip", or "networks" for the whole)',
    });
  } else if (host.ip === undefined) {
    report(at, "missing", { name: "ip" });
  } else if (subnetOf(topology, host.ip) === undefined) {
    const known = list(TOPOLOGIES[topology].subnets.map((subnet) => subnet.subnet));
    report(`${at}.ip`, "unknown-name", { what: "network for", found: host.ip, known });
  }
}

/** The tables by host: web, gateway, sysctl, files, draws. */
function checkTables(scenario: Scenario, known: ReadonlySet<string>, report: Report): void {
  (scenario.web ?? []).forEach((host, i) => {
    expectName(known, "host", host, memberPath("web", i), report);
  });
  for (const table of ["gateway", "sysctl"] as const) {
    for (const host of Object.keys(scenario[table] ?? {})) {
      expectName(known, "host", host, memberPath(table, host), report);
    }
  }
  for (const key of Object.keys(scenario.files ?? {})) {
    const at = memberPath("files", key);
    const [host = "", path] = key.split(/:(.*)/s);
    if (path === undefined || !path.startsWith("/")) {
      report(at, "malformed", { found: key, expected: 'a host and a path ("node-1:/etc/hosts")' });
    } else {
      expectName(known, "host", host, at, report);
    }
  }
  (scenario.draws ?? []).forEach((draw, i) => {
    expectName(known, "host", draw.host, `${memberPath("draws", i)}.host`, report);
  });
}

function checkSteps(scenario: Scenario, built: ReadonlySet<string>, report: Report): void {
  let before = 0;
  scenario.steps.forEach((step, i) => {
    const at = memberPath("steps", i);
    if ("host" in step) expectName(built, "host", step.host, `${at}.host`, report);
    if ("hosts" in step) {
      step.hosts.forEach((host, j) => {
        expectName(built, "host", host, memberPath(`${at}.hosts`, j), report);
      });
    }
    if (step.t < before) {
      report(`${at}.t`, "out-of-order", { found: String(step.t), before: String(before) });
    }
    before = Math.max(before, step.t);
  });
  const { end } = scenario;
  if (end !== undefined && end < before) {
    report("end", "out-of-order", { found: String(end), before: String(before) });
  }
}

function expectName(
  known: ReadonlySet<string>,
  what: string,
  found: string,
  at: string,
  report: Report,
): void {
  if (!known.has(found)) report(at, "unknown-name", { what, found, known: list(known) });
}
