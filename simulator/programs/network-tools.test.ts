// What the tools print of addresses, routes, neighbours and sockets, held against real outputs, and
// what they say of mistakes.
import { expect, test } from "vitest";
import { replay } from "../replay.ts";
import { readScenario } from "../scenario.ts";
import { formatTime } from "./ping.ts";
import { formatSockets, type SocketRow } from "./ss.ts";
import { type Row, testLines, typed } from "./test-console.ts";

const VIP = "192.168.88.100";
const ADD = `ip addr add ${VIP}/32 dev lo`;
const LO = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet 192.168.88.100/32 scope global lo
       valid_lft forever preferred_lft forever
`;
const ETH1 = `2: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:58:0a brd ff:ff:ff:ff:ff:ff
    inet 192.168.88.10/24 brd 192.168.88.255 scope global eth1
       valid_lft forever preferred_lft forever
`;
const FAILED = "Failed to connect to";

const LINES: readonly Row[] = [
  [`${ADD}; ip addr show dev lo`, LO, "", 0],
  ["ip a s eth1", ETH1, "", 0],
  [
    `${ADD}; ip -br a`,
    "lo               UNKNOWN        127.0.0.1/8 192.168.88.100/32 \neth1             UP             192.168.88.10/24 \n",
    "",
    0,
  ],
  [
    "ip -br link show eth1",
    "eth1             UP             02:00:00:00:58:0a <BROADCAST,MULTICAST,UP,LOWER_UP> \n",
    "",
    0,
  ],
  [
    "ip -o -4 addr show dev eth1",
    "2: eth1    inet 192.168.88.10/24 brd 192.168.88.255 scope global eth1\\       valid_lft forever preferred_lft forever\n",
    "",
    0,
  ],
  // Measured: the last address takes the routes and the neighbours of its interface with it.
  [
    "ping -c 1 192.168.88.11 > /tmp/p; ip route add 10.9.0.0/16 via 192.168.88.8; ip addr del 192.168.88.10/24 dev eth1; ip r; ip n",
    "",
    "",
    0,
  ],
  [
    "ip addr add 10.1.1.1/24 dev eth1; ip addr add 10.1.1.2/24 dev eth1 label eth1:1; ip addr flush dev eth1 label eth1:1; ip -br a s eth1; ip addr flush to 10.0.0.0/8; ip -br a s eth1",
    "eth1             UP             192.168.88.10/24 10.1.1.1/24 \neth1             UP             192.168.88.10/24 \n",
    "",
    0,
  ],
  ["ip addr flush", "", "Flush requires arguments.\n", 255],
  [`${ADD}; ${ADD}`, "", "RTNETLINK answers: File exists\n", 2],
  [`ip addr del ${VIP}/32 dev lo`, "", "RTNETLINK answers: Cannot assign requested address\n", 2],
  [
    "ip addr add 10.0.0.300/32 dev lo",
    "",
    'Error: any valid prefix is expected rather than "10.0.0.300/32".\n',
    1,
  ],
  ["ip addr add 10.0.0.3/32 dev eth9", "", 'Cannot find device "eth9"\n', 1],
  ["ip addr show dev eth9", "", 'Device "eth9" does not exist.\n', 1],
  ["ip foo", "", 'Object "foo" is unknown, try "ip help".\n', 1],
  ["ip r", "192.168.88.0/24 dev eth1 proto kernel scope link src 192.168.88.10 \n", "", 0],
  [
    "ip route add default via 192.168.88.8; ip r",
    "default via 192.168.88.8 dev eth1 \n192.168.88.0/24 dev eth1 proto kernel scope link src 192.168.88.10 \n",
    "",
    0,
  ],
  ["ip route add default via 10.0.0.1", "", "Error: Nexthop has invalid gateway.\n", 2],
  ["ip route del 10.0.0.0/8", "", "RTNETLINK answers: No such process\n", 2],
  ["ip route get 10.0.0.1", "", "RTNETLINK answers: Network is unreachable\n", 2],
  [`ip route get ${VIP}`, "192.168.88.100 dev eth1 src 192.168.88.10 uid 0 \n    cache \n", "", 0],
  [
    `${ADD}; ip route get ${VIP}`,
    "local 192.168.88.100 dev lo src 192.168.88.100 uid 0 \n    cache <local> \n",
    "",
    0,
  ],
  [
    "ip link set eth1 down; ip r; ip -br link show eth1",
    "eth1             DOWN           02:00:00:00:58:0a <BROADCAST,MULTICAST> \n",
    "",
    0,
  ],
  [
    "ping -c 1 192.168.88.11 >/dev/null; ip n",
    "192.168.88.11 dev eth1 lladdr 02:00:00:00:58:0b REACHABLE \n",
    "",
    0,
  ],
  [
    "ping -q -c 1 192.168.88.11 >/dev/null; ip n show dev eth1",
    "192.168.88.11 lladdr 02:00:00:00:58:0b REACHABLE \n",
    "",
    0,
  ],
  [
    "ip n add 192.168.88.77 lladdr 02:00:00:00:00:77 dev eth1; arp -n",
    "Address                  HWtype  HWaddress           Flags Mask            Iface\n192.168.88.77            ether   02:00:00:00:00:77   CM                    eth1\n",
    "",
    0,
  ],
  ["ping -c 1 10.0.0.1", "", "ping: connect: Network is unreachable\n", 2],
  ["ping nosuch", "", "ping: nosuch: Name or service not known\n", 2],
  ["arping -I eth9 192.168.88.11", "", "arping: Device eth9 not available.\n", 2],
  [
    "arping -c 2 -I eth1 192.168.88.77",
    "ARPING 192.168.88.77 from 192.168.88.10 eth1\nSent 2 probes (2 broadcast(s))\nReceived 0 response(s)\n",
    "",
    1,
  ],
  [
    "sysctl net.ipv4.ip_forward net.ipv4.foo",
    "net.ipv4.ip_forward = 0\n",
    "sysctl: cannot stat /proc/sys/net/ipv4/foo: No such file or directory\n",
    1,
  ],
  [
    "sysctl -w net.ipv4.ip_forward=1; cat /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv4/ip_forward; sysctl -n net.ipv4.ip_forward",
    "net.ipv4.ip_forward = 1\n1\n0\n",
    "",
    0,
  ],
  [
    "sysctl -w net.ipv4.ip_forward 1",
    "",
    "sysctl: command line(0): invalid syntax, continuing...\nsysctl: command line(0): invalid syntax, continuing...\n",
    1,
  ],
  ["curl -s http://192.168.88.11/", "192.168.88.11\n", "", 0],
  [
    "curl -s -o /tmp/x -w '%{http_code} %{size_download}\\n' 192.168.88.11; cat /tmp/x",
    "200 14\n192.168.88.11\n",
    "",
    0,
  ],
  [
    "curl -sS http://192.168.88.8/",
    "",
    `curl: (7) ${FAILED} 192.168.88.8 port 80 after 0 ms: Couldn't connect to server\n`,
    7,
  ],
  [
    "curl -sS http://10.0.0.1/",
    "",
    `curl: (7) ${FAILED} 10.0.0.1 port 80 after 0 ms: Couldn't connect to server\n`,
    7,
  ],
  ["curl -sS http://nosuch/", "", "curl: (6) Could not resolve host: nosuch\n", 6],
  [
    "curl -sSf http://192.168.88.11/nosuch",
    "",
    "curl: (22) The requested URL returned error: 404\n",
    22,
  ],
  [
    "curl --foo",
    "",
    "curl: option --foo: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
    2,
  ],
  // Measured with curl 7.88.1: where it binds, before it connects.
  [
    "curl -s --local-port 43000 192.168.88.11; curl -sS --local-port 43000 192.168.88.11; echo $?; curl -s --local-port 43000-43002 192.168.88.11",
    "192.168.88.11\n45\n192.168.88.11\n",
    "curl: (45) bind failed with errno 98: Address already in use\n",
    0,
  ],
  [
    "curl -sS --interface 1.2.3.4 192.168.88.11",
    "",
    "curl: (45) bind failed with errno 99: Cannot assign requested address\n",
    45,
  ],
  ["curl -sS --interface eth9 192.168.88.11", "", "curl: (45) Couldn't bind to 'eth9'\n", 45],
  ["curl -sS http://", "", "curl: (3) URL using bad/illegal format or missing URL\n", 3],
  ["curl -s 192.168.88.10 192.168.88.11", "192.168.88.10\n192.168.88.11\n", "", 0],
  [
    "curl -s -o /dev/null -w '%{http_code} %{num_connects}\\n' 'http://192.168.88.10/{,x,y}'",
    "200 1\n404 0\n404 0\n",
    "",
    0,
  ],
  [
    "curl -s 192.168.88.8 192.168.88.10; curl -s 192.168.88.10 192.168.88.8",
    "192.168.88.10\n192.168.88.10\n",
    "",
    7,
  ],
  ["hold 1 192.168.88.8 --secs 1", " 1 t=0.000 FAILED [Errno 111] Connection refused\n", "", 0],
  [
    "ss -tln",
    "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\nLISTEN 0      511          0.0.0.0:80        0.0.0.0:*          \n",
    "",
    0,
  ],
];

testLines(LINES);

test("ping says what came back, and what did not", () => {
  const { stdout, code } = typed("ping -c 2 192.168.88.11");
  expect(stdout.replace(/time[= ][\d.]+ ?ms/g, "time").replace(/= [\d./]+ ms/, "= #")).toBe(
    `PING 192.168.88.11 (192.168.88.11) 56(84) bytes of data.
64 bytes from 192.168.88.11: icmp_seq=1 ttl=64 time
64 bytes from 192.168.88.11: icmp_seq=2 ttl=64 time

--- 192.168.88.11 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time
rtt min/avg/max/mdev = #
`,
  );
  expect(code).toBe(0);
  expect(typed("ping -c 1 -W 1 192.168.88.77")).toMatchObject({
    stdout: `PING 192.168.88.77 (192.168.88.77) 56(84) bytes of data.

--- 192.168.88.77 ping statistics ---
1 packets transmitted, 0 received, 100% packet loss, time 0ms

`,
    stderr: "",
    code: 1,
  });
});

test.each([
  [65, "0.065"],
  [1_234, "1.23"],
  [12_345, "12.3"],
  [123_456, "123"],
])("%d µs is %s ms", (us, text) => {
  expect(formatTime(us)).toBe(text);
});

test("columns are as wide as their widest cell (real output)", () => {
  const base = { protocol: "tcp", receiveQueue: 0, sendQueue: 0, process: "" } as const;
  const rows: SocketRow[] = [
    { ...base, state: "LISTEN", sendQueue: 511, local: ["0.0.0.0", "80"], peer: ["0.0.0.0", "*"] },
    {
      ...base,
      state: "TIME-WAIT",
      local: ["192.168.88.10", "80"],
      peer: ["192.168.88.8", "40134"],
    },
  ];
  expect(formatSockets(rows, false)).toBe(
    `State     Recv-Q Send-Q Local Address:Port Peer Address:Port Process
LISTEN    0      511          0.0.0.0:80        0.0.0.0:*           ${""}
TIME-WAIT 0      0      192.168.88.10:80   192.168.88.8:40134       ${""}
`,
  );
});

// The neighbour counts as reachable for 15 to 45 s (I56); without confirmation a question follows.
test.each([
  ["an answered ping confirms the neighbour", "ping -c 55 192.168.88.11 >/dev/null", 1],
  ["a datagram does not", "for i in $(seq 55); do echo | nc -u -w 1 192.168.88.11 9; done", 2],
])("%s (I59)", (_, line, questions) => {
  const read = readScenario(
    JSON.stringify({ topology: "flat", steps: [{ t: 1, host: "node-1", run: line }], end: 58 }),
  );
  if (!("scenario" in read)) throw new Error(JSON.stringify(read));
  const asked = replay(read.scenario).frames.filter(
    ({ from, arp }) => from === "node-1" && arp?.op === "request",
  );
  expect(asked).toHaveLength(questions);
});
