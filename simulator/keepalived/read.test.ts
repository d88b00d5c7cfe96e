import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editValue, readValue } from "./edit.ts";
import { readConfiguration } from "./opinions.ts";
import { readMeaning } from "./read.ts";

const PATH = "/etc/keepalived/keepalived.conf";
const NICS = ["lo", "eth0", "eth1"];

function read(text: string) {
  return readConfiguration(text, { path: PATH, nics: NICS });
}

const article = JSON.parse(readFileSync("simulator/recordings/lvs-a-dr.recorded.json", "utf8")) as {
  files: Record<string, string>;
};
const ARTICLE = article.files[`keepalived:${PATH}`] ?? "";

test("the article's file: exactly one complaint, by the checkers, and exit status 5", () => {
  const { diagnostics, exitCode, fatal } = read(ARTICLE);
  expect(diagnostics.map(({ process, text }) => [process, text])).toEqual([
    ["Keepalived_healthcheckers", `(${PATH}: Line 28) Unknown keyword 'nat_mask'`],
  ]);
  expect([exitCode, fatal]).toEqual([5, false]);
});

test.each([
  ["HTTP_GET", 1, 3, "url {\n path /\n }"],
  ["SSL_GET", 1, 3, "url {\n path /\n }"],
  ["TCP_CHECK", 1, 1, ""],
  ["SMTP_CHECK", 1, 1, ""],
  ["PING_CHECK", 1, 1, ""],
  ["UDP_CHECK", 1, 1, ""],
  ["DNS_CHECK", 3, 7, ""],
  ["MISC_CHECK", 0, 1, "misc_path /bin/true"],
])("%s without options: %i retries, %i s before each (K131)", (type, retries, pause, inner) => {
  const text = `virtual_server 10.0.0.1 80 {
  delay_loop 7
  real_server 10.0.0.2 81 {
    ${type} {
      ${inner}
    }
  }
}`;
  const [checker] = read(text).config.virtualServers[0]?.realServers[0]?.checkers ?? [];
  const delayLoopUs = 7e6;
  expect(checker).toMatchObject({
    type,
    retries,
    delayBeforeRetryUs: pause * 1e6,
    connectTimeoutUs: 5e6,
    delayLoopUs,
    warmupUs: delayLoopUs,
    connectIp: "10.0.0.2",
    connectPort: 81,
    alpha: false,
    logAllFailures: false,
    ...(type === "MISC_CHECK" && { timeoutUs: delayLoopUs }),
    ...(type === "DNS_CHECK" && { queryType: 6, name: "" }),
  });
});

test("without opinions the same is read, and said of its structure", () => {
  const environment = { path: PATH, nics: NICS };
  const light = readMeaning(ARTICLE, environment);
  const full = readConfiguration(ARTICLE, environment);
  expect(light).toEqual(full);
});

test("what the article's file means", () => {
  const { config } = read(ARTICLE);
  expect(config.instances).toMatchObject([
    { name: "VI_1", priority: 100, advertIntervalUs: 1e6, authType: 1, password: "123456" },
  ]);
  expect(config.instances[0]).toMatchObject({
    virtualRouterId: 18,
    garpRepeat: 5,
    garpDelayUs: 5e6,
    garpRefreshUs: 10e6,
    garpRefreshRepeat: 2,
    addresses: [{ address: "192.168.88.100", prefix: 24 }],
  });
  const [server] = config.virtualServers;
  expect(server).toMatchObject({ port: 80, scheduler: "wlc", method: "route", quorum: 1 });
  expect(server?.realServers[0]?.checkers[0]).toMatchObject({
    type: "HTTP_GET",
    retries: 1,
    delayBeforeRetryUs: 3e6,
    connectTimeoutUs: 1e6,
    delayLoopUs: 6e6,
    warmupUs: 6e6,
  });
});

const instance = (lines: string): string =>
  `vrrp_instance VI_1 {\n  interface eth1\n  virtual_router_id 51\n  ${lines}\n` +
  "  virtual_ipaddress {\n    10.0.0.1/24\n  }\n}\n";

// K208: the first line of what keepalived 2.2.7 prints.
describe("what is wrong with a file", () => {
  test.each([
    ["nothing", instance("priority 100"), undefined],
    ["a misspelt keyword", instance("priorty 100"), "Unknown keyword 'priorty'"],
    ["a number too large", instance("priority 256"), "number '256' outside range [1, 255]"],
    ["a word for a number", instance("priority high"), "invalid number 'high'"],
    ["a semicolon", instance("priority 100;"), "invalid number '100;'"],
    [
      "an unknown state",
      instance("state master"),
      "(VI_1) unknown state 'master', defaulting to BACKUP",
    ],
    [
      "an interval too long",
      instance("advert_int 300"),
      "number '300' outside range [0.010000, 255.000000]",
    ],
    [
      "a long password",
      instance("authentication {\n auth_type PASS\n auth_pass 123456789\n }"),
      "Truncating auth_pass to 8 characters",
    ],
    [
      "nopreempt with MASTER",
      instance("state MASTER\n nopreempt\n priority 100"),
      "(VI_1) Warning - nopreempt will not work with initial state MASTER - clearing",
    ],
    ["a missing brace", instance("priority 100").slice(0, -2), "There are 1 missing '}'s"],
    ["a brace too many", `${instance("priority 100")}}\n`, "Extra '}' found"],
  ])("%s", (_name, text, complaint) => {
    const first = read(text).diagnostics[0]?.text;
    if (complaint === undefined) expect(first).toBeUndefined();
    else expect(first).toContain(complaint);
  });
});

test("an interface that is not there stops a real start (K190)", () => {
  expect(read(instance("interface eth9")).fatal).toBe(true);
});

test("no text makes the reader throw", { timeout: 60_000 }, () => {
  const words = [
    "vrrp_instance",
    "virtual_server",
    "{",
    "}",
    "priority",
    '"',
    "#",
    "\\",
    "url",
    "\n",
  ];
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.oneof(fc.constantFrom(...words), fc.string())).map((parts) => parts.join(" ")),
  );
  fc.assert(
    fc.property(text, (each) => {
      read(each);
    }),
    { numRuns: 10_000 },
  );
});

test("a switch changes its value and nothing else", () => {
  const path = ["vrrp_instance", "priority"];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 255 }), (priority) => {
      const edited = editValue(ARTICLE, path, String(priority)) ?? "";
      expect(readValue(edited, path)).toBe(String(priority));
      expect(read(edited).config.instances[0]?.priority).toBe(priority);
      expect(editValue(edited, path, "100")).toBe(ARTICLE);
    }),
  );
});
