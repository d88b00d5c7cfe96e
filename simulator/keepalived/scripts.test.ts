// Scripts that keepalived starts: which can be run, what it says of one that cannot, and what comes of
// it (K103, K107; what 2.2.7 says and does was measured where the K numbers are silent).
import { expect, test } from "vitest";
import { typed } from "../programs/test-console.ts";

const CONF = "/etc/keepalived/keepalived.conf";
const SECURE = "global_defs {\n script_user root\n enable_script_security\n}\n";

/** A file of one instance that tracks a script, as `cat` takes it. */
function written(script: string, { global = SECURE, options = "weight -20" } = {}): string {
  const text = `${global}vrrp_script chk {
 script ${script}
 ${options}
}
vrrp_instance VI_1 {
 interface eth1
 virtual_router_id 18
 priority 100
 virtual_ipaddress {
  192.168.88.100/24
 }
 track_script {
  chk
 }
}
`;
  return `cat > ${CONF} <<'END'\n${text}END\n`;
}

/** The lines that speak of scripts and priorities, after `line` is typed. */
function log(line: string): string[] {
  const shown = `${line}\ngrep -E '[Ss]cript|effective|STATE' /var/log/messages`;
  const { stdout } = typed(shown, "keepalived");
  return stdout.split("\n").flatMap((each) => /\]: (.*)$/.exec(each)?.[1] ?? []);
}

const START = "systemctl start keepalived; sleep 2.5\n";
const UP = "VRRP_Script(chk) succeeded";
const DOWN = "VRRP_Script(chk) failed (exited with status 1)";

test.each([
  ['"/usr/bin/test -f /etc/hosts"', UP],
  ['"/usr/bin/test -f /tmp/x"', DOWN],
  ['"/usr/bin/[ 1 -gt 2 ]"', DOWN],
  ['"/usr/bin/killall -0 keepalived"', UP],
  ['"/usr/bin/killall -0 nginx"', DOWN],
  ['"killall -0 nginx"', DOWN],
  ['"/usr/bin/pidof keepalived"', UP],
  ['"/usr/bin/pidof haproxy"', DOWN],
  ['"/usr/bin/pgrep -x keepalived"', UP],
  ['"/usr/bin/pgrep haproxy"', DOWN],
  ["/bin/true", UP],
  ["/usr/bin/false", DOWN],
  ['"true"', UP],
  ["\"/bin/sh -c '! test -e /tmp/x'\"", UP],
  ["\"/bin/bash -c 'test -e /tmp/x || exit 1'\"", DOWN],
  ['"/usr/bin/curl -sf -o /dev/null http://192.168.88.10/"', UP],
])("script %s", (script, told) => {
  expect(log(written(script) + START)).toContain(told);
});

const CHECK = "/etc/keepalived/check.sh";
const file = (text: string, mode: string) =>
  `cat > ${CHECK} <<'END'\n${text}END\nchmod ${mode} ${CHECK}\n`;

test("a script file that is executable runs", () => {
  const check = file("#!/bin/sh\ntest ! -e /tmp/bad\n", "755");
  const more = "touch /tmp/bad; sleep 1.5; rm /tmp/bad; sleep 1.5\n";
  expect(log(check + written(CHECK) + START + more)).toEqual([
    "(VI_1) Entering BACKUP STATE (init)",
    UP,
    "Script `chk` now returning 1",
    DOWN,
    "(VI_1) Changing effective priority from 100 to 80",
    "(VI_1) Entering MASTER STATE",
    "Script `chk` now returning 0",
    UP,
    "(VI_1) Changing effective priority from 80 to 100",
  ]);
});

test("without execute permission it is disabled, and the instance goes without it", () => {
  const lines = log(file("#!/bin/sh\nexit 1\n", "644") + written(CHECK, { options: "" }) + START);
  expect(lines).toEqual([
    `WARNING - script '${CHECK}' is not executable for uid:gid 0:0 - disabling.`,
    "(VI_1) Entering BACKUP STATE (init)",
  ]);
});

test.each(["exit 1\n", "#!/usr/bin/nothing\nexit 1\n"])(
  "a first line that names no shell: never executed, always a success: %j",
  (text) => {
    expect(log(file(text, "755") + written(CHECK) + START)).toContain(UP);
  },
);

test("a script that goes away while it is tracked succeeds from then on", () => {
  const gone = `${START}rm ${CHECK}; sleep 1.5\n`;
  expect(log(file("#!/bin/sh\nexit 1\n", "755") + written(CHECK) + gone).slice(-5)).toEqual([
    "(VI_1) Changing effective priority from 100 to 80",
    "Script `chk` now returning 0",
    UP,
    "(VI_1) Changing effective priority from 80 to 100",
    "(VI_1) Entering MASTER STATE",
  ]);
});

test("a script killed by a signal has no status to tell (K82)", () => {
  const lines = log(written("\"/bin/sh -c 'kill -9 $$'\"") + START);
  expect(lines).toContain("VRRP_Script(chk) failed (due to signal 9)");
  expect(lines.filter((each) => each.includes("now returning"))).toEqual([]);
});

test("a script that takes too long is ended, and counts as failed (K106)", () => {
  const lines = log(written('"/usr/bin/sleep 20"', { options: "weight -20\n timeout 1" }) + START);
  expect(lines).toContain("VRRP_Script(chk) timed_out");
});

const VIOLATION =
  "SECURITY VIOLATION - scripts are being executed but script_security not enabled.";

test("a start says what it thinks of the host's scripts (K107)", () => {
  expect(log(written("/usr/bin/true", { global: "" }) + START).slice(0, 2)).toEqual([
    "Script user 'keepalived_script' does not exist",
    VIOLATION,
  ]);
  expect(log(written("/tmp/no.sh") + START).slice(0, 2)).toEqual([
    "Script /tmp/no.sh cannot be accessed - No such file or directory",
    "Disabling track script chk since not found/accessible",
  ]);
  expect(log(written('"true"') + START)[0]).toBe(
    "WARNING - script `true` resolved by path search to `/usr/bin/true`. Please specify full path.",
  );
  expect(log(written("/etc/keepalived") + START).slice(0, 2)).toEqual([
    "Wrong file type found in script path '/etc/keepalived'.",
    "Disabling track script chk due to insecure",
  ]);
});

test.each([
  ["a script that is there", "/usr/bin/true", "", `${VIOLATION}\n`, 6],
  [
    "one that is not",
    "/tmp/no.sh",
    "",
    "Disabling track script chk since not found/accessible\n",
    5,
  ],
  ["with security", "/usr/bin/true", SECURE, "", 0],
])("keepalived -t knows the host's scripts: %s", (_, script, global, stderr, code) => {
  const line = `${written(script, { global })}keepalived -t`;
  expect(typed(line, "keepalived")).toMatchObject({ stderr, code });
});

const MISC = `virtual_server 192.168.88.100 80 {
 protocol TCP
 lb_algo rr
 lb_kind DR
 delay_loop 1
 real_server 192.168.88.10 80 {
  MISC_CHECK {
   misc_path "${CHECK} x"
  }
 }
}
`;

test("a MISC_CHECK without its script is taken out: the server counts as up (K127)", () => {
  const write = `cat > ${CONF} <<'END'\n${SECURE}${MISC}END\n`;
  const shown = "systemctl start keepalived; sleep 5; ipvsadm -Ln | grep -c '88.10:80'\n";
  const told = "grep -o 'Disabling misc.*' /var/log/messages";
  expect(typed(write + shown + told, "keepalived").stdout).toBe(
    `1\nDisabling misc script '${CHECK}' 'x' since not found/accessible\n`,
  );
});

const INCLUDED = "vrrp_instance VI_2 {\n interface eth1\n bar\n}\n";

test("keepalived -t and a start read the files that are included (K176)", () => {
  const write =
    `mkdir -p /etc/keepalived/conf.d; printf '${INCLUDED}' > /etc/keepalived/conf.d/a.conf\n` +
    `printf 'include conf.d/*.conf\\ninclude /etc/no.conf\\n' > ${CONF}\n`;
  const told = [
    "(Line 2) Config files missing '/etc/no.conf'.",
    "(/etc/keepalived/conf.d/a.conf: Line 3) Unknown keyword 'bar'",
    "(VI_2) the virtual router id must be set",
  ];
  const tested = typed(`${write}keepalived -t`, "keepalived");
  for (const line of told) expect(tested.stderr).toContain(`${line}\n`);
  expect(tested.code).toBe(5);
  const start = "systemctl start keepalived; sleep 2; cat /var/log/messages";
  const started = typed(write + start, "keepalived").stdout;
  for (const line of told) expect(started).toContain(`: ${line}\n`);
});

test("an included instance takes part", () => {
  const whole = written("/usr/bin/true").replace(CONF, "/etc/keepalived/conf.d/a.conf");
  const include = `printf 'include conf.d/?.conf\\n' > ${CONF}\n`;
  expect(log(`mkdir -p /etc/keepalived/conf.d\n${whole}${include}${START}sleep 2\n`)).toContain(
    "(VI_1) Entering MASTER STATE",
  );
});
