// systemctl and journalctl in the real tools' form.
import { expect, test } from "vitest";
import { type Row, testLines, typed } from "./test-console.ts";

const INSTANCE =
  "interface eth1; virtual_router_id 18; priority 100; virtual_ipaddress { 192.168.88.100/24; }";
const CONFIGURATION = `vrrp_instance VI_1 { ${INSTANCE} }`
  .replace(/[;{] /g, "$&\\n")
  .replace(/;/g, "");
const START = `printf '${CONFIGURATION.replace(/ \}/g, "\\n}")}\\n' > /etc/keepalived/keepalived.conf; systemctl start keepalived; sleep 5; `;

const DOWN = `○ nginx.service - A high performance web server and a reverse proxy server
     Loaded: loaded (/lib/systemd/system/nginx.service; enabled; preset: enabled)
     Active: inactive (dead)
       Docs: man:nginx(8)
`;
const LINK = "/etc/systemd/system/multi-user.target.wants/keepalived.service";

const LINES: readonly Row[] = [
  ["systemctl stop nginx; systemctl status nginx", DOWN, "", 3],
  ["systemctl status foo", "", "Unit foo.service could not be found.\n", 4],
  ["systemctl start foo", "", "Failed to start foo.service: Unit foo.service not found.\n", 5],
  ["systemctl reload keepalived", "", "keepalived.service is not active, cannot reload.\n", 1],
  ["systemctl is-active nginx keepalived; systemctl is-enabled nginx", "active\nenabled\n", "", 0],
  [
    "systemctl enable keepalived; systemctl is-enabled keepalived; systemctl disable keepalived",
    "enabled\n",
    `Created symlink ${LINK} → /lib/systemd/system/keepalived.service.\nRemoved "${LINK}".\n`,
    0,
  ],
  ["systemctl frobnicate nginx", "", "Unknown command verb frobnicate.\n", 1],
  ["journalctl -u keepalived", "-- No entries --\n", "", 0],
  ["journalctl --frobnicate", "", "journalctl: unrecognized option '--frobnicate'\n", 1],
  [
    `${START}journalctl -u keepalived -g 'entering master' -o cat`,
    "(VI_1) Entering MASTER STATE\n",
    "",
    0,
  ],
  [`${START}journalctl -n 1 --since '1 min ago' -o cat | wc -l`, "1\n", "", 0],
  [
    `${START}journalctl -ru keepalived -o cat | tail -1 | cut -c1-19`,
    "Starting Keepalived\n",
    "",
    0,
  ],
];

testLines(LINES);

test("the state of a running service: its processes and its last lines", () => {
  const { stdout } = typed(`${START}systemctl status keepalived`);
  const lines = stdout.split("\n");
  expect(lines[0]).toBe("● keepalived.service - Keepalive Daemon (LVS and VRRP)");
  expect(lines[2]).toMatch(
    /^ {5}Active: active \(running\) since Mon 2026-11-23 02:43:\d\d UTC; 5s ago$/,
  );
  expect(lines[5]).toMatch(/^ {6}Tasks: 2 /);
  expect(lines[8]).toMatch(/^ {13}└─\d+ \/usr\/sbin\/keepalived -D$/);
  expect(lines.slice(10, -1)).toHaveLength(10);
  expect(lines[10]).toMatch(/^Nov 23 02:43:\d\d node-1 Keepalived\w*\[\d+\]: /);
});

test("journalctl -f goes on with what comes", () => {
  const line = "timeout 8 journalctl -fn 0 -u keepalived -o short";
  const later = { host: "node-1", line: START, at: 2 };
  expect(typed(line, "node-1", [later]).stdout).toMatch(/Entering MASTER STATE/);
});
