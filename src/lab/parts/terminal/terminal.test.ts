import { expect, test } from "vitest";
import { act, replaceInputs, runTo, type Timeline } from "#sim/index.ts";
import { libraryRun } from "../../library.ts";
import {
  beginConsoles,
  countAt,
  plain,
  promptOf,
  readConsole,
  transcriptAt,
} from "./console-reader.ts";
import {
  complete,
  EMPTY_LINE,
  inColumns,
  keysOf,
  type Line,
  press,
  searchPrompt,
} from "./line-editor.ts";
import { beginLog, beginMatches, countUntil, readLog, readMatches } from "./log.ts";
import { compose, firstPiece, isJump, type Shown } from "./screen.ts";

function typed(keys: readonly string[], from: Line = EMPTY_LINE): Line {
  return keys.reduce((line, key) => press(line, key).line, from);
}
const [UP, DOWN, LEFT, CTRL_R] = ["\x1b[A", "\x1b[B", "\x1b[D", "\x12"];

test("a line is edited as readline edits it", () => {
  const line = typed(["ping -c 1 host", "\x17", "10.0.0.1", "\x01", "sudo ", "\x05", "\x7f", "2"]);
  expect(line.text).toBe("sudo ping -c 1 10.0.0.2");
  expect(typed(["\x15"], line)).toMatchObject({ text: "", killed: line.text });
  expect(typed(["\x15", "\x19"], line).text).toBe(line.text);
  expect(typed(["abc", LEFT, LEFT, "\x1b[3~"]).text).toBe("ac");
  expect(typed(["abc", LEFT, "\x0b"]).text).toBe("ab");
  expect(typed(["a b c", "\x1b[H", "\x1b[1;5C", "x"]).text).toBe("ax b c");
  expect(typed(["地址𝒳", "\x7f", "\x7f"]).text).toBe("地");
  expect(typed(["𝒳", LEFT, "a"]).text).toBe("a𝒳");
  expect(press(EMPTY_LINE, "\x04").kind).toBe("end");
  expect(press(typed(["ab", LEFT]), "\x04").line.text).toBe("a");
  expect(typed(["ab", "\x1b[20~", "\x00"]).text).toBe("ab");
});

test("the history goes up and down and keeps what was being typed", () => {
  const line = typed(["one", "\r", "two", "\r", "two", "\r", "thr"]);
  expect(line.history).toEqual(["one", "two"]);
  expect(typed([UP], line).text).toBe("two");
  expect(typed([UP, UP, UP], line).text).toBe("one");
  expect(typed([UP, UP, DOWN, DOWN], line).text).toBe("thr");
});

test("Ctrl-R looks back through the history, and says when nothing is found", () => {
  const line = typed(["ip addr", "\r", "ping a", "\r", "ipvsadm -Ln", "\r", "half"]);
  const found = typed([CTRL_R, "i", "p"], line);
  expect([found.text, found.search && searchPrompt(found.search)]).toEqual([
    "ipvsadm -Ln",
    "(reverse-i-search)`ip': ",
  ]);
  expect(typed([CTRL_R], found).text).toBe("ip addr");
  const lost = typed([CTRL_R, CTRL_R, "x"], found);
  expect(lost.search && searchPrompt(lost.search)).toBe("(failed reverse-i-search)`ipx': ");
  expect(typed([CTRL_R, "\x05", "!"], found)).toMatchObject({
    text: "ip addr!",
    search: undefined,
  });
  expect(press(found, "\r")).toMatchObject({ kind: "enter", text: "ipvsadm -Ln" });
  expect(typed(["\x07"], found)).toMatchObject({ text: "half", search: undefined });
});

test("what a terminal sends at once is taken apart", () => {
  expect(keysOf("ls\r\x1b[Acd\x03")).toEqual(["ls", "\r", UP, "cd", "\x03"]);
});

test("Tab completes commands, then files up to the next slash, from where the shell stands", () => {
  const commands = ["ip", "ipvsadm", "iptables"];
  const files = ["/etc/hosts", "/etc/hostname", "/etc/keepalived/keepalived.conf"];
  const at = (text: string, directory = "/root") =>
    complete(typed([text]), { commands, files, directory });
  expect(at("ipv").line.text).toBe("ipvsadm ");
  expect(at("ip").choices).toEqual(["ip", "iptables", "ipvsadm"]);
  expect(at("cat /e").line.text).toBe("cat /etc/");
  expect(at("cat /etc/k").line.text).toBe("cat /etc/keepalived/");
  expect(at("cat /etc/ho").line.text).toBe("cat /etc/host");
  expect(at("cat k", "/etc").line.text).toBe("cat keepalived/");
  expect(at("cat k").line.text).toBe("cat k");
  expect(at("ls; ipv").line.text).toBe("ls; ipvsadm ");
  expect(at("sudo ipv").line.text).toBe("sudo ipvsadm ");
  expect(at("cat </etc/hosts").line.text).toBe("cat </etc/hosts ");
  expect(inColumns(["a", "bb", "c", "d"], 9)).toBe("a   c\nbb  d");
});

test("nothing that a terminal would obey comes through, but an empty screen", () => {
  expect(plain("a\x1b]8;;http://x\x07b\x1b[3Jc\r\nd\te\x9b5m")).toBe("a]8;;http://xb[3Jc\nd\te5m");
  expect(plain("a\x1b[H\x1b[2Jb\f\x0e\x0f")).toBe("a\fb");
  expect(promptOf("client", "/root/x")).toBe("client:~/x# ");
  expect(promptOf("client", "/rooty")).toBe("client:/rooty# ");
});

function type(timeline: Timeline, line: string, afterUs: number): void {
  const label = `typed ${timeline.now}`;
  const host = "client";
  act(timeline, { kind: "command", host, line, label, background: false, prompt: true });
  runTo(timeline, timeline.now + afterUs);
}

test("the console shows what was there at the cursor, and a fork what came of it", () => {
  const timeline = libraryRun("article");
  const begin = timeline.now;
  const reader = beginConsoles();
  const shown = () => transcriptAt(reader, timeline.trace, "client");
  type(timeline, "cd /etc; printf open", 500_000);
  type(timeline, "ping 192.168.88.100", 3_500_000);
  act(timeline, { kind: "interrupt", host: "client" });
  runTo(timeline, timeline.now + 500_000);
  const whole = shown();
  expect(whole).toMatch(
    /^client:~# cd \/etc; printf open\nopen\nclient:\/etc# ping 192.168.88.100\n/,
  );
  expect(whole).toMatch(/\^C\n\n--- 192.168.88.100 ping statistics ---\n4 packets transmitted/);
  const reading = reader.reading;
  runTo(timeline, begin + 2_000_000);
  expect(whole.startsWith(shown())).toBe(true);
  expect(shown().match(/icmp_seq/g)).toHaveLength(2);
  expect(reader.reading).toBe(reading);
  runTo(timeline, begin + 400_000);
  type(timeline, "pwd", 100_000);
  expect(shown()).toMatch(/open\nclient:\/etc# pwd\n\/etc\n$/);
});

test("watch has the screen to itself and gives it back", () => {
  const timeline = libraryRun("article");
  const reader = beginConsoles();
  type(timeline, "watch -t -n 1 echo now", 2_500_000);
  act(timeline, { kind: "interrupt", host: "client" });
  runTo(timeline, timeline.now + 500_000);
  const pieces = readConsole(reader, timeline.trace, "client");
  const text = pieces.map((piece) => piece.text).join("");
  expect(text).toBe("\x10client:~# \x11watch -t -n 1 echo now\n\x0e\fnow\n\fnow\n\fnow\n^C\n\x0f");
});

const ESC = "\x1b";

interface Screen {
  rows: string[];
  row: number;
  column: number;
}
const emptyScreen = (): Screen => ({ rows: [""], row: 0, column: 0 });

/** What a terminal makes of `data`, as far as this needs it; gives its rows. */
function drawOn(screen: Screen, data: string, columns: number): string[] {
  const PART = new RegExp(`${ESC}(?:c|\\[([0-9;?]*)([A-Za-z]))|[^${ESC}]`, "gu");
  for (const [part, count = "", code] of data.matchAll(PART)) {
    const n = Math.max(1, Number.parseInt(count || "1", 10));
    if (part === "\x1bc") Object.assign(screen, emptyScreen());
    else if (code === "A") screen.row = Math.max(0, screen.row - n);
    else if (code === "C") screen.column += n;
    else if (code === "J") {
      screen.rows.length = screen.row + 1;
      screen.rows[screen.row] = (screen.rows[screen.row] ?? "").slice(0, screen.column);
    } else if (part === "\r") screen.column = 0;
    else if (part === "\n") screen.rows[++screen.row] ??= "";
    else if (code === undefined) {
      if (screen.column === columns) Object.assign(screen, { row: screen.row + 1, column: 0 });
      const old = (screen.rows[screen.row] ?? "").padEnd(screen.column);
      screen.rows[screen.row] = old.slice(0, screen.column) + part + old.slice(++screen.column);
    }
  }
  return screen.rows.map((row) => row.trimEnd());
}

test("what is drawn bit by bit is what is drawn at once", () => {
  const timeline = libraryRun("article");
  const begin = timeline.now;
  const reader = beginConsoles();
  type(timeline, "printf open; sleep 1; printf ' more'", 1_500_000);
  // What goes on in an open line under the prompt, and after it.
  type(timeline, "(sleep 0.4; printf on; sleep 0.4; echo) & printf open", 1_500_000);
  type(timeline, "echo a line that is longer than the terminal is wide; sleep 1", 1_500_000);
  const columns = 20;
  let shown: Shown | undefined;
  const screen = emptyScreen();
  for (let at = begin; at <= begin + 4_500_000; at += 125_000) {
    runTo(timeline, at);
    const pieces = readConsole(reader, timeline.trace, "client");
    const end = countAt(pieces, timeline.trace.nextEntry);
    const isRunning = timeline.world.hosts.get("client")?.console.running !== undefined;
    const text = "x".repeat((at - begin) / 125_000);
    const input = isRunning ? undefined : { above: "", prompt: "client:~# ", text, cursor: 3 };
    const common = { host: "client", reading: reader.reading, pieces, end, input, columns };
    const view = { ...common, from: 0, vips: [] };
    const step = compose(shown, view);
    shown = step.shown;
    expect(drawOn(screen, step.data, columns)).toEqual(
      drawOn(emptyScreen(), compose(undefined, view).data, columns),
    );
    expect(compose(shown, view).data).toBe("");
  }
  expect(screen.rows.join("\n")).toMatch(/open more[^]*openon/);
});

test("after a jump few lines are drawn, at rest all that there is room for", () => {
  const pieces = Array.from({ length: 20_000 }, (_, entry) => {
    return { entry, text: `${entry}\n`, lines: entry + 1, isFullScreen: false };
  });
  const common = { host: "client", reading: 1, pieces, input: undefined, columns: 80, vips: [] };
  const late = { ...common, end: 20_000 };
  const from = firstPiece(undefined, late, 0, 300);
  expect(from).toBe(19_700);
  const { shown, data } = compose(undefined, { ...late, from });
  expect(data.match(/\n/g)).toHaveLength(300);
  expect(firstPiece(shown, late, 0, 10_000)).toBe(10_000);
  expect(isJump(shown, late)).toBe(false);
  const early = { ...common, end: 12_000 };
  expect(isJump(shown, early)).toBe(true);
  expect(firstPiece(shown, early, 11_990, 300)).toBe(11_990);
});

test("the log is read as it grows, filtered, and not beyond the cursor", () => {
  const timeline = libraryRun("article");
  const start = timeline.keyframes[0]?.world ?? timeline.world;
  const reader = beginLog();
  const matches = beginMatches({
    hosts: ["keepalived-backup"],
    identity: "Keepalived_vrrp",
    text: "entering master",
  });
  const found = () => {
    const rows = readMatches(matches, readLog(reader, timeline, start));
    return rows.slice(0, countUntil(rows, timeline.now)).map(({ host, text }) => [host, text]);
  };
  const before = found();
  const begin = timeline.now;
  act(timeline, { kind: "link", host: "keepalived", nic: "eth1", up: false });
  runTo(timeline, begin + 6_000_000);
  const line = ["keepalived-backup", "(HA_WebServer) Entering MASTER STATE"];
  expect(found()).toEqual([...before, line]);
  runTo(timeline, begin + 1_000_000);
  expect(found()).toEqual(before);
  // With its cause it goes.
  replaceInputs(timeline, [], begin + 1_000_000);
  runTo(timeline, begin + 6_000_000);
  expect(found()).toEqual(before);
  expect([...reader.identities.keys()]).toContain("Keepalived_vrrp");
});
