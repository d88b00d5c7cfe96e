import { describe, expect, it } from "vitest";
import { comparedMessage, comparedText, isSameText } from "./text.ts";

describe("what is taken out of a line", () => {
  it.each([
    [
      "64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.411 ms",
      "64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=# ms",
    ],
    [
      "2 packets transmitted, 2 received, 0% packet loss, time 1003ms",
      "2 packets transmitted, 2 received, 0% packet loss, time=# ms",
    ],
    ["rtt min/avg/max/mdev = 0.4/0.5/0.6/0.1 ms", "rtt #"],
    [
      "2: eth1@if3: <UP> mtu 1500 qdisc noqueue state UP group default qlen 1000",
      "2: eth1: <UP> mtu 1500 state UP group default",
    ],
    ["brd ff:ff:ff:ff:ff:ff link-netnsid 0", "brd ff:ff:ff:ff:ff:ff"],
    ["valid_lft forever preferred_lft 20sec", "lft"],
    ["Date: Mon, 23 Nov 2026 02:52:11 GMT\r", "Date: <date>\r"],
    ['10.0.0.1 - - [23/Nov/2026:02:52:11 +0000] "GET /"', '10.0.0.1 - - [<date>] "GET /"'],
    ['ETag: "6922838c-e"', 'ETag: "#-e"'],
    ["1795405084.658 ok", "<epoch> ok"],
    ["pid 38 exited due to signal 9", "pid # exited due to signal 9"],
    ["VRRP child process(38) died", "VRRP child process(#) died"],
    ["sockpool: [ifindex(  2), fd(11,12)]", "sockpool: [ifindex(#), fd(#)]"],
    ["Running on Linux 6.1.0-56-amd64 #1 SMP", "Running on Linux"],
    ["used 0.01 user time, 0.02 system time", "used #"],
    [
      "curl: (28) Connection timed out after 2001 milliseconds",
      "curl: (28) Connection timed out after #",
    ],
    ["Resolving timed out after 5.5 s", "Resolving timed out after #"],
    [
      "10.0.0.1 dev eth1 lladdr 02:00:00:00:00:01 DELAY ",
      "10.0.0.1 dev eth1 lladdr 02:00:00:00:00:01 KNOWN",
    ],
    [
      "connect to 10.0.0.1:45678 and 10.0.0.1:45679 and 10.0.0.1:45678",
      "connect to 10.0.0.1:P1 and 10.0.0.1:P2 and 10.0.0.1:P1",
    ],
    ["a service keeps its port 10.0.0.1:8080", "a service keeps its port 10.0.0.1:8080"],
    ["Starting Keepalived v2.2.7 (01/16,2022)", "Starting Keepalived v2.2.7 (01/16,2022)"],
    ["Server: nginx/1.22.1", "Server: nginx/1.22.1"],
  ])("%s", (line, compared) => {
    expect(comparedMessage(line)).toBe(compared);
  });
});

describe("the order of rows", () => {
  it.each([
    [
      "sorts neighbours, within their block only",
      "b\n10.0.0.2 dev eth1 x\n10.0.0.1 dev eth1 y\na",
      ["b", "10.0.0.1 dev eth1 y", "10.0.0.2 dev eth1 x", "a"],
    ],
    [
      "sorts sockets and forgets their ports",
      "LISTEN 0 511 0.0.0.0:80\nESTAB 0 0 10.0.0.1:45000",
      ["ESTAB 0 0 10.0.0.1:P", "LISTEN 0 511 0.0.0.0:80"],
    ],
    [
      "puts log lines in order for each program",
      "Nov 23 02:43:25 d1 b[2]: first\nNov 23 02:43:26 d1 a[1]: x\nNov 23 02:43:27 d1 b[2]: again",
      ["<date> d1 a[pid]: x", "<date> d1 b[pid]: first", "<date> d1 b[pid]: again"],
    ],
    ["keeps all other lines as they are", "b\na", ["b", "a"]],
  ])("%s", (_, text, lines) => {
    expect(comparedText(text).lines).toEqual(lines);
  });

  it("takes the expire column out of `ipvsadm -Lnc`", () => {
    const text = "TCP 01:58  FIN_WAIT    10.0.0.2:45678 10.0.0.100:80 10.0.0.10:80";
    expect(comparedText(text)).toEqual({
      lines: ["TCP  FIN_WAIT    10.0.0.2:P 10.0.0.100:80 10.0.0.10:80"],
      expiries: [{ row: " FIN_WAIT    10.0.0.2:P 10.0.0.100:80 10.0.0.10:80", seconds: 118 }],
    });
  });
});

describe("the expire column", () => {
  it.each([
    ["01:58", "01:56", true],
    ["01:58", "01:55", false],
    ["00:59", "01:01", true],
  ])("%s against %s", (ours, theirs, same) => {
    expect(isSameText(`TCP ${ours}  NONE x`, `TCP ${theirs}  NONE x`)).toBe(same);
  });
});
