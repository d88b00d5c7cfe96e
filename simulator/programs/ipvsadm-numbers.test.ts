// `ipvsadm -Ln --stats` and `--rate`: which packets and bytes count, when they show, how rates fade.
import { expect, test } from "vitest";
import type { Host } from "../host/host.ts";
import { service } from "../ipvs/schedulers/test-service.ts";
import { session } from "../test-session.ts";
import { listServices } from "./ipvsadm-list.ts";

const VIP = "192.168.88.100";
const NODE = "192.168.88.10";
const LB = "keepalived";
const ARP = "sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2";
const CURL = `curl -s -m 2 http://${VIP}/ >/dev/null`;

function director(method: string, lines: readonly string[]): readonly string[] {
  const before = [
    method === "-m"
      ? "0.1 node-1: ip route add 192.168.88.2/32 via 192.168.88.8"
      : `0.1 node-1: ${ARP}; ip addr add ${VIP}/32 dev lo`,
    `0.1 ${LB}: sysctl -qw net.ipv4.ip_forward=1; ip addr add ${VIP}/24 dev eth1; ` +
      `ipvsadm -A -t ${VIP}:80 -s rr; ipvsadm -a -t ${VIP}:80 -r ${NODE} ${method}`,
  ];
  return session([...before, ...lines]).texts.slice(before.length);
}

/** The five numbers of the service's line and of its server's. */
function numbers(text = ""): string[] {
  return text
    .split("\n")
    .filter((line) => line.includes(":80 "))
    .map((line) => line.trim().split(/ +/).slice(-5).join(" "));
}

test("direct routing: what the client sent counts, at service and server (I107, I175)", () => {
  const texts = director("-g", [
    `2.5 client: ${CURL}; ${CURL}; ${CURL}`,
    `6.5 ${LB}: ipvsadm -Ln --stats`,
    `7 ${LB}: ipvsadm -Z; ipvsadm -Ln --stats; ipvsadm -Ln`,
  ]);
  // A curl sends six packets with 398 bytes (recorded: lvs-a-dr).
  expect(numbers(texts[1])).toEqual(["3 18 0 1194 0", "3 18 0 1194 0"]);
  expect(texts[1]).toBe(
    `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  192.168.88.100:80                   3       18        0     1194        0
  -> 192.168.88.10:80                    3       18        0     1194        0
`,
  );
  // -Z clears the statistics, not the connections (I117).
  expect(numbers(texts[2])?.slice(0, 2)).toEqual(["0 0 0 0 0", "0 0 0 0 0"]);
  expect(texts[2]).toMatch(/Route +1 +0 +3 /);
});

test("NAT: the replies count, too (I107)", () => {
  const texts = director("-m", [`2.5 client: ${CURL}`, `6.5 ${LB}: ipvsadm -Ln --stats`]);
  // SYN-ACK 60, two bare ones and the FIN of 52 each, an answer of 52 and 249 bytes.
  expect(numbers(texts[1])).toEqual(["1 6 4 398 465", "1 6 4 398 465"]);
});

test("what is shown is two seconds old at most: the last tick's (I107)", () => {
  const texts = director("-g", [
    `2.5 client: ${CURL}`,
    `3.9 ${LB}: ipvsadm -Ln --stats`,
    `4.2 ${LB}: ipvsadm -Ln --stats`,
  ]);
  expect(numbers(texts[1])[0]).toBe("0 0 0 0 0");
  expect(numbers(texts[2])[0]).toBe("1 6 0 398 0");
});

const TEN =
  "2.5 client: for i in 1 2 3 4 5 6 7 8 9 10; do curl -s http://192.168.88.100/ >/dev/null; done";
/** 10 connections, 60 packets and 3980 bytes in two seconds, smoothed by four (I108). */
const after = (ticks: number) => {
  const fade = 0.75 ** (ticks - 1) / 4;
  const each = (count: number) => Math.floor((Math.floor((count / 2) * fade * 1024) + 511) / 1024);
  const bytes = Math.floor((Math.floor(1990 * fade * 32) + 15) / 32);
  return `${each(10)} ${each(60)} 0 ${bytes} 0`;
};

test("rates rise by a quarter and fade by a quarter every two seconds (I108, I176)", () => {
  const moments = [4.5, 6.5, 8.5, 14.5];
  const texts = director("-g", [TEN, ...moments.map((at) => `${at} ${LB}: ipvsadm -Ln --rate`)]);
  const shown = texts.slice(1).map((text) => numbers(text)[0]);
  expect(shown).toEqual([1, 2, 3, 6].map(after));
  expect(shown[0]).toBe("1 7 0 497 0");
  expect(texts[1]).toContain("                 CPS    InPPS   OutPPS    InBPS   OutBPS\n");
});

test("a table flushed and made again between two ticks has one estimator", () => {
  const again = `ipvsadm -C; ipvsadm -A -t ${VIP}:80 -s rr; ipvsadm -a -t ${VIP}:80 -r ${NODE} -g`;
  const texts = director("-g", [`1.5 ${LB}: ${again}`, TEN, `6.5 ${LB}: ipvsadm -Ln --rate`]);
  expect(numbers(texts[2])[0]).toBe(after(2));
});

test.each([
  [99_999_999, " 99999999", " 99999999"],
  [123_456_789, "  123456K", " 123456789"],
  [1_234_567_890, "    1234M", " 1234567890"],
  [123_456_789_012, "     123G", " 123456789012"],
  [123_456_789_012_345, "     123T", " 123456789012345"],
])("%i bytes are shown as %j, and exactly as %j (I175)", (inBytes, short, exact) => {
  const only = service("rr", [1]);
  only.stats.shown = { ...only.stats.shown, inBytes };
  const line = (...switches: string[]) =>
    listServices({} as Host, { only, switches: new Set(["numeric", "stats", ...switches]) })
      .split("\n")
      .find((each) => each.startsWith("TCP"));
  const start = `${"TCP  10.0.0.100:80".padEnd(33)}${"0".padStart(9).repeat(3)}`;
  expect(line()).toBe(`${start}${short}        0`);
  expect(line("exact")).toBe(`${start}${exact}        0`);
});
