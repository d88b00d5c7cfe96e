// What each kind of checker sends, hears and says: one director, one server that changes its mind.
// The log lines were measured with keepalived 2.2.7.
import { expect, test } from "vitest";
import { programs } from "../programs/index.ts";
import { play, type Played } from "./test-checks.ts";

const X = "[192.168.88.10]:udp:53";
const VS = "[192.168.88.100]:udp:53";
const REMOVED = `Removing service ${X} from VS ${VS}`;
const ADDED = `Adding service ${X} to VS ${VS}`;

test("PING_CHECK: an echo request of 128 bytes; silence fails (K89, K131)", () => {
  const { lines, frames } = play({ checker: "PING_CHECK {\n log_all_failures\n}", port: 53 }, [
    "6.5 node-1: ip link set eth1 down",
    "14.5 node-1: ip link set eth1 up",
  ]);
  expect(lines).toEqual([
    `2 ICMP connection to ${X} success.`,
    `9 ICMP connection to address ${X} timeout.`,
    `11 ICMP connection to address ${X} timeout.`,
    `11 ICMP CHECK on service ${X} of ${VS} failed after 1 retries.`,
    `11 ${REMOVED}`,
    `18 ICMP connection to ${X} success.`,
    `18 ${ADDED}`,
  ]);
  const echoes = frames.flatMap(({ ip }) => {
    const icmp = ip?.icmp as { type: number; seq: number } | undefined;
    return icmp === undefined ? [] : [{ icmp, len: ip?.len, src: ip?.src }];
  });
  expect(echoes.slice(0, 2).map(({ icmp, len, src }) => [icmp.type, len, src])).toEqual([
    [8, 156, "192.168.88.8"],
    [0, 156, "192.168.88.10"],
  ]);
  // The second one's sequence number is 1 with its bytes swapped.
  const requests = echoes.filter(({ icmp }) => icmp.type === 8);
  expect(requests[1]?.icmp.seq).toBe(256);
});

test("PING_CHECK without a way says so each time; at first one failure counts (K133)", () => {
  const { lines } = play({ checker: "PING_CHECK {\n}", port: 53, address: "10.0.0.1" }, [], 9);
  expect(lines.filter((line) => !line.includes("from VS"))).toEqual([
    "2 send ICMP packet fail",
    "2 ICMP CHECK on service [10.0.0.1]:udp:53 failed.",
    "5 send ICMP packet fail",
    "8 send ICMP packet fail",
  ]);
});

test("UDP_CHECK: a refusal fails at once, silence is success after the time limit (K131)", () => {
  const { lines } = play({ checker: "UDP_CHECK {\n log_all_failures\n}", port: 53 }, [
    "6.5 node-1: ip link set eth1 down",
  ]);
  expect(lines).toEqual([
    `2 UDP connection to ${X} failed.`,
    `2 UDP_CHECK on service ${X} failed.`,
    `2 ${REMOVED}`,
    // At 5 it is refused again, at 8 nobody answers.
    `9 UDP connection to ${X} success.`,
    `9 ${ADDED}`,
  ]);
});

test("UDP_CHECK with require_reply: the right bytes within the time limit", () => {
  const checker = (reply: string): string =>
    `UDP_CHECK {\n payload 7a7a\n require_reply ${reply}\n log_all_failures\n}`;
  const real = { udpecho: programs["udpecho"] };
  // udpecho answers "192.168.88.10 " and the datagram.
  const answering = ["0.2 node-1: udpecho 53", "6.5 node-1: pkill udpecho"];
  const { lines, frames } = play({ checker: checker("3139"), port: 53 }, answering, 20, real);
  expect(lines).toEqual([
    `2 UDP connection to ${X} success.`,
    `8 UDP connection to ${X} failed.`,
    `9 UDP connection to ${X} failed.`,
    `9 UDP_CHECK on service ${X} failed after 1 retries.`,
    `9 ${REMOVED}`,
  ]);
  const request = frames.find(({ ip }) => (ip?.udp as { dport: number } | undefined)?.dport === 53);
  expect(request?.ip?.len).toBe(30);
  const wrong = play({ checker: checker("3138"), port: 53 }, answering, 6, real);
  expect(wrong.lines[0]).toBe(`2 UDP check to ${X} reply data mismatch.`);
  const silent = play({ checker: "UDP_CHECK {\n require_reply\n}", port: 53 }, [
    "0.5 node-1: ip link set eth1 down",
  ]);
  expect(silent.lines[0]).toBe(`3 UDP_CHECK on service ${X} failed.`);
});

test("DNS_CHECK: a question for the root's SOA; any answer without an error is good", () => {
  const { lines, texts } = play({ checker: "DNS_CHECK {\n retry 1\n}", port: 53 }, [
    "0.2 node-1: udpecho 53",
    "6.5 node-1: pkill udpecho; udpecho 53 3",
    "12.5 node-1: pkill udpecho",
    "15.5 node-1: udpecho 53",
  ]);
  expect(texts[0]?.split("\n")[0]).toBe("010000010000000000000000060001");
  // A success is silent; the second attempt comes a delay_loop after the first.
  expect(lines).toEqual([
    `11 DNS_CHECK (${X}) read error occurred. (rcode = 3) after 1 retries`,
    `11 ${REMOVED}`,
    `17 ${ADDED}`,
  ]);
});

test("DNS_CHECK asks for type and name; nobody there is a failed read", () => {
  const { lines } = play({ checker: "DNS_CHECK {\n type A\n name www.example.com\n}", port: 53 });
  expect(lines).toEqual([
    `2 DNS_CHECK (${X}) failed to read socket; errno 111 (Connection refused)`,
    `2 ${REMOVED}`,
  ]);
  const asked = play(
    { checker: "DNS_CHECK {\n type A\n name www.example.com\n}", port: 53 },
    ["0.2 node-1: udpecho 53"],
    4,
  );
  const name = "03777777076578616d706c6503636f6d00";
  expect(asked.texts[0]).toBe(`01000001000000000000${name}00010001\n`);
  const gone = play({ checker: "DNS_CHECK {\n}", port: 53, address: "192.168.88.77" }, [], 5);
  expect(gone.lines[0]).toBe("3 DNS_CHECK ([192.168.88.77]:udp:53) read timeout from socket");
});

const MAIL = "[192.168.88.10]:tcp:25";
const smtp = (lines: readonly string[], checker = "", end = 9): Played =>
  play({ checker: `SMTP_CHECK {\n ${checker}\n}`, port: 25, protocol: "TCP" }, lines, end);

test("SMTP_CHECK: banner, HELO, QUIT (K131)", () => {
  const { lines, texts } = smtp(["0.2 node-1: nc 25 '220 a' '250 b' '221 c'"], "", 4);
  expect(lines).toEqual([`2 Remote SMTP server ${MAIL} succeed on service.`]);
  expect(texts[0]).toBe("HELO smtpchecker.keepalived.org\r\nQUIT\r\n");
});

test.each([
  ["nobody listens", "true", "3 SMTP_CHECK Could not connect to server"],
  ["no banner", "nc 25", "5 SMTP_CHECK Read timeout from server"],
  ["it hangs up", "nc 25 END & sleep 2.5; nc 25 END", "3 SMTP_CHECK Read failure from server"],
  ["a bad banner", "nc 25 '554 no'", "3 SMTP_CHECK Bad greeting banner from server"],
  ["more lines of one answer", "nc 25 '220-a'", "3 SMTP_CHECK Bad greeting banner from server"],
  ["a bad HELO answer", "nc 25 '220 a' '500 b'", "3 SMTP_CHECK Bad HELO response from server"],
  ["no way to it", "ip link set eth1 down", "5 SMTP_CHECK Connection timeout to server"],
])("SMTP_CHECK tries again at the first check, too: %s", (_, command, said) => {
  const { lines } = smtp([`0.2 node-1: ${command}`]);
  expect(lines).toEqual([
    `${said} [192.168.88.10]:25`,
    `${said.split(" ")[0] ?? ""} Removing service ${MAIL} from VS [192.168.88.100]:tcp:25`,
  ]);
});

test("SMTP_CHECK comes back with one good dialogue, and greets by helo_name", () => {
  const good = "nc 25 '220 a' '250 b' '221 c'";
  const { lines, texts } = smtp([`6.5 node-1: ${good}`], "helo_name lb\n retry 0", 12);
  expect(lines.at(-1)).toBe(`8 Adding service ${MAIL} to VS [192.168.88.100]:tcp:25`);
  expect(texts[0]).toContain("HELO lb\r\n");
});

test("TCP_CHECK with log_all_failures says how each attempt failed (K88)", () => {
  const checker = "TCP_CHECK {\n retry 1\n log_all_failures\n}";
  const { lines } = play({ checker, port: 25, protocol: "TCP" }, [], 6);
  expect(lines.slice(0, 2)).toEqual([
    `2 TCP connection to ${MAIL} failed.`,
    `2 TCP_CHECK on service ${MAIL} failed.`,
  ]);
});

const FILE = "track_file F1 {\n file /tmp/f1\n weight 2\n init_file 1\n}";
const change = (from: number, to: number): string =>
  `Changing weight from ${from} to ${to} for active service ${X} of VS ${VS}`;

test("FILE_CHECK: the file's number times the weight, at once and not below 0 (K110, K131)", () => {
  const { lines, texts } = play(
    { before: FILE, server: "weight 10", checker: "FILE_CHECK {\n track_file F1\n}", port: 53 },
    [
      "2 keepalived: ipvsadm -Ln; cat /tmp/f1",
      "4 keepalived: echo -3 > /tmp/f1",
      "5 keepalived: echo -9 > /tmp/f1",
      "6 keepalived: seq 7 7 > /tmp/f1",
      "7 keepalived: : > /tmp/f1",
      "8 keepalived: echo 1 > /tmp/f1",
      "9 keepalived: rm /tmp/f1",
    ],
  );
  expect(texts[0]).toMatch(/192\.168\.88\.10:53 +Masq +12 [^]*\n1\n$/);
  expect(lines).toEqual([
    `4 ${change(12, 4)}`,
    `5 ${change(4, 0)}`,
    `6 ${change(0, 24)}`,
    `7 ${change(24, 10)}`,
    `8 ${change(10, 12)}`,
    `9 ${change(12, 10)}`,
  ]);
});

test.each([
  ["weight 3", "13"],
  ["weight 3 reverse", "7"],
  ["weight 99999999999", "12"],
  ["", "12"],
])("FILE_CHECK with %j: its own weight, else its file's (K110)", (line, weight) => {
  const checker = `FILE_CHECK {\n track_file F1\n ${line}\n}`;
  const { texts } = play(
    { before: FILE, server: "weight 10", checker, port: 53 },
    ["2 keepalived: ipvsadm -Ln"],
    3,
  );
  expect(/192\.168\.88\.10:53 +Masq +(\d+)/.exec(texts[0] ?? "")?.[1]).toBe(weight);
});

test("FILE_CHECK with weight 0 takes the server out while the number is not 0", () => {
  const checker = "FILE_CHECK {\n track_file F1\n weight 0\n}";
  const { lines, texts } = play({ before: FILE, checker, port: 53 }, [
    "2 keepalived: ipvsadm -Ln",
    "4 keepalived: echo 0 > /tmp/f1",
    "6 keepalived: echo 5 > /tmp/f1",
  ]);
  expect(texts[0]).not.toContain("Masq");
  expect(lines).toEqual([
    `4 (${X}): tracked file F1 leaving FAULT state`,
    `4 ${ADDED}`,
    `6 (${X}): tracked file F1 now FAULT state`,
    `6 ${REMOVED}`,
  ]);
});

test("a weight changes while the server is down, too", () => {
  const checker = "FILE_CHECK {\n track_file F1\n}\nTCP_CHECK {\n}";
  const { lines } = play({ before: FILE, checker, port: 53, protocol: "TCP" }, [
    "4 keepalived: echo 3 > /tmp/f1",
  ]);
  const where = "[192.168.88.10]:tcp:53 of VS [192.168.88.100]:tcp:53";
  expect(lines.at(-1)).toBe(`4 Changing weight from 3 to 7 for inactive service ${where}`);
});
