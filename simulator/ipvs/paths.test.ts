// What ipvsadm's settings do to packets: the three ways to a server, persistence, one packet at a
// time, marks and thresholds, as transcripts of a small cluster.
import { expect, test } from "vitest";
import { replay } from "../replay.ts";
import type { CapturedFrame, Scenario, Step } from "../scenario.ts";

const VIP = "192.168.88.100";
const ARP = "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2";

interface Played {
  /** What the lines asked for printed, one text each. */
  readonly texts: readonly string[];
  readonly frames: readonly CapturedFrame[];
}

/** Each line is "seconds host: command". */
function play(lines: readonly string[], scenario: Partial<Scenario> = {}): Played {
  const steps = lines.map((line): Step => {
    const [, t = "0", host = "", run = ""] = /^([\d.]+) ([^:]+): ([^]*)$/.exec(line) ?? [];
    return { t: Number(t), host, run, record: true };
  });
  const only = ["keepalived", "node-1", "node-2", "client"];
  const played = replay({ topology: "flat", only, steps, end: 400, ...scenario });
  return {
    texts: played.steps.map(({ stdout = "", stderr = "" }) => stdout + stderr),
    frames: played.frames,
  };
}

/** The VIP on the director, and on the servers' `lo` without ARP. */
const DIRECT = [
  `0.1 node-1: ${ARP}; ip addr add ${VIP}/32 dev lo`,
  `0.1 node-2: ${ARP}; ip addr add ${VIP}/32 dev lo`,
  `0.2 keepalived: ip addr add ${VIP}/24 dev eth1`,
];
const service = (options: string, method = "-g") =>
  `0.5 keepalived: ipvsadm -A -t ${VIP}:80 ${options}; ` +
  `ipvsadm -a -t ${VIP}:80 -r 192.168.88.10 ${method}; ` +
  `ipvsadm -a -t ${VIP}:80 -r 192.168.88.11 ${method}`;
const CURL = `curl -s -m 2 http://${VIP}/`;

/** The `-Lnc` lines without ports of the client, in order of their text. */
function entries(listing: string | undefined): string[] {
  return (listing ?? "")
    .split("\n")
    .filter((line) => /^(TCP|UDP|IP) /.test(line))
    .map((line) => line.replace(/:\d{5}\b/, ":PORT").replace(/\s+/g, " "))
    .sort();
}

test("NAT turns address and port both ways (I24)", () => {
  const { texts, frames } = play(
    [
      "0.1 keepalived: sysctl -w net.ipv4.ip_forward=1",
      "0.1 keepalived: ip addr add 192.168.1.100/24 dev eth0; ip addr add 192.168.88.1/24 dev eth1",
      "0.2 node-1: sed -i 's/0.0.0.0:80 /0.0.0.0:8080 /' /etc/nginx/rig.conf; systemctl restart openresty",
      "1 keepalived: ipvsadm -A -t 192.168.1.100:80 -s rr; ipvsadm -a -t 192.168.1.100:80 -r 192.168.88.10:8080 -m",
      "3 client: curl -s -m 2 http://192.168.1.100/",
      "4 keepalived: ipvsadm -Lnc",
    ],
    {
      topology: "two-subnet",
      gateway: { "node-1": "192.168.88.1" },
      end: 10,
    },
  );
  expect(texts[4]).toBe("192.168.88.10\n");
  expect(entries(texts[5])).toEqual([
    "TCP 01:59 TIME_WAIT 192.168.1.2:PORT 192.168.1.100:80 192.168.88.10:8080",
  ]);
  const ways = new Set<string>();
  for (const { from, ip } of frames) {
    const { sport, dport } = (ip?.["tcp"] ?? {}) as { sport?: number; dport?: number };
    if (ip?.["tcp"] === undefined) continue;
    const port = (number = 0) => (number > 10_000 ? "PORT" : String(number));
    ways.add(`${from}: ${ip["src"]}:${port(sport)} > ${ip["dst"]}:${port(dport)}`);
  }
  expect([...ways]).toEqual([
    "client: 192.168.1.2:PORT > 192.168.1.100:80",
    "keepalived: 192.168.1.2:PORT > 192.168.88.10:8080",
    "node-1: 192.168.88.10:8080 > 192.168.1.2:PORT",
    "keepalived: 192.168.1.100:80 > 192.168.1.2:PORT",
  ]);
});

test("TUN wraps the packet with the director's address and the inner TTL less one (I34)", () => {
  const tunnel = `${ARP} net.ipv4.conf.all.rp_filter=0; modprobe ipip`;
  const { texts, frames } = play(
    [
      `0.1 node-1: ${tunnel}; ip addr add ${VIP}/32 dev tunl0; ip link set tunl0 up`,
      `0.2 keepalived: ip addr add ${VIP}/24 dev eth1`,
      `0.5 keepalived: ipvsadm -A -t ${VIP}:80 -s rr; ipvsadm -a -t ${VIP}:80 -r 192.168.88.10 -i`,
      `2 client: ${CURL}`,
    ],
    { end: 10 },
  );
  expect(texts[3]).toBe("192.168.88.10\n");
  const wrapped = frames.filter(({ ip }) => ip?.["ipip"] !== undefined);
  expect(wrapped.length).toBeGreaterThan(3);
  for (const { from, ip } of wrapped) {
    const inner = ip?.["ipip"] as Record<string, unknown>;
    expect([from, ip?.["src"], ip?.["dst"], ip?.["ttl"]]).toEqual([
      "keepalived",
      "192.168.88.8",
      "192.168.88.10",
      63,
    ]);
    expect([inner["src"], inner["dst"], inner["ttl"]]).toEqual(["192.168.88.2", VIP, 63]);
  }
});

test("a template holds a client to its server until it runs out (I110-I114)", () => {
  const { texts } = play([
    ...DIRECT,
    service("-s rr -p 50"),
    `2 client: for i in 1 2 3; do ${CURL}; done`,
    "3 keepalived: ipvsadm -Lnc",
    // The connections still live when the template's 50 s are over: 60 s more, and again 60 s.
    "60 keepalived: ipvsadm -Lnc | grep ASSURED",
    "300 keepalived: ipvsadm -Lnc",
    `301 client: ${CURL}`,
  ]);
  expect(texts[4]).toBe("192.168.88.11\n".repeat(3));
  expect(entries(texts[5])).toEqual([
    `TCP 00:49 ASSURED 192.168.88.2:0 ${VIP}:80 192.168.88.11:80`,
    ...Array<string>(3).fill(`TCP 01:59 FIN_WAIT 192.168.88.2:PORT ${VIP}:80 192.168.88.11:80`),
  ]);
  expect(texts[6]).toMatch(/^TCP 00:5\d {2}ASSURED/);
  expect(entries(texts[7])).toEqual([]);
  expect(texts[8]).toBe("192.168.88.10\n");
});

test("one-packet scheduling: every datagram anew, and no entry (I116)", () => {
  const ask = (options: string) => {
    const { texts } = play(
      [
        ...DIRECT,
        "0.3 node-1: udpecho 5353 >/dev/null 2>&1 &",
        "0.3 node-2: udpecho 5353 >/dev/null 2>&1 &",
        service(options).replaceAll("-t ", "-u ").replaceAll(":80", ":5353"),
        `2 client: udpask 4 ${VIP}:5353 --same`,
        "8 keepalived: ipvsadm -Lnc",
      ],
      { end: 20 },
    );
    const servers = [...(texts[6] ?? "").matchAll(/192\.168\.88\.1([01]) q/g)];
    return [servers.map((match) => match[1]).join(""), entries(texts[7]).length];
  };
  expect(ask("-s rr")).toEqual(["1111", 1]);
  expect(ask("-s rr -o")).toEqual(["1010", 0]);
});

test("marked packets go to the service of their mark (I8)", () => {
  const { texts } = play(
    [
      ...DIRECT,
      `0.4 keepalived: iptables -t mangle -A PREROUTING -d ${VIP} -p tcp --dport 80 -j MARK --set-mark 1`,
      "0.5 keepalived: ipvsadm -A -f 1 -s rr; ipvsadm -a -f 1 -r 192.168.88.10 -g; ipvsadm -a -f 1 -r 192.168.88.11 -g",
      `2 client: for i in 1 2 3 4; do ${CURL}; done`,
      "3 keepalived: ipvsadm -Ln | tail -n 3",
    ],
    { end: 10 },
  );
  expect(texts[5]).toBe("192.168.88.11\n192.168.88.10\n".repeat(2));
  expect(texts[6]?.replace(/ +/g, " ")).toBe(
    "FWM 1 rr\n -> 192.168.88.10:0 Route 1 0 2 \n -> 192.168.88.11:0 Route 1 0 2 \n",
  );
});

test("a server at its upper threshold gets no new connection (I65)", () => {
  const { texts } = play(
    [
      ...DIRECT,
      service("-s rr"),
      `1 keepalived: ipvsadm -e -t ${VIP}:80 -r 192.168.88.11 -g -x 1`,
      `2 client: for i in 1 2 3 4; do ${CURL}; done`,
    ],
    { end: 10 },
  );
  expect(texts[5]).toBe("192.168.88.11\n" + "192.168.88.10\n".repeat(3));
});

test("with no server left a client is refused, and with no service left (I134)", () => {
  const { texts } = play(
    [
      ...DIRECT,
      service("-s rr"),
      `2 client: ${CURL}`,
      `3 keepalived: ipvsadm -d -t ${VIP}:80 -r 192.168.88.10; ipvsadm -d -t ${VIP}:80 -r 192.168.88.11`,
      `4 client: ${CURL}; echo $?`,
      "7 keepalived: ipvsadm -C",
      `8 client: ${CURL}; echo $?`,
    ],
    { end: 12 },
  );
  expect(texts[4]).toBe("192.168.88.11\n");
  expect([texts[6], texts[8]]).toEqual(["7\n", "7\n"]);
});

test("what -Sn saves, -R restores", () => {
  const saved =
    `-A -t ${VIP}:80 -s wrr -p 50\n` +
    `-a -t ${VIP}:80 -r 192.168.88.10:80 -m -w 3\n` +
    `-a -t ${VIP}:80 -r 192.168.88.11:80 -g -w 0\n`;
  const { texts } = play(
    [
      `1 keepalived: printf '${saved.replaceAll("\n", "\\n")}' | ipvsadm -R; ipvsadm -Sn > /tmp/s; cat /tmp/s`,
      "2 keepalived: ipvsadm -C; ipvsadm -Sn; ipvsadm -R < /tmp/s; ipvsadm -Sn",
      "3 keepalived: ipvsadm -L --timeout; ipvsadm --set 1000 0 0; ipvsadm -L --timeout",
    ],
    { end: 5 },
  );
  expect(texts[0]).toBe(saved);
  expect(texts[1]).toBe(saved);
  expect(texts[2]).toBe(
    "Timeout (tcp tcpfin udp): 900 120 300\nTimeout (tcp tcpfin udp): 1000 120 300\n",
  );
});
