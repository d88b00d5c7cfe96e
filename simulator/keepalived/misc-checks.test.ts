// MISC_CHECK (K89, K131, K147), what any checker may be told (K126, K131, K136), and an SMTP_CHECK's
// host blocks (K159). Log lines and times were measured with keepalived 2.2.7.
import { expect, test } from "vitest";
import { exitProcess, setTimer } from "../host/system.ts";
import type { Program } from "../programs/program.ts";
import { play } from "./test-checks.ts";

const X = "[192.168.88.10]:tcp:80";
const VS = "[192.168.88.100]:tcp:80";
const SECURE = "global_defs {\n script_user root\n enable_script_security\n}\n";
const SCRIPT = "/etc/keepalived/check.sh";
const SAID = `Misc check for [${X} VS ${VS}] by [${SCRIPT}]`;
const REMOVED = `Removing service ${X} from VS ${VS}`;
const ADDED = `Adding service ${X} to VS ${VS}`;
/** Reads what to do from /tmp/how, and notes each run by a line. */
const TEXT = "#!/bin/bash\\necho >> /tmp/runs\\n. /tmp/how\\n";

/** `changes` are "8.5 exit 1": from then on the script does that. */
function misc(more: string, changes: readonly string[], server = "", end = 20) {
  const steps = changes.map((change) => {
    const [, t = "", how = ""] = /^(\S+) (.*)$/.exec(change) ?? [];
    return `${t} keepalived: echo '${how}' > /tmp/how`;
  });
  const checker = `MISC_CHECK {\n misc_path ${SCRIPT}\n ${more}\n}`;
  const make = `printf '${TEXT}' > ${SCRIPT}; chmod 755 ${SCRIPT}`;
  const service = { before: SECURE, checker, server, protocol: "TCP" } as const;
  return play(service, [`0.2 keepalived: ${make}`, ...steps], end).lines;
}

test.each([
  ["", "exit 3", 14, ["8 failed with retry disabled (exited with status 3)."]],
  ["", "kill -9 $$", 14, ["8 failed with retry disabled (due to signal 9)."]],
  ["misc_timeout 1", "sleep 5", 14, ["9 timed out with retry disabled."]],
  [
    "retry 1\n delay_before_retry 1",
    "exit 1",
    12,
    ["9 failed after 1 retry (exited with status 1)."],
  ],
  [
    "retry 2\n delay_before_retry 1",
    "exit 1",
    13,
    ["10 failed after 2 retries (exited with status 1)."],
  ],
  [
    "log_all_failures\n retry 2\n delay_before_retry 1",
    "exit 1",
    13,
    [
      "8 failed, will do 2 retries (exited with status 1).",
      "9 failed on retry 1/2 (exited with status 1).",
      "10 failed after 2 retries (exited with status 1).",
    ],
  ],
  [
    "log_all_failures\n misc_timeout 1\n retry 2\n delay_before_retry 1",
    "sleep 5",
    13,
    [
      "9 timed out, will do 2 retries.",
      "10 timed out on retry 1/2.",
      "11 timed out after 2 retries.",
    ],
  ],
])("MISC_CHECK with %j: %s, good again at %i (K89)", (more, how, back, told) => {
  const lines = misc(more, ["0.3 exit 0", `6.5 ${how}`, "11.5 exit 0"]);
  expect(lines).toEqual([
    `2 ${SAID} succeeded.`,
    ...told.map((each) => each.replace(" ", ` ${SAID} `)),
    `${Number.parseInt(told.at(-1) ?? "", 10)} ${REMOVED}`,
    `${back} ${SAID} succeeded.`,
    `${back} ${ADDED}`,
  ]);
});

test("the first failure counts, though it names its retries (K133)", () => {
  const lines = misc("retry 2\n log_all_failures", ["0.3 exit 1"], "", 12);
  const said = `${SAID} failed after 2 retries (exited with status 1).`;
  expect(lines).toEqual([`2 ${said}`, `2 ${REMOVED}`]);
});

test.each([
  // Each attempt ends with its second; the pause counts from its beginning.
  ["retry 2\n delay_before_retry 2\n misc_timeout 1", [9, 11, 13]],
  ["retry 2\n delay_before_retry 0.2\n misc_timeout 1", [9, 10, 11]],
])("retries begin delay_before_retry after the attempt did, or at its end: %j", (more, ends) => {
  const lines = misc(`log_all_failures\n ${more}`, ["0.3 exit 0", "6.5 sleep 5"], "", 14);
  const late = lines.filter((each) => each.includes("timed out"));
  expect(late.map((each) => Number.parseInt(each, 10))).toEqual(ends);
});

/** Lasts five seconds and does not heed SIGTERM. */
const stubborn: Program = {
  startUs: 1_000,
  signals: ["SIGTERM"],
  run(process, reason, system) {
    if (reason.kind === "start") setTimer(system, process, "end", system.sim.now + 5_000_000);
    if (reason.kind === "timer") exitProcess(system, process, 0);
  },
};

test("who does not heed SIGTERM is killed two seconds later, and the next round waits (K106)", () => {
  const begun: number[] = [];
  const noted: Program = {
    ...stubborn,
    run(process, reason, system) {
      if (reason.kind === "start") begun.push(Math.floor(system.sim.now / 1_000_000));
      stubborn.run(process, reason, system);
    },
  };
  const checker = 'MISC_CHECK {\n misc_path "/usr/bin/sleep 5"\n misc_timeout 2\n}';
  const service = { before: SECURE, checker, protocol: "TCP" } as const;
  const { lines } = play(service, [], 16, { sleep: noted });
  const said = `Misc check for [${X} VS ${VS}] by [/usr/bin/sleep] timed out with retry disabled.`;
  expect(lines).toEqual([`6 ${said}`, `6 ${REMOVED}`]);
  // The pause of three seconds is over when it ends.
  expect(begun).toEqual([2, 6, 10, 14]);
});

test("misc_dynamic: the weight is told first, and forgotten when the server goes (K147)", () => {
  const changes = ["0.3 exit 7", "6.5 exit 1", "9.5 exit 7", "12.5 exit 1", "15.5 exit 0"];
  const change = (which: string): string =>
    `Changing weight from 4 to 5 for ${which} service ${X} of VS ${VS}`;
  const failed = `${SAID} failed with retry disabled (exited with status 1).`;
  expect(misc("misc_dynamic", changes, "weight 4")).toEqual([
    `2 ${change("active")}`,
    `2 ${SAID} succeeded.`,
    `8 ${failed}`,
    `8 ${REMOVED}`,
    `11 ${change("inactive")}`,
    `11 ${SAID} succeeded.`,
    `11 ${ADDED}`,
    `14 ${failed}`,
    `14 ${REMOVED}`,
    `17 ${SAID} succeeded.`,
    `17 ${ADDED}`,
  ]);
});

const tcp = (more: string, server = "", service = "", end = 12) =>
  play({ checker: `TCP_CHECK {\n ${more}\n}`, server, service, protocol: "TCP" }, WEB, end).lines;
/** The web server ends between the checks of seconds 5 and 8. */
const WEB = ["6.5 node-1: systemctl stop openresty"];

test.each([
  ["", "", "alpha", true],
  ["", "", "alpha no", true],
  ["", "alpha", "", true],
  ["alpha yes", "", "", true],
  ["", "alpha off", "alpha", false],
  ["alpha no", "alpha", "", false],
  ["alpha false", "", "alpha", false],
])(
  "%j in %j in %j begins as down: %s; the innermost counts (K136)",
  (own, server, service, down) => {
    expect(tcp(own, server, service, 4).includes(`2 ${ADDED}`)).toBe(down);
  },
);

test.each([
  ["retry 3", "retry 2", "after 3 retries", 11],
  ["", "retry 2", "after 2 retries", 10],
  ["retry 0", "retry 2", "failed.", 8],
  // Only a checker may do without.
  ["", "retry 0", "after 1 retries", 9],
])("retry: %j in a server with %j (K131)", (own, server, said, at) => {
  const failed = tcp(`delay_before_retry 1\n ${own}`, server).find((each) => /_CHECK/.test(each));
  expect(failed).toContain(said);
  expect(Number.parseInt(failed ?? "", 10)).toBe(at);
});

test("a time out of its range is none: the outer one counts", () => {
  const checker = "TCP_CHECK {\n connect_timeout 0\n}";
  const service = "connect_timeout 2";
  const { lines } = play({ checker, service, address: "192.168.88.77", protocol: "TCP" }, [], 6);
  const failed = "4 TCP_CHECK on service [192.168.88.77]:tcp:80 failed.";
  expect(lines.filter((each) => each.startsWith("4 TCP"))).toEqual([failed]);
});

test.each([
  ["yes", "", "Disabling"],
  ["off", "inhibit_on_failure", "Removing"],
  [undefined, "inhibit_on_failure", "Disabling"],
])("inhibit_on_failure %s in a service with %j (K138)", (own, service, verb) => {
  const server = own === undefined ? "" : `inhibit_on_failure ${own}`;
  expect(tcp("retry 0", server, service).at(-1)).toContain(`${verb} service`);
});

test.each([
  ["PING_CHECK", "3 ICMP CHECK on service"],
  ["UDP_CHECK", "3 UDP_CHECK on service"],
  ["TCP_CHECK", "3 TCP_CHECK on service"],
])("%s that begins as down tells its first failure without the reason", (name, said) => {
  const checker = `${name} {\n alpha\n log_all_failures\n ${name === "UDP_CHECK" ? "require_reply" : ""}\n}`;
  const { lines } = play({ checker, address: "192.168.88.77", protocol: "TCP" }, [], 12);
  expect(lines).toEqual([`${said} [192.168.88.77]:tcp:80 failed.`]);
});

test("an SMTP_CHECK is one checker, and each host block in it one more (K159)", () => {
  const host = (lines: string): string => `host {\n ${lines}\n }`;
  const checker = `SMTP_CHECK {
    retry 0
    connect_port 29
    ${host("connect_port 26")}
    ${host("connect_ip 192.168.88.2")}
  }`;
  const { lines } = play({ checker, port: 25, protocol: "TCP" }, [], 4);
  const where = ["192.168.88.10]:29", "192.168.88.10]:26", "192.168.88.2]:25"];
  // The three fail in one moment.
  const told = lines.filter((each) => each.includes("SMTP_CHECK")).sort();
  expect(told).toEqual([
    "1 The SMTP_CHECK host block is deprecated. Please define additional checkers.",
    ...where.map((each) => `2 SMTP_CHECK Could not connect to server [${each}`).sort(),
  ]);
});
