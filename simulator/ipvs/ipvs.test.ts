// A director at work: what its clients meet and what its lists say, as sessions of commands.
import { expect, test } from "vitest";
import { buildSimulation } from "../build.ts";
import { addInput, run } from "../kernel/run.ts";
import { createMachine } from "../machine.ts";
import { programs } from "../programs/index.ts";
import { expandScenario, readScenario } from "../scenario.ts";

/** Second, host and command line. */
type Step = readonly [number, string, string];

const VIP = "192.168.88.100";
const LB = "keepalived";

/** A director with two servers by direct routing, `service` being the options of -A and -a. */
function cluster(service: string, options = ""): Step[] {
  const server = (last: number): string => `ipvsadm -a ${service} -r 192.168.88.${last} -g`;
  const quiet = "net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2";
  const node = `sysctl -qw ${quiet}; ip addr add ${VIP}/32 dev lo`;
  return [
    [0.1, "node-1", node],
    [0.1, "node-2", node],
    [0.1, LB, `ip addr add ${VIP}/24 dev eth1`],
    [0.3, LB, `ipvsadm -A ${service} ${options}; ${server(10)}; ${server(11)}`],
  ];
}

/** Both streams of each step after the ones in `before`, in order. */
function session(before: readonly Step[], steps: readonly Step[]): string[] {
  const end = Math.max(...steps.map(([at]) => at)) + 12;
  const read = readScenario(JSON.stringify({ name: "x", topology: "flat", steps: [], end }));
  if (!("scenario" in read)) throw new Error(JSON.stringify(read));
  const simulation = buildSimulation(expandScenario(read.scenario), createMachine(programs));
  const { world, trace } = simulation;
  const all = [...before, ...steps];
  for (const [index, [at, host, line]] of all.entries()) {
    const command = { host, line, label: String(index), background: false };
    addInput(world, trace, at * 1_000_000, { kind: "command", ...command });
  }
  run(simulation, end * 1_000_000);
  const texts = all.map(() => "");
  for (const { code, fields } of trace.entries) {
    if (code === "console.output") texts[Number(fields["label"])] += String(fields["text"]);
  }
  return texts.slice(before.length);
}

const CURL = `curl -sS -m 2 http://${VIP}/`;
/** The nodes' pages are their addresses. */
const NODE_1 = "192.168.88.10\n";
const NODE_2 = "192.168.88.11\n";
const HOLD = (seconds: number): string => `hold 1 ${VIP} --secs ${seconds}`;
/** Weight, active and inactive of each server. */
const numbers = (list: string | undefined): string[] =>
  [...(list ?? "").matchAll(/Route +(\d+ +\d+ +\d+)/g)].map(([, each]) =>
    (each ?? "").replaceAll(/ +/g, "/"),
  );

test("nobody is there: refused at once; no service: the director itself refuses (I7, I9)", () => {
  const texts = session(cluster(`-t ${VIP}:80`, "-s rr"), [
    [1, LB, `ipvsadm -e -t ${VIP}:80 -r 192.168.88.10 -w 0`],
    [1.1, LB, `ipvsadm -e -t ${VIP}:80 -r 192.168.88.11 -w 0`],
    [2, "client", CURL],
    [3, LB, "ipvsadm -C"],
    [4, "client", CURL],
  ]);
  expect(texts[2]).toContain("curl: (7)");
  expect(texts[4]).toContain("curl: (7)");
});

test("a removed server's connections hang on it, and count again when it returns (I131)", () => {
  const server = `-t ${VIP}:80 -r 192.168.88.11`;
  const texts = session(cluster(`-t ${VIP}:80`, "-s rr"), [
    [1, "client", HOLD(30)],
    [3, LB, `ipvsadm -d ${server}`],
    [3.5, LB, "ipvsadm -Ln"],
    [5, LB, `ipvsadm -a ${server}`],
    [5.5, LB, "ipvsadm -Ln"],
  ]);
  expect(numbers(texts[2])).toEqual(["1/0/0"]);
  expect(numbers(texts[4])).toEqual(["1/0/0", "1/1/0"]);
});

test("expire_nodest_conn: a removed server's entries go with it (I133)", () => {
  const texts = session(cluster(`-t ${VIP}:80`, "-s rr"), [
    [1, "client", HOLD(30)],
    [2, LB, "sysctl -qw net.ipv4.vs.expire_nodest_conn=1"],
    [3, LB, `ipvsadm -d -t ${VIP}:80 -r 192.168.88.11; ipvsadm -Lnc`],
    [3.2, LB, "ipvsadm -Lnc"],
  ]);
  // Not at once: the kernel's work does it a little later (measured).
  expect(texts[2]).toContain("ESTABLISHED");
  expect(texts[3]).not.toContain("ESTABLISHED");
});

test("the trash forgets a server two minutes after its last connection (I131)", () => {
  const server = `-t ${VIP}:80 -r 192.168.88.11`;
  const again = `ipvsadm -a ${server}`;
  const kept = session(cluster(`-t ${VIP}:80`, "-s rr"), [
    [1, "client", CURL],
    [10, LB, `ipvsadm -d ${server}`],
    [200, LB, `${again}; sleep 5; ipvsadm -Ln --stats`],
  ]);
  const gone = session(cluster(`-t ${VIP}:80`, "-s rr"), [
    [1, "client", CURL],
    [10, LB, `ipvsadm -d ${server}`],
    [400, LB, `${again}; sleep 5; ipvsadm -Ln --stats`],
  ]);
  const connections = (text: string | undefined): string | undefined =>
    /192\.168\.88\.11:80 +(\d+)/.exec(text ?? "")?.[1];
  expect(connections(kept[2])).toBe("1");
  expect(connections(gone[2])).toBe("0");
});

test("persistence: one server for a client, until its weight is 0 and that counts (I115)", () => {
  const quiesce = `ipvsadm -e -t ${VIP}:80 -r 192.168.88.11 -w 0`;
  const texts = session(cluster(`-t ${VIP}:80`, "-s rr -p 50"), [
    [1, "client", `${CURL}; ${CURL}; ${CURL}`],
    [2, LB, quiesce],
    [3, "client", CURL],
    [4, LB, "sysctl -qw net.ipv4.vs.expire_quiescent_template=1"],
    [5, "client", CURL],
    [6, LB, "ipvsadm -Lnc; ipvsadm -Ln --persistent-conn"],
    [7, LB, "ipvsadm -Lc"],
  ]);
  expect(texts[0]).toBe(`${NODE_2}${NODE_2}${NODE_2}`);
  expect(texts[2]).toBe(NODE_2);
  expect(texts[4]).toBe(NODE_1);
  expect(texts[5]).toMatch(/192\.168\.88\.2:0 +192\.168\.88\.100:65535 192\.168\.88\.11:65535/);
  expect(texts[5]).toMatch(/192\.168\.88\.2:0 +192\.168\.88\.100:80 +192\.168\.88\.10:80/);
  expect(texts[5]).toMatch(/192\.168\.88\.11:80 +0 +1 /);
  expect(texts[6]).toMatch(/192\.168\.88\.2:0 +192\.168\.88\.100:http +192\.168\.88\.10:http\n/);
  expect(texts[5]).toMatch(/192\.168\.88\.10:80 +1 +1 /);
});

test("an upper threshold sends the rest elsewhere; all full refuses (I65)", () => {
  const full = (last: number): string =>
    `ipvsadm -e -t ${VIP}:80 -r 192.168.88.${last} -x 2; ipvsadm -Ln --thresholds`;
  const texts = session(cluster(`-t ${VIP}:80`, "-s fo"), [
    [1, LB, full(11)],
    [2, "client", `${CURL}; ${CURL}; ${CURL}`],
    [3, LB, full(10)],
    [4, "client", `${CURL}; ${CURL}`],
  ]);
  expect(texts[0]).toMatch(/192\.168\.88\.11:80 +2 +0 +0 +0/);
  expect(texts[1]).toBe(`${NODE_2}${NODE_2}${NODE_1}`);
  expect(texts[3]).toMatch(/^192\.168\.88\.10\ncurl: \(7\)/);
});

test("drop_packet 3 drops every so many first packets (I119)", () => {
  const texts = session(cluster(`-t ${VIP}:80`, "-s rr"), [
    [1, LB, "sysctl -qw net.ipv4.vs.drop_packet=3 net.ipv4.vs.am_droprate=2"],
    [2, "client", `for i in 1 2 3 4; do curl -sS -m 0.5 http://${VIP}/ 2>&1; done`],
  ]);
  expect(texts[1]?.match(/^192/gm)?.length).toBe(2);
});

test("secure_tcp 3 by direct routing: a SYN leads to SYNACK, still active (I119)", () => {
  const texts = session(cluster(`-t ${VIP}:80`, "-s rr"), [
    [0.8, "node-2", `ip addr del ${VIP}/32 dev lo`],
    [1, LB, "sysctl -qw net.ipv4.vs.secure_tcp=3"],
    [2, "client", CURL],
    [3, LB, "ipvsadm -Lnc; cat /proc/net/ip_vs_conn_sync"],
  ]);
  expect(texts[3]).toMatch(/TCP 01:5\d +SYNACK /);
  expect(texts[3]).toMatch(/SYNACK {6}LOCAL +1\d\d\n/);
});

test("the backup of two directors hears of connections and holds them (I148)", () => {
  const texts = session(cluster(`-t ${VIP}:80`, "-s rr"), [
    [0.5, LB, "ipvsadm --start-daemon master --mcast-interface eth1 --syncid 7"],
    [0.5, "keepalived-backup", "ipvsadm --start-daemon backup --mcast-interface eth1 --syncid 7"],
    [0.6, "keepalived-backup", "ipvsadm -L --daemon"],
    [1, "client", CURL],
    [6, "keepalived-backup", "ipvsadm -Lnc; cat /proc/net/ip_vs_conn_sync"],
    [7, "keepalived-backup", "ipvsadm --stop-daemon master"],
  ]);
  expect(texts[2]).toBe(
    "backup sync daemon (mcast=eth1, syncid=7, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)\n",
  );
  expect(texts[4]).toMatch(/TCP 01:5\d +FIN_WAIT +192\.168\.88\.2:\d+ +192\.168\.88\.100:80/);
  expect(texts[4]).toMatch(/FIN_WAIT {4}SYNC +1\d\d\n/);
  expect(texts[5]).toBe("No daemon is running\n");
});

test("FTP's data connections follow the service of port 21 (I8)", () => {
  const texts = session(cluster(`-t ${VIP}:21`, "-s rr -p 60"), [
    [1, "client", `curl -sS -m 1 http://${VIP}:40000/ 2>&1`],
    [2, LB, "ipvsadm -Lnc"],
  ]);
  expect(texts[1]).toMatch(/192\.168\.88\.100:40000 192\.168\.88\.11:40000/);
  expect(texts[1]).toMatch(/192\.168\.88\.2:0 +192\.168\.88\.100:0 +192\.168\.88\.11:0/);
});
