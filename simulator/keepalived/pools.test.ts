// What checkers do to a pool: which servers ipvsadm shows before, during and after a failure.
import { expect, test } from "vitest";
import { replay } from "../replay.ts";

const CONF = "/etc/keepalived/keepalived.conf";

/** "10*1 11*1": servers and weights at seconds 10, 30 and 60; node-1's web server rests 12 to 40. */
function pools(service: string, server = ""): string[] {
  const real = (octet: number) => `real_server 192.168.88.${octet} 80 {
    weight 1
    ${server}
    TCP_CHECK {
      connect_timeout 1
      retry 0
    }
  }`;
  const show = (t: number) => ({ t, host: "keepalived", run: "ipvsadm -Ln", record: true });
  const played = replay({
    topology: "flat",
    only: ["keepalived", "node-1", "node-2", "client"],
    files: {
      [`keepalived:${CONF}`]: `virtual_server 192.168.88.100 80 {
  delay_loop 3
  lb_algo rr
  lb_kind DR
  protocol TCP
  ${service}
  ${real(10)}
  ${real(11)}
}
`,
    },
    steps: [
      { t: 1, host: "keepalived", run: "systemctl start keepalived" },
      show(10),
      { t: 12, host: "node-1", run: "systemctl stop openresty" },
      show(30),
      { t: 40, host: "node-1", run: "systemctl start openresty" },
      show(60),
    ],
    end: 62,
  });
  return played.steps.flatMap((step) => {
    if (!("run" in step) || step.record !== true) return [];
    const rows = (step.stdout ?? "").matchAll(/-> 192\.168\.88\.(\d+):80 +\w+ +(\d+)/g);
    return [[...rows].map(([, octet, weight]) => `${octet}*${weight}`).join(" ")];
  });
}

const SORRY = "sorry_server 192.168.88.2 80";

test.each([
  ["a failed server leaves the pool", "", "", ["10*1 11*1", "11*1", "10*1 11*1"]],
  [
    "with inhibit_on_failure it stays, with weight 0",
    "",
    "inhibit_on_failure",
    ["10*1 11*1", "10*0 11*1", "10*1 11*1"],
  ],
  ["a sorry server waits while there is a quorum", SORRY, "", ["10*1 11*1", "11*1", "10*1 11*1"]],
  [
    "below the quorum the sorry server stands in for all",
    `quorum 2\n${SORRY}`,
    "",
    ["10*1 11*1", "2*1", "10*1 11*1"],
  ],
  [
    "sorry_server_inhibit before the sorry server is ignored (measured)",
    `quorum 2\n sorry_server_inhibit\n${SORRY}`,
    "",
    ["10*1 11*1", "2*1", "10*1 11*1"],
  ],
  [
    "a sorry server's port, too, is its service's unless NAT changes it (K129)",
    "quorum 2\n sorry_server 192.168.88.2 8080",
    "",
    ["10*1 11*1", "2*1", "10*1 11*1"],
  ],
])("%s", (_, service, server, shown) => {
  expect(pools(service, server)).toEqual(shown);
});

test("another port with DR: the table and the log have the service's, the check asks the other", () => {
  const { logs, steps, frames } = replay({
    topology: "flat",
    only: ["keepalived", "node-1", "client"],
    files: {
      [`keepalived:${CONF}`]: `virtual_server 192.168.88.100 80 {
  lb_kind DR
  protocol TCP
  delay_loop 3
  real_server 192.168.88.10 8080 {
    TCP_CHECK {
      retry 0
    }
  }
}
`,
    },
    steps: [
      { t: 1, host: "keepalived", run: "systemctl start keepalived" },
      { t: 1.5, host: "keepalived", run: "ipvsadm -Ln", record: true },
      { t: 8, host: "keepalived", run: "ipvsadm -Ln", record: true },
    ],
    end: 9,
  });
  const tables = steps.flatMap((step) => ("stdout" in step ? [step.stdout ?? ""] : []));
  expect(tables[0]).toContain("-> 192.168.88.10:80 ");
  expect(tables[1]).not.toContain("192.168.88.10:");
  const said = (logs["keepalived"] ?? []).map(({ msg }) => msg);
  expect(said.some((text) => text.includes("192.168.88.10]:tcp:80 failed"))).toBe(true);
  expect(said.some((text) => text.startsWith("Removing service [192.168.88.10]:tcp:80"))).toBe(
    true,
  );
  const asked = frames
    .map(({ ip }) => ip?.["tcp"] as { flags: string; dport: number } | undefined)
    .flatMap((tcp) => (tcp?.flags === "S" ? [tcp.dport] : []));
  expect(new Set(asked)).toEqual(new Set([8080]));
});

// Measured: one pool, one quorum and one checker a server; in each service the service's own port.
test("a group's services share their servers", () => {
  const { logs, steps } = replay({
    topology: "flat",
    only: ["keepalived", "node-1", "node-2", "client"],
    files: {
      [`keepalived:${CONF}`]: `virtual_server_group G {
  192.168.88.100-101 80
  192.168.88.100 8080
  fwmark 3
}
virtual_server group G {
  lb_kind DR
  lb_algo rr
  protocol TCP
  delay_loop 3
  real_server 192.168.88.10 80 {
    TCP_CHECK {
      retry 0
    }
  }
  real_server 192.168.88.11 80 {
  }
}
`,
    },
    steps: [
      { t: 1, host: "keepalived", run: "systemctl start keepalived" },
      { t: 10, host: "keepalived", run: "ipvsadm -Sn", record: true },
      { t: 12, host: "node-1", run: "systemctl stop openresty" },
      { t: 20, host: "keepalived", run: "ipvsadm -Sn | grep -c 'r 192.168.88.10:'", record: true },
      { t: 21, host: "keepalived", run: "systemctl stop keepalived" },
      { t: 25, host: "keepalived", run: "ipvsadm -Sn", record: true },
    ],
    end: 26,
  });
  const [full, left, end] = steps.flatMap((step) => ("stdout" in step ? [step.stdout] : []));
  const service = (name: string, port: number): string =>
    `-A ${name} -s rr\n-a ${name} -r 192.168.88.10:${port} -g -w 1\n-a ${name} -r 192.168.88.11:${port} -g -w 1\n`;
  expect(full).toBe(
    service("-t 192.168.88.100:80", 80) +
      service("-t 192.168.88.100:8080", 8080) +
      service("-t 192.168.88.101:80", 80) +
      service("-f 3", 0),
  );
  expect(left).toBe("0\n");
  expect(end).toBe("");
  const said = (logs["keepalived"] ?? []).map(({ msg }) => msg);
  expect(said).toContain("Gained quorum 1+0=1 <= 2 for VS [G]:0");
  expect(said).toContain("Removing service [192.168.88.10]:tcp:80 from VS [G]:0");
});
