// HTTP_GET and SSL_GET (K87, K140-K144): how an attempt fails, and how several urls come back. The log
// lines and times were measured with keepalived 2.2.7.
import { expect, test } from "vitest";
import { play, webServer } from "./test-checks.ts";

const X = "[192.168.88.10]:tcp:8080";
const VS = "[192.168.88.100]:tcp:8080";
const table = { nc: webServer };
/** The web server becomes another at 6.5, between the checks of seconds 5 and 8. */
const becomes = (how: string): string[] => ["0.2 node-1: nc 8080", `6.5 node-1: pkill nc; ${how}`];

interface Check {
  readonly kind?: string;
  readonly more?: string;
  readonly paths?: readonly string[];
  readonly address?: string;
  readonly before?: string;
  readonly server?: string;
}

function http(check: Check, lines: readonly string[], end = 20) {
  const { kind = "HTTP_GET", more = "", paths = ["/"], ...service } = check;
  const urls = paths.map((path) => `url {\n path ${path}\n }`).join("\n");
  const checker = `${kind} {\n ${urls}\n retry 0\n log_all_failures\n ${more}\n}`;
  return play({ ...service, checker, port: 8080, protocol: "TCP" }, lines, end, table);
}

test.each([
  ["nobody listens", "true", "8 Connection failed"],
  ["nobody is there", "ip link set eth1 down", "9 Timeout connecting"],
  ["no answer", "nc 8080 SILENT", "9 Timeout WEB read"],
  ["half an answer", "nc 8080 PART", "9 Timeout HTTP read"],
  ["it hangs up", "nc 8080 HANGS-UP", "8 Read, no data received from "],
  ["no header's end", "nc 8080 HEADLESS", "8 Read, no data received from "],
  ["it resets the connection", "nc 8080 RESET", "8 Read error with"],
  ["another status", "nc 8080 /", "8 HTTP status code error to"],
])("log_all_failures says why an HTTP_GET fails: %s (K87)", (_, how, said) => {
  const { lines } = http({}, becomes(how), 10);
  expect(lines).toEqual([
    `2 Remote Web server ${X} succeed on service.`,
    `${said} server ${X}.`,
    `${said.split(" ")[0] ?? ""} HTTP_CHECK on service ${X} failed.`,
    `${said.split(" ")[0] ?? ""} Removing service ${X} from VS ${VS}`,
  ]);
});

test.each([
  ["a server that speaks no TLS", "nc 8080", "2 SSL handshake/communication error connecting to"],
  ["one that hangs up", "nc 8080 HANGS-UP", "2 SSL handshake/communication error connecting to"],
  ["one that resets", "nc 8080 RESET", "2 Connection failed"],
  ["one that waits", "nc 8080 SILENT", "3 Timeout connecting"],
  ["nobody", "true", "2 Connection failed"],
])("SSL_GET of %s: the handshake is part of connecting (K87)", (_, how, said) => {
  const { lines } = http({ kind: "SSL_GET" }, [`0.2 node-1: ${how}`], 4);
  expect(lines.slice(0, 2)).toEqual([
    `${said} server ${X}.`,
    `${said.split(" ")[0] ?? ""} HTTP_CHECK on service ${X} failed.`,
  ]);
});

test.each(["HTTP_GET", "SSL_GET"])("%s without a way to the server (K87)", (kind) => {
  const { lines } = http({ kind, address: "10.0.0.1" }, [], 4);
  expect(lines[0]).toBe("2 HTTP_CHECK - network unreachable server [10.0.0.1]:tcp:8080.");
});

test("without log_all_failures no reason is told, with the one for all checkers each is (K87)", () => {
  const reasons = (more: string, before = ""): string[] =>
    http({ more, before }, becomes("nc 8080 /"), 10).lines.filter((each) => /error/.test(each));
  const told = [`8 HTTP status code error to server ${X}.`];
  expect(reasons("log_all_failures off")).toEqual([]);
  expect(reasons("")).toEqual(told);
  const all = "global_defs {\n checker_log_all_failures\n}";
  expect(reasons("log_all_failures off", all)).toEqual(told);
  expect(reasons("log_all_failures off", all.replace("res\n", "res no\n"))).toEqual([]);
});

test("a server that begins as down tells why it stays so at first, and no more (K136)", () => {
  const { lines } = http({ more: "alpha" }, ["9.5 node-1: nc 8080"], 15);
  expect(lines).toEqual([
    `2 Connection failed server ${X}.`,
    `11 HTTP status code success to ${X} url(/)`,
    `14 HTTP status code success to ${X} url(/)`,
    `14 Remote Web server ${X} succeed on service.`,
    `14 Adding service ${X} to VS ${VS}`,
  ]);
});

test("each step has its own time limit: a slow answer may last longer (K144)", () => {
  const { lines } = http({}, ["0.2 node-1: nc 8080 SLOW"], 20);
  expect(lines).toEqual([`3 Remote Web server ${X} succeed on service.`]);
});

/** Paths in the order in which they are asked for. */
const asked = (text: string | undefined): string[] =>
  [...(text ?? "").matchAll(/GET (\S+)/g)].map(([, path = ""]) => path);

test("the url that failed is asked until it is good, then all from the first (K140, K143)", () => {
  const paths = ["/a", "/b", "/c"];
  const { lines, texts } = http(
    { paths },
    ["0.2 node-1: nc 8080 /b", "12.5 node-1: pkill nc; nc 8080"],
    30,
  );
  expect(lines).toEqual([
    `5 HTTP status code error to server ${X}.`,
    `5 HTTP_CHECK on service ${X} failed.`,
    `5 Removing service ${X} from VS ${VS}`,
    `14 HTTP status code success to ${X} url(/b)`,
    `17 HTTP status code success to ${X} url(/a)`,
    `20 HTTP status code success to ${X} url(/b)`,
    `23 HTTP status code success to ${X} url(/c)`,
    `23 Remote Web server ${X} succeed on service.`,
    `23 Adding service ${X} to VS ${VS}`,
  ]);
  expect(asked(texts[0])).toEqual(["/a", "/b", "/b", "/b"]);
});

test("fast_recovery asks the rest at once at the start and on the way back, not while up", () => {
  const { lines, texts } = http({ paths: ["/a", "/b"], more: "fast_recovery" }, [
    "0.2 node-1: nc 8080",
    "6.5 node-1: pkill nc; nc 8080 /b",
    "9.5 node-1: pkill nc; nc 8080",
  ]);
  expect(lines).toEqual([
    `2 Remote Web server ${X} succeed on service.`,
    `8 HTTP status code error to server ${X}.`,
    `8 HTTP_CHECK on service ${X} failed.`,
    `8 Removing service ${X} from VS ${VS}`,
    `11 HTTP status code success to ${X} url(/b)`,
    `11 HTTP status code success to ${X} url(/a)`,
    `11 HTTP status code success to ${X} url(/b)`,
    `11 Remote Web server ${X} succeed on service.`,
    `11 Adding service ${X} to VS ${VS}`,
  ]);
  expect(texts.slice(0, 2).map(asked)).toEqual([["/a", "/b", "/a"], ["/b"]]);
  // From 14 on it is up: one url a round.
  expect(asked(texts[2])).toEqual(["/b", "/a", "/b", "/a", "/b"]);
});

test.each([
  ["1.0", "HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: "],
  ["1.0C", "HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: "],
  ["1.1", "HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: "],
])("http_protocol %s (K141)", (version, request) => {
  const { texts } = http({ more: `http_protocol ${version}` }, ["0.2 node-1: nc 8080"], 3);
  expect(texts[0]).toBe(`GET / ${request}192.168.88.10:8080\r\n\r\n`);
});

test("while down the pause is delay_loop, or delay_before_retry where that is longer (K140)", () => {
  const times = (more: string): number[] => {
    const { frames } = http({ more }, [], 20);
    const isSyn = (flags: unknown): boolean => flags === "S";
    return frames
      .filter(({ from, ip }) => from === "keepalived" && isSyn((ip?.tcp as Tcp | undefined)?.flags))
      .map(({ t }) => Math.floor(t));
  };
  expect(times("delay_before_retry 1")).toEqual([2, 5, 8, 11, 14, 17]);
  expect(times("delay_before_retry 5")).toEqual([2, 7, 12, 17]);
});

interface Tcp {
  readonly flags: string;
}
