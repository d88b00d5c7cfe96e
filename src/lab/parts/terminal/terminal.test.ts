import { expect, test } from "vitest";
import { act, runTo } from "#sim/index.ts";
import { libraryRun } from "../../library.ts";
import { complete, EMPTY_LINE, keysOf, type Line, press } from "./line-editor.ts";
import { beginTranscript, plain, readTranscript } from "./transcript.ts";

function typed(keys: readonly string[], from: Line = EMPTY_LINE): Line {
  return keys.reduce((line, key) => press(line, key).line, from);
}

test("a line is edited as readline edits it", () => {
  const line = typed(["ping -c 1 host", "\x17", "10.0.0.1", "\x01", "sudo ", "\x05", "\x7f", "2"]);
  expect(line.text).toBe("sudo ping -c 1 10.0.0.2");
  expect(typed(["\x15"], line)).toMatchObject({ text: "", killed: line.text });
  expect(typed(["\x15", "\x19"], line).text).toBe(line.text);
  expect(typed(["abc", "\x1b[D", "\x1b[D", "\x1b[3~"]).text).toBe("ac");
  expect(typed(["abc", "\x1b[D", "\x0b"]).text).toBe("ab");
});

test("the history goes up and down and keeps what was being typed", () => {
  const line = typed(["one", "\r", "two", "\r", "two", "\r", "thr"]);
  expect(line.history).toEqual(["one", "two"]);
  expect(typed(["\x1b[A"], line).text).toBe("two");
  expect(typed(["\x1b[A", "\x1b[A", "\x1b[A"], line).text).toBe("one");
  expect(typed(["\x1b[A", "\x1b[A", "\x1b[B", "\x1b[B"], line).text).toBe("thr");
});

test("what a terminal sends at once is taken apart", () => {
  expect(keysOf("ls\r\x1b[Acd\x03")).toEqual(["ls", "\r", "\x1b[A", "cd", "\x03"]);
});

test("Tab completes commands, then files up to the next slash", () => {
  const commands = ["ip", "ipvsadm", "iptables"];
  const files = ["/etc/hosts", "/etc/hostname", "/etc/keepalived/keepalived.conf"];
  expect(complete(typed(["ipv"]), commands, files).line.text).toBe("ipvsadm ");
  expect(complete(typed(["ip"]), commands, files)).toMatchObject({
    choices: ["ip", "iptables", "ipvsadm"],
  });
  expect(complete(typed(["cat /e"]), commands, files).line.text).toBe("cat /etc/");
  expect(complete(typed(["cat /etc/k"]), commands, files).line.text).toBe("cat /etc/keepalived/");
  expect(complete(typed(["cat /etc/ho"]), commands, files).line.text).toBe("cat /etc/host");
  expect(complete(typed(["ls; ipv"]), commands, files).line.text).toBe("ls; ipvsadm ");
});

test("nothing that a terminal would obey comes through", () => {
  expect(plain("a\x1b]8;;http://x\x07b\x1b[2Jc\r\nd\te")).toBe("a]8;;http://xb[2Jc\nd\te");
});

test("the console shows what was there at the cursor, and Ctrl-C ends what runs", () => {
  const timeline = libraryRun("article");
  const begin = timeline.now;
  const line = "ping 192.168.88.100";
  const label = "typed";
  act(timeline, { kind: "command", host: "client", line, label, background: false });
  runTo(timeline, begin + 3_500_000);
  act(timeline, { kind: "interrupt", host: "client" });
  runTo(timeline, begin + 4_000_000);
  const transcript = beginTranscript("client");
  const whole = readTranscript(transcript, timeline.trace);
  expect(whole.startsWith("client:~# ping 192.168.88.100\nPING 192.168.88.100")).toBe(true);
  expect(whole).toContain("4 packets transmitted, 4 received");
  expect(timeline.world.hosts.get("client")?.console.running).toBeUndefined();
  runTo(timeline, begin + 1_500_000);
  const early = readTranscript(transcript, timeline.trace);
  expect(whole.startsWith(early)).toBe(true);
  expect(early.match(/icmp_seq/g)).toHaveLength(2);
});
