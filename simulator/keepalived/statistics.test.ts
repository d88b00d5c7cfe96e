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
  expect(text).toContain("   State = MASTER\n   Wantstate = MASTER\n");
  expect(text).toMatch(/Last transition = \d{10}\.\d{6} \(Mon Nov 23 02:43:\d\d\.\d{6} 2026\)/);
  expect(text).toContain("   Master down timer = 3609375 usecs\n");
  expect(text).toMatch(/192\.168\.88\.100\/24 dev eth1 scope global set\nactive\n$/);
});
