import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeError, expandScenario, macOf, readRecording, readScenario } from "./scenario.ts";
import type { ExpandedScenario, Scenario } from "./scenario.ts";

const FOLDER = new URL("./recordings/", import.meta.url);
const recordings = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".recorded.json"))
  .map((name) => [name, readFileSync(new URL(name, FOLDER), "utf8")] as const);

function messagesOf(source: unknown): string[] {
  const read = readScenario(source);
  return "errors" in read ? read.errors.map(describeError) : [];
}

function expanded(scenario: Partial<Scenario>): ExpandedScenario {
  const read = readScenario({ steps: [], ...scenario });
  if ("errors" in read) throw new Error(read.errors.map(describeError).join("\n"));
  return expandScenario(read.scenario);
}

describe("recordings", () => {
  it.each(recordings)("%s is read, and its hosts are those that were built", (_, text) => {
    const read = readRecording(text);
    if ("errors" in read) throw new Error(read.errors.map(describeError).join("\n"));
    const { hosts } = expandScenario(read.recording);
    const built = hosts.map(({ name, role, interfaces }) => ({
      name,
      if: interfaces.map((device) => device.name),
      ip: Object.fromEntries(
        interfaces.map(({ name, address, prefix }) => [name, `${address}/${prefix}`]),
      ),
      role,
    }));
    expect(built).toEqual(read.recording.hosts_built);
  });

  it.each(recordings)("%s: frames reach the port plugged in last first", (_, text) => {
    const read = readRecording(text);
    if ("errors" in read) throw new Error(read.errors.map(describeError).join("\n"));
    const { hosts } = expandScenario(read.recording);
    const order = hosts.map(({ name }) => name).reverse();
    for (const { dst, from, to = [] } of read.recording.frames) {
      if (dst !== "broadcast") continue;
      expect(to).toEqual(order.filter((name) => name !== from && to.includes(name)));
    }
  });

  it("gives the scenario without what came of it", () => {
    const read = readScenario(recordings[0]![1]);
    const fields = "scenario" in read ? Object.keys(read.scenario) : [];
    expect(fields).not.toContain("frames");
    expect("scenario" in read && Object.keys(read.scenario.steps[0]!)).toEqual([
      "t",
      "host",
      "run",
      "record",
    ]);
  });
});

describe("expandScenario", () => {
  it("builds the article's five hosts, nodes with a web server", () => {
    const { hosts, networks, start, end, seed, capture } = expanded({});
    expect(networks).toEqual(["lan"]);
    expect({ start, end, seed, capture }).toEqual({
      start: 1795401804,
      end: 10,
      seed: 1,
      capture: "full",
    });
    expect(hosts.map(({ name, interfaces, web }) => [name, interfaces[0]?.address, web])).toEqual([
      ["keepalived", "192.168.88.8", false],
      ["keepalived-backup", "192.168.88.9", false],
      ["node-1", "192.168.88.10", true],
      ["node-2", "192.168.88.11", true],
      ["client", "192.168.88.2", false],
    ]);
    expect(hosts[0]?.interfaces).toEqual([
      {
        name: "eth1",
        network: "lan",
        address: "192.168.88.8",
        prefix: 24,
        mac: "02:00:00:00:58:08",
      },
    ]);
  });

  it("builds directors with a foot in each of two subnets", () => {
    const { hosts, networks } = expanded({
      topology: "two-subnet",
      gateway: { "node-1": "192.168.88.1" },
    });
    expect(networks).toEqual(["outside", "lan"]);
    expect(
      hosts.map(({ name, interfaces, gateway }) => [
        name,
        interfaces.map((device) => `${device.name}@${device.network} ${device.address}`),
        gateway,
      ]),
    ).toEqual([
      ["keepalived", ["eth0@outside 192.168.1.8", "eth1@lan 192.168.88.8"], undefined],
      ["keepalived-backup", ["eth0@outside 192.168.1.9", "eth1@lan 192.168.88.9"], undefined],
      ["node-1", ["eth1@lan 192.168.88.10"], "192.168.88.1"],
      ["node-2", ["eth1@lan 192.168.88.11"], undefined],
      ["client", ["eth0@outside 192.168.1.2"], undefined],
    ]);
  });

  it("gives each host its own files, sysctls and web server", () => {
    const { hosts } = expanded({
      hosts: [{ name: "node-3", ip: "192.168.88.12/24", role: "node" }],
      only: ["node-1", "node-3", "client"],
      web: ["client"],
      files: { "node-3:/etc/a:b": "x", "node-1:/etc/hosts": "y" },
      sysctl: { "node-3": { "net.ipv4.ip_forward": 1 } },
      keepalived_options: "-D -d",
    });
    expect(hosts.map(({ name, files, sysctl, web }) => ({ name, files, sysctl, web }))).toEqual([
      { name: "node-1", files: { "/etc/hosts": "y" }, sysctl: {}, web: false },
      { name: "client", files: {}, sysctl: {}, web: true },
      {
        name: "node-3",
        files: { "/etc/a:b": "x" },
        sysctl: { "net.ipv4.ip_forward": "1" },
        web: false,
      },
    ]);
    expect(hosts[0]?.keepalivedOptions).toBe("-D -d");
  });

  it("takes networks and hosts in full", () => {
    const { hosts, networks } = expanded({
      format: 1,
      seed: 7,
      start: "1999-12-31T23:59:59Z",
      networks: [{ name: "a" }, { name: "b" }],
      hosts: [
        {
          name: "r1",
          role: "director",
          interfaces: [
            { name: "eth0", network: "a", address: "10.0.0.1/8" },
            { name: "eth1", network: "b", address: "10.1.2.3/30", mac: "02:00:00:00:00:01" },
          ],
        },
      ],
    });
    expect(networks).toEqual(["a", "b"]);
    expect(hosts).toMatchObject([
      {
        name: "r1",
        interfaces: [
          { network: "a", address: "10.0.0.1", prefix: 8, mac: "02:00:00:00:00:01" },
          { network: "b", address: "10.1.2.3", prefix: 30, mac: "02:00:00:00:00:01" },
        ],
      },
    ]);
  });

  it("derives a MAC address from the third and fourth octet", () => {
    expect(macOf("192.168.1.200")).toBe("02:00:00:00:01:c8");
  });
});

const ls = { t: 1, host: "client", run: "ls" };

describe("a mistake in what the file says", () => {
  it.each<[string, unknown, string]>([
    ["no object", [], "expected an object, found a list"],
    ["no steps", {}, '"steps" is missing'],
    ["another format", { format: 2, steps: [] }, 'format: "2" is none of 1'],
    ["text for a number", { end: "50", steps: [] }, "end: expected a number, found text"],
    [
      "a fraction for a whole number",
      { seed: 1.5, steps: [] },
      "seed: expected a whole number, found a number",
    ],
    [
      "a date that is none",
      { start: "2026-02-30T00:00:00Z", steps: [] },
      'start: "2026-02-30T00:00:00Z" is not a date and time of day in UTC ("2026-11-23T02:43:24Z")',
    ],
    [
      "an unknown topology",
      { topology: "ring", steps: [] },
      'topology: "ring" is none of flat, two-subnet',
    ],
    [
      "topology and networks",
      { topology: "flat", networks: [], steps: [] },
      'networks: "topology" and "networks" exclude each other',
    ],
    [
      "a host without address",
      { hosts: [{ name: "a", role: "node" }], steps: [] },
      'hosts[0]: "ip" is missing',
    ],
    [
      "an address that is none",
      { hosts: [{ name: "a", role: "node", ip: "192.168.88.300/24" }], steps: [] },
      'hosts[0].ip: "192.168.88.300/24" is not an IPv4 address with its prefix length (192.168.88.8/24)',
    ],
    [
      "an address of no network",
      { hosts: [{ name: "a", role: "node", ip: "10.0.0.1/24" }], steps: [] },
      'hosts[0].ip: there is no network for "10.0.0.1/24"; known are 192.168.88.0/24',
    ],
    [
      "a host twice",
      { hosts: [{ name: "client", role: "node", ip: "192.168.88.12/24" }], steps: [] },
      'hosts[0].name: "client" is there twice',
    ],
    [
      "a network that is not there",
      {
        networks: [{ name: "a" }],
        hosts: [
          {
            name: "x",
            role: "node",
            interfaces: [{ name: "eth0", network: "b", address: "10.0.0.1/8" }],
          },
        ],
        steps: [],
      },
      'hosts[0].interfaces[0].network: there is no network "b"; known are a',
    ],
    [
      "an unknown host in only",
      { only: ["me"], steps: [] },
      'only[0]: there is no host "me"; known are keepalived, keepalived-backup, node-1, node-2, client',
    ],
    [
      "a file of no host",
      { files: { "me:/etc/hosts": "" }, steps: [] },
      'files["me:/etc/hosts"]: there is no host "me"; known are keepalived, keepalived-backup, node-1, node-2, client',
    ],
    [
      "a file without path",
      { files: { client: "" }, steps: [] },
      'files.client: "client" is not a host and a path ("node-1:/etc/hosts")',
    ],
    [
      "a step on a host that is not built",
      { only: ["node-1"], steps: [ls] },
      'steps[0].host: there is no host "client"; known are node-1',
    ],
    ["a step without command", { steps: [{ t: 1, host: "client" }] }, 'steps[0]: "run" is missing'],
    [
      "a step with both",
      { steps: [{ ...ls, op: "heal" }] },
      'steps[0]: "run" and "op" exclude each other',
    ],
    [
      "an unknown field",
      { steps: [{ ...ls, rn: 1 }] },
      "steps[0].rn: there is no such field; known are t, note, host, run, record, bg, prompt, timeout",
    ],
    [
      "an unknown operation",
      { steps: [{ t: 1, op: "boom" }] },
      'steps[0].op: "boom" is none of link-down, link-up, crash, power-off, power-on, reboot, freeze, thaw, delay, loss, isolate, isolate-vrrp, heal, save',
    ],
    [
      "an operation that is no text",
      { steps: [{ t: 1, op: null }] },
      'steps[0].op: "null" is none of link-down, link-up, crash, power-off, power-on, reboot, freeze, thaw, delay, loss, isolate, isolate-vrrp, heal, save',
    ],
    [
      "a field of another operation",
      { steps: [{ t: 1, op: "heal", host: "client" }] },
      "steps[0].host: there is no such field; known are t, note, op",
    ],
    [
      "loss of more than all",
      { steps: [{ t: 1, op: "loss", host: "client", share: 2 }] },
      "steps[0].share: 2 is outside 0 to 1",
    ],
    [
      "steps out of order",
      { steps: [{ ...ls, t: 2 }, ls] },
      "steps[1].t: 1 comes after 2: steps stand in order of time",
    ],
    [
      "an end before the last step",
      { steps: [ls], end: 0.5 },
      "end: 0.5 comes after 1: steps stand in order of time",
    ],
    [
      "a draw on no host",
      { steps: [], draws: [{ host: "me", what: "first-check", of: "x", seconds: 1 }] },
      'draws[0].host: there is no host "me"; known are keepalived, keepalived-backup, node-1, node-2, client',
    ],
  ])("%s", (_, source, message) => {
    expect(messagesOf(source)).toEqual([message]);
  });
});

describe("a mistake in the text has line and column", () => {
  it.each([
    ["", "line 1, column 1: expected a value"],
    ['{\n  "steps": [\n}', "line 3, column 1: steps[0]: expected a value"],
    ['{"steps": []\n "end": 1}', 'line 2, column 2: expected "," or "}"'],
    ['{"steps": [1 2]}', 'line 1, column 14: steps: expected "," or "]"'],
    ['{"steps": [],}', 'line 1, column 14: expected a key in quotes ("…")'],
    ["{'steps': []}", 'line 1, column 2: expected a key in quotes ("…")'],
    ['{"name": "abc\n"}', 'line 1, column 14: name: expected a closing quote (")'],
    [
      '{"name": "\\x"}',
      'line 1, column 11: name: expected an escape that JSON knows (\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000)',
    ],
    ['{"end": 01}', "line 1, column 9: end: expected a value"],
    ['{"steps": []} x', "line 1, column 15: expected the end of the file"],
    ['{"end": 1,\n "end": 2}', 'line 2, column 2: end: "end" is there twice'],
    [
      "[".repeat(100_000),
      `line 1, column 66: ${"[0]".repeat(65)}: nested more than 64 levels deep`,
    ],
    [
      '{"steps": [\n  {"t": 1,\n   "host": "me", "run": "ls"}]}',
      'line 3, column 12: steps[0].host: there is no host "me"; known are keepalived, keepalived-backup, node-1, node-2, client',
    ],
    [
      '{\n\n  "foo": 1, "steps": []}',
      "line 3, column 10: foo: there is no such field; known are format, software, seed, start, name, title, topology, networks, hosts, only, web, gateway, sysctl, files, keepalived_options, capture, steps, end, draws",
    ],
  ])("%j", (text, message) => {
    expect(messagesOf(text)).toEqual([message]);
  });
});

describe("whatever comes in, the reader answers", () => {
  it("any JSON, as value and as text, and text is read as JSON.parse reads it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const steps = { steps: value };
        const asText = readScenario(JSON.stringify(steps));
        expect("errors" in asText).toBe("errors" in readScenario(steps));
        readScenario({ steps: [], files: value, hosts: value });
        readRecording({ steps: [], frames: value, logs: value });
      }),
      { numRuns: 500 },
    );
  });

  it("a scenario with some of its text exchanged", () => {
    const text = JSON.stringify({ hosts: [{ name: "a", role: "node" }], steps: [ls], end: 5 });
    const anywhere = fc.nat(text.length);
    fc.assert(
      fc.property(anywhere, anywhere, fc.string(), (from, length, by) => {
        const read = readScenario(text.slice(0, from) + by + text.slice(from + length));
        if ("scenario" in read) expandScenario(read.scenario);
      }),
      { numRuns: 2000 },
    );
  });
});
