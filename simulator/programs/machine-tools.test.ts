// What the tools print that look at the machine itself: modules, counters, groups, its web server.
import { expect, test } from "vitest";
import { type Row, testLines, typed } from "./test-console.ts";

const TUNNEL_UP = `3: tunl0@NONE: <NOARP,UP,LOWER_UP> mtu 1480 qdisc noqueue state UNKNOWN group default qlen 1000
    link/ipip 0.0.0.0 brd 0.0.0.0
    inet 192.168.88.100/32 scope global tunl0
       valid_lft forever preferred_lft forever
`;
const IDLE_LINK = `3: tunl0@NONE: <NOARP> mtu 1480 qdisc noop state DOWN mode DEFAULT group default qlen 1000
    link/ipip 0.0.0.0 brd 0.0.0.0
    RX:  bytes packets errors dropped  missed   mcast           
             0       0      0       0       0       0 
    TX:  bytes packets errors dropped carrier collsns           
             0       0      0       0       0       0 
`;
const GROUPS = `2:	eth1
	link  33:33:00:00:00:01
	link  01:00:5e:00:00:01
	inet  224.0.0.1
	inet6 ff02::1
	inet6 ff01::1
`;
const IGMP = `Idx	Device    : Count Querier	Group    Users Timer	Reporter
1	lo        :     1      V3
				010000E0     1 0:00000000		0
2	eth1      :     1      V3
				010000E0     1 0:00000000		0
`;

const CONFIGURATION = "/etc/nginx/rig.conf";
const LINES: readonly Row[] = [
  [
    "modprobe ipip; ip addr add 192.168.88.100/32 dev tunl0; ip link set tunl0 up; ip a s tunl0",
    TUNNEL_UP,
    "",
    0,
  ],
  ["modprobe ipip; ip -s link show tunl0", IDLE_LINK, "", 0],
  [
    "modprobe nosuch",
    "",
    "modprobe: FATAL: Module nosuch not found in directory /lib/modules/6.1.0-56-amd64\n",
    1,
  ],
  [
    "nstat -az TcpExtIPReversePathFilter",
    "#kernel\nTcpExtIPReversePathFilter       0                  0.0\n",
    "",
    0,
  ],
  ["ip maddr show dev eth1", GROUPS, "", 0],
  ["cat /proc/net/igmp", IGMP, "", 0],
  [
    "ip rule",
    "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n",
    "",
    0,
  ],
  ["ip -6 addr; ip -6 route", "", "", 0],
  [
    "logger -t notify to master; logger x; cut -c17- /var/log/messages",
    "node-1 notify: to master\nnode-1 root: x\n",
    "",
    0,
  ],
  ["printf 'a\\nbc\\n' > t; tac t; rev t; nl t", "bc\na\na\ncb\n     1\ta\n     2\tbc\n", "", 0],
  ["printf abc | md5sum", "900150983cd24fb0d6963f7d28e17f72  -\n", "", 0],
  ["expr 2 + 3; expr 7 / 0; expr a = b", "5\n0\n", "expr: division by zero\n", 1],
  [
    "seq -w 9 10; seq -s, 3; date -d @0 +%F; date -d soon",
    "09\n10\n1,2,3\n1970-01-01\n",
    "date: invalid date ‘soon’\n",
    1,
  ],
  [
    "ps -C nginx | tail -1 | cut -c7-; ps aux | grep -c '[n]ginx: master'",
    "?        00:00:00 nginx\n1\n",
    "",
    0,
  ],
  ["ping -I 1.2.3.4 -c 1 192.168.88.8", "", "ping: bind: Cannot assign requested address\n", 2],
  [
    "ping -c 1 192.168.88.8 > /dev/null; tail -1 /proc/net/arp; . /etc/os-release; echo $ID",
    "192.168.88.8     0x1         0x2         02:00:00:00:58:08     *        eth1\ndebian\n",
    "",
    0,
  ],
  [
    "ss -Htln sport = :80 | cut -d' ' -f1; ss -Htn dst 10.9.9.9; ss -Hta state listening | wc -l",
    "LISTEN\n1\n",
    "",
    0,
  ],
  [
    "nc -l 9000 & sleep .1; nc 127.0.0.1 9000 & sleep .1; ss -Htn state established dport = :9000 | wc -l; kill %1 %2",
    "1\n",
    "",
    0,
  ],
  [
    "cp -r /etc/nginx /tmp; ls /tmp/nginx; mv /tmp/nginx /tmp/n; cp /tmp/n /root; find /tmp",
    "rig.conf\n/tmp\n/tmp/n\n/tmp/n/rig.conf\n",
    "cp: -r not specified; omitting directory '/tmp/n'\n",
    0,
  ],
  ["uname -r; uname", "6.1.0-56-amd64\nLinux\n", "", 0],
  [
    "nginx -t",
    "",
    `nginx: the configuration file ${CONFIGURATION} syntax is ok\n` +
      `nginx: configuration file ${CONFIGURATION} test is successful\n`,
    0,
  ],
  [
    `sed -i 's/root/rooot/' ${CONFIGURATION}; nginx -t`,
    "",
    `nginx: [emerg] unknown directive "rooot" in ${CONFIGURATION}:7\n` +
      `nginx: configuration file ${CONFIGURATION} test failed\n`,
    1,
  ],
  [
    `echo 'http {' > ${CONFIGURATION}; nginx`,
    "",
    `nginx: [emerg] unexpected end of file, expecting "}" in ${CONFIGURATION}:1\n`,
    1,
  ],
  ["nginx", "", "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)\n", 1],
  [
    `sed -i 's/0.0.0.0:80 /0.0.0.0:8080 /' ${CONFIGURATION}; systemctl restart openresty; ` +
      "sleep 1; curl -s http://192.168.88.10:8080/",
    "192.168.88.10\n",
    "",
    0,
  ],
  [
    "curl -s http://192.168.88.10/ -A me; sleep 1; cut -d' ' -f1,6- /var/log/nginx/access.log",
    '192.168.88.10\n192.168.88.10 "GET / HTTP/1.1" 200 14 "-" "me"\n',
    "",
    0,
  ],
  [
    "rm /var/www/index.html; for p in / /x; do curl -s -o /dev/null -w '%{http_code} ' 192.168.88.10$p; done",
    "403 404 ",
    "",
    0,
  ],
];

testLines(LINES);

test("an interface counts what comes and goes, with its headers", () => {
  const { stdout } = typed("ping -c 1 -q 192.168.88.11; ip -s link show eth1", "client");
  // An ARP question of 42 bytes and an echo of 98, both ways.
  expect(stdout).toContain("\n           140       2      0       0       0       0 \n    TX:");
  expect(stdout.trimEnd()).toMatch(/\n {11}140 {7}2 {6}0 {7}0 {7}0 {7}0$/);
});
