// What SIGUSR1 and SIGUSR2 bring (K18, K56).
import { expect, test } from "vitest";
import { typed } from "../programs/test-console.ts";

const FILE =
  "vrrp_instance VI_1 {\\n interface eth1\\n virtual_router_id 18\\n priority 100\\n" +
  " virtual_ipaddress {\\n 192.168.88.100/24\\n }\\n}\\n";
const START = `printf '${FILE}' > /etc/keepalived/keepalived.conf; systemctl start keepalived; `;
const SIGNAL = "sleep 8; kill -USR$0 $(cat /run/keepalived.pid); sleep 1; ";

function afterSignal(number: 1 | 2, rest: string): string {
  return typed(START + SIGNAL.replace("$0", String(number)) + rest, "keepalived").stdout;
}

test("the counters of each instance", () => {
  const text = afterSignal(
    2,
    "cat /tmp/keepalived.stats; grep stats /var/log/messages | cut -d: -f4-",
  );
  const sent = 5;
  expect(text).toContain(
    `VRRP Instance: VI_1\n  Advertisements:\n    Received: 0\n    Sent: ${sent}\n`,
  );
  expect(text).toContain("  Became master: 1\n  Released master: 0\n");
  expect(text).toMatch(/ Printing VRRP stats for process\(\d+\) on signal\n$/);
});

test("the state of each instance", () => {
  const text = afterSignal(1, "cat /tmp/keepalived.data; systemctl is-active keepalived");
  expect(text).toMatch(/^-{6}< VRRP Topology >-{6}\n VRRP Instance = VI_1\n {3}VRRP Version = 2\n/);
  expect(text).toContain("   State = MASTER\n   Flags: none\n   Wantstate = MASTER\n");
  expect(text).toMatch(/Last transition = \d{10}\.\d{6} \(Mon Nov 23 02:43:\d\d\.\d{6} 2026\)/);
  expect(text).toContain("   Master down timer = 3609375 usecs\n");
  expect(text).toContain(
    "     192.168.88.100/24 dev eth1 scope global set\n   fd_in 13, fd_out 14\n",
  );
  expect(text).toMatch(/ {3}Tracking VRRP instances :\n {5}VI_1, weight 0\nactive\n$/);
});

test("the state of sockets and interfaces; instances of an interface share one socket", () => {
  const second = FILE.replaceAll("VI_1", "VI_2")
    .replace("id 18", "id 19")
    .replace(".100/", ".101/");
  const third = second
    .replaceAll("VI_2", "VI_3")
    .replace("id 19", "id 20")
    .replace(".101/", ".102/")
    .replace("{\\n", "{\\n unicast_peer {\\n 192.168.88.9\\n }\\n");
  const file = FILE + second + third;
  const start = `printf '${file}' > /etc/keepalived/keepalived.conf; systemctl start keepalived; `;
  const show = `${SIGNAL.replace("sleep 8", "sleep 7; ip link set eth1 down; sleep 1")}cat`;
  const line = `${start}${show.replace("$0", "1")} /tmp/keepalived.data`;
  const text = typed(line, "keepalived").stdout;
  const sockets = text.slice(
    text.indexOf("------< VRRP Sockpool"),
    text.indexOf("------< Interfaces"),
  );
  expect(sockets.split("\n").filter((line) => /fd_in|Type|vrid/.test(line))).toEqual([
    " fd_in 13 fd_out = 14",
    "   Type = Multicast",
    "     VI_1 vrid 18",
    "     VI_2 vrid 19",
    " fd_in 15 fd_out = 16",
    "   Type = Unicast",
    "     VI_3 vrid 20",
  ]);
  expect(text).toContain("   Number of interface and track script faults = 1\n");
  expect(text).toContain("   State = not UP, not RUNNING\n");
});
