// Health checks of a pool: what is asked, how often, and when a server or the quorum goes and comes
// (K87-K92, K131-K147).
import { expect, test } from "vitest";
import { replay } from "../replay.ts";
import type { Step } from "../scenario.ts";
import { CONF, SECURE } from "./test-directors.ts";

interface Pool {
  /** Lines of the virtual_server. */
  readonly service?: string;
  /** Lines of each real_server. */
  readonly server?: string;
  /** Of 192.168.88.10 and .11, in place of the TCP_CHECK. */
  readonly check?: string;
  readonly before?: string;
  readonly servers?: readonly number[];
}

const TCP = "TCP_CHECK {\n connect_timeout 1\n retry 0\n }";

/** The director begins at second 1, its first checks come at second 2 (warmup 0, K132). */
function play(pool: Pool, steps: readonly Step[], end = 40) {
  const { service = "", server = "", check = TCP, before = "", servers = [10, 11] } = pool;
  const real = (octet: number) =>
    `real_server 192.168.88.${octet} 80 {\n weight 1\n ${server}\n ${check}\n}`;
  const played = replay({
    topology: "flat",
    only: ["keepalived", "node-1", "node-2", "client"],
    files: {
      [`keepalived:${CONF}`]: `${before}
virtual_server 192.168.88.100 80 {
  delay_loop 2
  warmup 0
  lb_algo rr
  lb_kind DR
  protocol TCP
  ${service}
  ${servers.map(real).join("\n")}
}
`,
      "keepalived:/etc/keepalived/note.sh": '#!/bin/sh\necho "$*" >> /tmp/notes\n',
    },
    steps: [{ t: 1, host: "keepalived", run: "systemctl start keepalived" }, ...steps],
    end,
  });
  const log = played.logs["keepalived"] ?? [];
  const checks = log.filter(({ ident }) => ident === "Keepalived_healthcheckers");
  return {
    said: (pattern: RegExp) => checks.filter(({ msg }) => pattern.test(msg)).map(({ msg }) => msg),
    timeOf: (text: string, after = 0) =>
      checks.find(({ t, msg }) => t >= after && msg.includes(text))?.t ?? NaN,
    outputs: played.steps.flatMap((step) => ("stdout" in step ? [step.stdout ?? ""] : [])),
    frames: played.frames,
  };
}

const on = (t: number, host: string, run: string): Step => ({ t, host, run });
const shown = (t: number, run = "ipvsadm -Ln"): Step => ({
  t,
  host: "keepalived",
  run,
  record: true,
});
const PAGE = "/var/www/index.html";
const RIP = "[192.168.88.10]:tcp:80";
const VIP = "[192.168.88.100]:tcp:80";

const http = (url: string, more = ""): string =>
  `HTTP_GET {\n url {\n path /\n ${url}\n }\n connect_timeout 1\n retry 0\n ${more}\n }`;

// md5 of "192.168.88.10\n", the page of node-1.
const DIGEST = "f5f65f5caa75f68f80c0de8a84f3703c";

test("a digest is of the body: another page is a failure, its return a success (K142)", () => {
  const steps = [
    on(10.5, "node-1", `echo other > ${PAGE}`),
    on(20.5, "node-1", `echo 192.168.88.10 > ${PAGE}`),
  ];
  const check = http(`digest ${DIGEST}`, "log_all_failures");
  const { said } = play({ check, servers: [10] }, steps);
  expect(said(/digest|Web server|HTTP_CHECK|(Remov|Add)ing service/)).toEqual([
    `Remote Web server ${RIP} succeed on service.`,
    `MD5 digest error to server ${RIP}.`,
    `HTTP_CHECK on service ${RIP} failed.`,
    `Removing service ${RIP} from VS ${VIP}`,
    // The first good round only forgives (K140).
    `MD5 digest success to ${RIP} url(/)`,
    `MD5 digest success to ${RIP} url(/)`,
    `Remote Web server ${RIP} succeed on service.`,
    `Adding service ${RIP} to VS ${VIP}`,
  ]);
});

test.each([
  ["status_code 200", "/", true],
  ["status_code 200", "/nothing", false],
  ["status_code 404", "/nothing", true],
  ["status_code 200 400-410", "/nothing", true],
  ["", "/", true],
  ["", "/nothing", false],
])("%j takes the answer to %s: %s (K142)", (line, path, good) => {
  const check = http(line).replace("path /", `path ${path}`);
  const { outputs } = play({ check, servers: [10] }, [shown(8)], 9);
  expect(outputs[0]?.includes("-> 192.168.88.10:80")).toBe(good);
});

test("HTTP_GET needs two good rounds, with fast_recovery one (K140)", () => {
  const steps = [
    on(10.5, "node-1", "systemctl stop openresty"),
    on(20.5, "node-1", "systemctl start openresty"),
  ];
  const back = (more: string) => {
    const played = play({ check: http("", more), servers: [10] }, steps);
    return played.timeOf("Adding service") - played.timeOf("HTTP status code success");
  };
  expect(back("")).toBeCloseTo(2, 1);
  expect(back("fast_recovery")).toBeCloseTo(0, 1);
});

test("two urls are asked in turn: the first result takes a round more (K143)", () => {
  const url = "url {\n path /\n }";
  const check = `HTTP_GET {\n ${url}\n ${url}\n }`;
  const one = play({ check: `HTTP_GET {\n ${url}\n }`, servers: [10] }, [], 10);
  const two = play({ check, servers: [10] }, [], 10);
  const text = "Remote Web server";
  expect(two.timeOf(text) - one.timeOf(text)).toBeCloseTo(2, 1);
});

test("an HTTP/1.0 request; the innermost virtualhost, or the server's own address (K141)", () => {
  const listen = { ...on(1.5, "node-1", "timeout 2 nc -l -p 8080"), record: true };
  const asked = (more: string, service = "", server = "") => {
    const check = http("", `connect_port 8080\n ${more}`);
    return play({ check, service, server, servers: [10] }, [listen], 6).outputs[0];
  };
  const request = (host: string) =>
    `GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: ${host}\r\n\r\n`;
  expect(asked("")).toBe(request("192.168.88.10:8080"));
  expect(asked("", "virtualhost a.org")).toBe(request("a.org"));
  expect(asked("", "virtualhost a.org", "virtualhost b.org")).toBe(request("b.org"));
  expect(asked("virtualhost c.org", "", "virtualhost b.org")).toBe(request("c.org"));
  expect(asked("http_protocol 1.1")).toContain("GET / HTTP/1.1\r\n");
});

test.each([
  ["TCP_CHECK", "", "failed after 1 retries.", 1],
  ["TCP_CHECK", "retry 3\n delay_before_retry 2", "failed after 3 retries.", 6],
  ["TCP_CHECK", "retry 0", "failed.", 0],
  ["HTTP_GET", "", "failed after 1 retries.", 3],
  ["HTTP_GET", "retry 2\n delay_before_retry 1", "failed after 2 retries.", 2],
])("%s %j: removed after its retries (K131, K139)", (type, lines, told, wait) => {
  const check = `${type} {\n ${type === "HTTP_GET" ? "url {\n path /\n }\n" : ""} ${lines}\n }`;
  const stop = on(10.9, "node-1", "systemctl stop openresty");
  const { said, timeOf } = play({ check, servers: [10] }, [stop], 30);
  expect(said(/CHECK on service/)).toEqual([
    `${type === "TCP_CHECK" ? type : "HTTP_CHECK"} on service ${RIP} ${told}`,
  ]);
  // Checks come at 2, 4, 6 and so on, so the first that fails is that of second 12.
  expect(Math.round(timeOf("Removing service") - 12)).toBe(wait);
});

test("at the very first check one failure is enough, whatever retry says (K133)", () => {
  const check = "TCP_CHECK {\n retry 5\n delay_before_retry 5\n }";
  const stop = on(0.2, "node-1", "systemctl stop openresty");
  const { timeOf, said } = play({ check, servers: [10] }, [stop], 10);
  expect(said(/TCP_CHECK/)).toEqual([`TCP_CHECK on service ${RIP} failed.`]);
  expect(timeOf("Removing service")).toBeLessThan(2.2);
});

test("first checks come at 1 s and a random part of the warm-up, server by server (K132)", () => {
  const check = "TCP_CHECK {\n warmup 6\n connect_timeout 1\n retry 0\n }";
  const servers = Array.from({ length: 30 }, (_, i) => 100 + i);
  const { timeOf } = play({ check, servers }, [], 12);
  // The director begins at second 1; nobody is there, which takes a second to see.
  const firsts = servers.map((n) => timeOf(`TCP_CHECK on service [192.168.88.${n}]`) - 3);
  expect(Math.min(...firsts)).toBeGreaterThan(0);
  expect(Math.min(...firsts)).toBeLessThan(1);
  expect(Math.max(...firsts)).toBeGreaterThan(5);
  expect(Math.max(...firsts)).toBeLessThan(6.2);
});

test("all checkers of a server must be up; each says what it found (K126)", () => {
  const check = `${TCP}\n${http("", "connect_port 8080")}`;
  const steps = [on(8.5, "node-1", "systemctl stop openresty")];
  const { said } = play({ check, servers: [10] }, steps, 14);
  expect(said(/CHECK on|success|(Remov|Add)ing service/).slice(0, 4)).toEqual([
    `TCP connection to ${RIP} success.`,
    `HTTP_CHECK on service ${RIP} failed.`,
    `Removing service ${RIP} from VS ${VIP}`,
    // It is out already.
    `TCP_CHECK on service ${RIP} failed.`,
  ]);
});

test("hysteresis: the quorum goes below quorum - hysteresis, and comes at quorum + hysteresis", () => {
  const rest = (t: number, node: string, verb: string) =>
    on(t, node, `systemctl ${verb} openresty`);
  const service = "quorum 3\n hysteresis 1\n alpha";
  const steps = [
    rest(10, "node-1", "stop"),
    rest(20, "node-2", "stop"),
    rest(30, "node-1", "start"),
    rest(40, "node-2", "start"),
  ];
  // Weights 2 and 2: with one gone 2 are left, which is not below 3 - 1; with both 0.
  const { said, timeOf } = play({ service, server: "weight 2" }, steps, 50);
  expect(said(/quorum/)).toEqual([
    `Gained quorum 3+1=4 <= 4 for VS ${VIP}`,
    `Lost quorum 3-1=2 > 0 for VS ${VIP}`,
    `Gained quorum 3+1=4 <= 4 for VS ${VIP}`,
  ]);
  expect(timeOf("Lost quorum")).toBeGreaterThan(20);
  expect(timeOf("Gained quorum", 20)).toBeGreaterThan(40);
});

test("a reload tells apart several checkers of one kind (K151)", () => {
  const check = `${TCP}\n${TCP.replace("{", "{\n connect_port 8080")}`;
  // What was down is good again before it is asked for the first time.
  const steps: Step[] = [
    on(8, "keepalived", "systemctl reload keepalived"),
    { ...on(8.3, "node-1", "nc -l -p 8080"), bg: true },
  ];
  const { said } = play({ check, servers: [10] }, steps, 10);
  expect(said(/(Remov|Add)ing service/)).toEqual([
    `Removing service ${RIP} from VS ${VIP}`,
    `Adding service ${RIP} to VS ${VIP}`,
  ]);
});

test("alpha: servers are down until their first success; the sorry server stands in (K136)", () => {
  const service = "alpha\n sorry_server 192.168.88.2 80";
  const { said, outputs } = play({ service, servers: [10] }, [shown(1.5), shown(4)], 5);
  expect(outputs[0]).toContain("-> 192.168.88.2:80");
  expect(outputs[0]).not.toContain("-> 192.168.88.10:80");
  expect(outputs[1]).toContain("-> 192.168.88.10:80");
  expect(outputs[1]).not.toContain("-> 192.168.88.2:80");
  expect(said(/quorum|sorry|TCP|Adding/)).toEqual([
    `Starting with quorum down 1-0=1 > 0 for VS ${VIP}`,
    `Adding sorry server [192.168.88.2]:tcp:80 to VS ${VIP}`,
    `TCP connection to ${RIP} success.`,
    `Adding service ${RIP} to VS ${VIP}`,
    `Gained quorum 1+0=1 <= 1 for VS ${VIP}`,
    `Removing sorry server [192.168.88.2]:tcp:80 from VS ${VIP}`,
    `Adding alive servers to the pool for VS ${VIP}`,
  ]);
});

test.each(["", "alpha"])("sorry_server_inhibit %s: it stays with weight 0 (K91)", (alpha) => {
  const service = `sorry_server 192.168.88.2 80\n sorry_server_inhibit\n ${alpha}`;
  const steps = [
    shown(1.5),
    shown(4),
    on(8.5, "node-1", "systemctl stop openresty"),
    shown(12),
    on(14.5, "node-1", "systemctl start openresty"),
    shown(18),
  ];
  const { said, outputs } = play({ service, servers: [10] }, steps, 20);
  const table = (text: string) =>
    [...text.matchAll(/192\.168\.88\.(\d+):80 +Route +(\d)/g)].map(([, host, weight]) => [
      Number(host),
      Number(weight),
    ]);
  const whole = [
    [2, 0],
    [10, 1],
  ];
  const sorry = [[2, 1]];
  expect(outputs.map((text) => table(text).sort())).toEqual(
    [alpha === "" ? whole : sorry, whole, sorry, whole].map((each) => each.sort()),
  );
  expect(said(/sorry/).slice(alpha === "" ? 0 : 2)).toEqual([
    `Enabling sorry server [192.168.88.2]:tcp:80 to VS ${VIP}`,
    `Disabling sorry server [192.168.88.2]:tcp:80 from VS ${VIP}`,
  ]);
});

const NOTES = ["quorum_up", "quorum_down", "notify_up", "notify_down"].map(
  (key) => `${key} "/etc/keepalived/note.sh ${key}"`,
);

test.each([
  ["without omega", "", []],
  ["with omega", "omega", ["notify_down", "quorum_down"]],
])("at the end, %s (K120, K137)", (_, omega, last) => {
  const service = `${omega}\n ${NOTES.slice(0, 2).join("\n")}`;
  const server = NOTES.slice(2).join("\n");
  const steps = [
    on(10, "node-1", "systemctl stop openresty"),
    on(15, "node-1", "systemctl start openresty"),
    on(20, "keepalived", "systemctl stop keepalived"),
    shown(25, "cat /tmp/notes"),
  ];
  const { outputs } = play({ before: SECURE, service, server, servers: [10] }, steps, 30);
  expect(outputs[0]?.trim().split("\n")).toEqual([
    "quorum_up",
    "notify_down",
    "quorum_down",
    "notify_up",
    "quorum_up",
    ...last,
  ]);
});

test("ha_suspend checks only while the address is here (K92)", () => {
  const steps = [
    on(10, "keepalived", "ip addr add 192.168.88.100/32 dev eth1"),
    on(20, "keepalived", "ip addr del 192.168.88.100/32 dev eth1"),
    shown(30),
  ];
  const { said, frames, outputs } = play({ service: "ha_suspend", servers: [10] }, steps, 32);
  const names = `healthchecker for service ${RIP} for VS ${VIP}`;
  expect(said(/healthchecker for|Netlink/)).toEqual([
    `Deactivating ${names}`,
    "Netlink reflector reports IP 192.168.88.100 added",
    `Activating ${names}`,
    "Netlink reflector reports IP 192.168.88.100 removed",
    `Suspending ${names}`,
  ]);
  const asked = frames.filter(({ from, ip }) => from === "keepalived" && ip?.["tcp"] !== undefined);
  expect(Math.min(...asked.map(({ t }) => t))).toBeGreaterThan(10);
  expect(Math.max(...asked.map(({ t }) => t))).toBeLessThan(20);
  expect(outputs[0]).toContain("-> 192.168.88.10:80");
});

test("lvs_sync_daemon is master or backup as its instance is, and ends with it (K122)", () => {
  const before = `global_defs {
    lvs_sync_daemon eth1 VI_1
}
vrrp_instance VI_1 {
    interface eth1
    virtual_router_id 18
    virtual_ipaddress {
        192.168.88.100
    }
}`;
  const daemon = (t: number) => shown(t, "ipvsadm -L --daemon");
  const steps: Step[] = [
    daemon(3),
    daemon(6),
    { t: 8, op: "link-down", host: "keepalived", dev: "eth1" },
    daemon(9),
    { t: 10, op: "link-up", host: "keepalived", dev: "eth1" },
    daemon(15),
    on(16, "keepalived", "systemctl stop keepalived"),
    daemon(19),
  ];
  const { outputs } = play({ before, servers: [10] }, steps, 20);
  expect(outputs.map((text) => text.trim().replace(/ \(.*/, ""))).toEqual([
    "backup sync daemon",
    "master sync daemon",
    "backup sync daemon",
    "master sync daemon",
    "",
  ]);
  expect(outputs[0]).toContain("(mcast=eth1, syncid=18");
});
