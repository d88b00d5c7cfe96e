// Somebody else at the kernel's table, before keepalived starts and while it runs (measured, 2.2.7).
import { expect, test } from "vitest";
import { replay } from "../replay.ts";

const CONF = "/etc/keepalived/keepalived.conf";
const VIP = "192.168.88.100";

interface Played {
  /** What the checkers say, without their servers' checks. */
  readonly said: readonly string[];
  readonly outputs: readonly string[];
}

function play(
  steps: readonly (readonly [t: number, host: string, run: string])[],
  global = "",
): Played {
  const { logs, steps: done } = replay({
    topology: "flat",
    only: ["keepalived", "node-1", "client"],
    files: {
      [`keepalived:${CONF}`]: `global_defs {\n router_id x\n ${global}\n}
virtual_server ${VIP} 80 {
  delay_loop 2
  warmup 0
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 192.168.88.10 80 {
    TCP_CHECK {
      retry 0
    }
  }
}
`,
    },
    steps: [
      { t: 1, host: "keepalived", run: "systemctl start keepalived" },
      ...steps.map(([t, host, run]) => ({ t, host, run, record: true })),
    ].sort((a, b) => a.t - b.t),
    end: 30,
  });
  const log = logs["keepalived"] ?? [];
  return {
    said: log
      .filter(({ msg }) => /IPVS cmd|(Adding|Removing|Shutting down) service/.test(msg))
      .map(({ t, msg }) => `${Math.floor(t)} ${msg}`),
    outputs: done.flatMap((step) => ("stdout" in step ? [step.stdout ?? ""] : [])),
  };
}

const RIP = "192.168.88.10";
const NAMES = `service [${RIP}]:tcp:80`;
const SERVER = `(${VIP}:tcp:80 -> ${RIP}:80)`;

test("a table that was cleared: nothing to delete, nothing to add to, tried every round", () => {
  const { said } = play([
    [5, "keepalived", "ipvsadm -C"],
    [5.5, "node-1", "systemctl stop openresty"],
    [9, "node-1", "systemctl start openresty"],
    [13, "keepalived", "systemctl stop keepalived"],
  ]);
  const missing = `IPVS cmd IP_VS_SO_SET_ADDDEST(1159) error: No such file or directory(2) ${SERVER}`;
  const gone = `IPVS cmd IP_VS_SO_SET_DELDEST(1160) error: No such destination(2) ${SERVER}`;
  expect(said).toEqual([
    `6 Removing ${NAMES} from VS [${VIP}]:tcp:80`,
    `6 ${gone}`,
    `10 Adding ${NAMES} to VS [${VIP}]:tcp:80`,
    `10 ${missing}`,
    `12 Adding ${NAMES} to VS [${VIP}]:tcp:80`,
    `12 ${missing}`,
    `13 Shutting down ${NAMES} from VS [${VIP}]:tcp:80`,
    `13 ${gone}`,
    `13 IPVS cmd IP_VS_SO_SET_DEL(1156) error: No such file or directory(2) (${VIP}:tcp:80)`,
  ]);
});

const OLD = `ipvsadm -A -t ${VIP}:80 -s sh; ipvsadm -a -t ${VIP}:80 -r ${RIP}:80 -g -w 7; ipvsadm -A -t 10.9.9.9:99`;

test("what is there already is told of and left as it is", () => {
  const { said, outputs } = play([
    [0.5, "keepalived", OLD],
    [4, "keepalived", "ipvsadm -Sn"],
  ]);
  expect(said).toEqual([
    `1 IPVS cmd IP_VS_SO_SET_ADD(1154) error: Service already exists(17) (${VIP}:tcp:80)`,
    `1 IPVS cmd IP_VS_SO_SET_ADDDEST(1159) error: Destination already exists(17) ${SERVER}`,
  ]);
  expect(outputs[1]).toContain(`-a -t ${VIP}:80 -r ${RIP}:80 -g -w 7\n`);
});

test("lvs_flush empties the table first, lvs_timeouts sets its times", () => {
  const { said, outputs } = play(
    [
      [0.5, "keepalived", OLD],
      [4, "keepalived", "ipvsadm -Sn; ipvsadm -L --timeout"],
    ],
    "lvs_flush\n lvs_timeouts tcp 100 udp 30",
  );
  expect(said).toEqual([]);
  expect(outputs[1]).toBe(`-A -t ${VIP}:80 -s rr
-a -t ${VIP}:80 -r ${RIP}:80 -g -w 1
Timeout (tcp tcpfin udp): 100 120 30
`);
});
