// nc: ports tried, texts sent and received, over TCP and UDP.
import { type Row, testLines } from "./test-console.ts";

const WEB = "192.168.88.10";
const LINES: readonly Row[] = [
  [`nc -zv ${WEB} 80`, "", `Connection to ${WEB} 80 port [tcp/http] succeeded!\n`],
  [`nc -zv ${WEB} 81`, "", `nc: connect to ${WEB} port 81 (tcp) failed: Connection refused\n`, 1],
  [`nc -z ${WEB} 79-80`, "", "", 1],
  [
    "nc -zv -w 1 192.168.88.77 80",
    "",
    "nc: connect to 192.168.88.77 port 80 (tcp) timed out: Operation now in progress\n",
    1,
  ],
  [
    "nc -zv 10.1.1.1 80",
    "",
    "nc: connect to 10.1.1.1 port 80 (tcp) failed: Network is unreachable\n",
    1,
  ],
  [
    "nc -zv nosuch 80",
    "",
    'nc: getaddrinfo for host "nosuch" port 80: Name or service not known\n',
    1,
  ],
  [`printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc ${WEB} 80 | tail -1`, `${WEB}\n`],
  ["nc -l 9000 > got & sleep 0.1; echo hi ü | nc -N 127.0.0.1 9000; sleep 0.1; cat got", "hi ü\n"],
  ["echo back | nc -l 9000 & sleep 0.1; nc -w 1 127.0.0.1 9000", "back\n"],
  ["timeout 1 nc -lu 9001 & sleep 0.1; echo q | nc -uw 1 127.0.0.1 9001; wait", "q\n"],
  [`nc -zvu ${WEB} 9`, "", `nc: connect to ${WEB} port 9 (udp) failed: Connection refused\n`, 1],
  ["nc -l 80 & sleep 0.1; nc -l 80", "", "nc: Address already in use\n", 1],
];

testLines(LINES, "client");
