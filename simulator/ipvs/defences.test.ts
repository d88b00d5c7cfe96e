// The sysctls that change what IPVS does with a packet, each on and off, as transcripts of a small
// cluster (I119).
import { expect, test } from "vitest";
import { replay } from "../replay.ts";
import type { Scenario, Step } from "../scenario.ts";

const VIP = "192.168.88.100";
const QUIET = "sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2";
const VS = "net.ipv4.vs";

/** Each line is "seconds host: command"; what each printed, in order. */
function play(
  lines: readonly string[],
  { more = [], ...scenario }: Partial<Scenario> & { more?: readonly Step[] } = {},
): string[] {
  const typed = lines.map((line): Step => {
    const [, t = "0", host = "", run = ""] = /^([\d.]+) ([^:]+): ([^]*)$/.exec(line) ?? [];
    return { t: Number(t), host, run, record: true };
  });
  const only = ["keepalived", "keepalived-backup", "node-1", "node-2", "client"];
  const steps = [...typed, ...more].sort((a, b) => a.t - b.t);
  const played = replay({ topology: "flat", only, steps, end: 120, seed: 7, ...scenario });
  return played.steps
    .filter((step) => "run" in step)
    .map(({ stdout = "", stderr = "" }) => stdout + stderr);
}

const director = (service: string, server: string): string =>
  `0.5 keepalived: ip addr add ${VIP}/24 dev eth1; ipvsadm -A ${service} -s rr; ipvsadm -a ${service} -r ${server}`;

/** Forty clients whose handshake never ends, and one that holds a connection. */
function halfOpen(mode: number): string[] {
  return [
    `0.1 node-1: ${QUIET}; ip addr add ${VIP}/32 dev lo`,
    director(`-t ${VIP}:80`, "192.168.88.10 -g"),
    `1 keepalived: sysctl -qw ${VS}.drop_entry=${mode}`,
    `2 client: hold 1 ${VIP} --secs 60 &`,
    "3 node-1: iptables -A INPUT -p tcp --dport 80 -j DROP",
    `4 client: for i in $(seq 40); do timeout 0.2 curl -s http://${VIP}/ & done; wait`,
    "40 keepalived: ipvsadm -Lnc | grep -c SYN_RECV; ipvsadm -Lnc | grep -c ESTABLISHED",
  ];
}

test("drop_entry 3 thins half-open entries out and spares what is in use", () => {
  const [, , , , , , left = ""] = play(halfOpen(3));
  const [half = 0, open = 0] = left.trim().split("\n").map(Number);
  expect(half).toBeGreaterThan(2);
  expect(half).toBeLessThan(30);
  expect(open).toBe(1);
  for (const mode of [0, 1]) expect(play(halfOpen(mode))[6]).toBe("40\n1\n");
});

test("run_estimation 0: counters and rates as the lists show them stand still", () => {
  const shown = (on: number): string =>
    play([
      `0.1 node-1: ${QUIET}; ip addr add ${VIP}/32 dev lo`,
      director(`-t ${VIP}:80`, "192.168.88.10 -g"),
      `1 keepalived: sysctl -qw ${VS}.run_estimation=${on}`,
      `2 client: curl -s http://${VIP}/`,
      "8 keepalived: ipvsadm -Ln --stats | tail -1",
    ])[4] ?? "";
  expect(shown(1)).toMatch(/192\.168\.88\.10:80 +1 /);
  expect(shown(0)).toMatch(/192\.168\.88\.10:80 +0 /);
});

/** A server whose answer comes when the director has forgotten the connection. */
function forgotten(icmp: number): string[] {
  return [
    `0.1 keepalived: sysctl -qw net.ipv4.ip_forward=1; ip addr add 192.168.1.100/24 dev eth0; ip addr add 192.168.88.1/24 dev eth1`,
    "0.5 keepalived: ipvsadm -A -t 192.168.1.100:9000 -s rr; ipvsadm -a -t 192.168.1.100:9000 -r 192.168.88.10 -m",
    `0.6 keepalived: sysctl -qw ${VS}.nat_icmp_send=${icmp}; ipvsadm --set 2 2 2`,
    "1 node-1: (sleep 6; echo late) | timeout 12 nc -l 9000 &",
    "1.5 node-1: timeout 12 tcpdump -ni eth1 -c 1 icmp &",
    "3 client: timeout 8 nc 192.168.1.100 9000 &",
  ];
}

test("nat_icmp_send: a server that answers for nobody hears of it", () => {
  const scenario: Partial<Scenario> = {
    topology: "two-subnet",
    gateway: { "node-1": "192.168.88.1" },
    only: ["keepalived", "node-1", "client"],
  };
  const unreachable =
    /192\.168\.88\.8 > 192\.168\.88\.10: ICMP 192\.168\.1\.2 tcp port \d+ unreachable/;
  expect(play(forgotten(1), scenario)[4]).toMatch(unreachable);
  expect(play(forgotten(0), scenario)[4]).not.toContain("ICMP");
});

test("ignore_tunneled: what came by a tunnel is not balanced again", () => {
  const asked = (ignore: number): string =>
    play([
      `0.1 node-1: ${QUIET}; ip addr add ${VIP}/32 dev lo`,
      `0.2 keepalived-backup: ${QUIET}; modprobe ipip; ip addr add ${VIP}/32 dev tunl0; ip link set tunl0 up`,
      "0.3 keepalived-backup: sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0",
      `0.4 keepalived-backup: ipvsadm -A -t ${VIP}:80 -s rr; ipvsadm -a -t ${VIP}:80 -r 192.168.88.10 -g`,
      `0.5 keepalived-backup: sysctl -qw ${VS}.ignore_tunneled=${ignore}`,
      director(`-t ${VIP}:80`, "192.168.88.9 -i"),
      `2 client: curl -sS -m 2 http://${VIP}/`,
    ])[6] ?? "";
  expect(asked(0)).toBe("192.168.88.10\n");
  // It has no web server of its own.
  expect(asked(1)).toContain("curl: (7)");
});

test("schedule_icmp: an error about a reply of an unknown connection finds a server", () => {
  const listed = (on: number): string[] =>
    play(
      [
        `0.1 node-1: ${QUIET}; ip addr add ${VIP}/32 dev lo; udpecho 7 &`,
        director(`-u ${VIP}:7`, "192.168.88.10 -g"),
        // Entries live a second: the answer comes when the director has forgotten the question.
        `1 keepalived: sysctl -qw ${VS}.schedule_icmp=${on}; ipvsadm --set 900 120 1`,
        `2 client: udpask 1 ${VIP}:7`,
        "3.2 keepalived: for i in $(seq 12); do ipvsadm -Lnc | tail -n +3; sleep 1; done",
      ],
      { more: [{ t: 1.5, op: "delay", host: "node-1", ms: 2_000 }] },
    ).slice(4);
  // Three seconds it stands there, and is gone.
  expect(listed(1)[0]).toMatch(
    /^(UDP +00:0[0-2] +UDP +192\.168\.88\.2:\d+ +192\.168\.88\.100:7 .*\n){2,3}$/,
  );
  expect(listed(0)).toEqual([""]);
});
