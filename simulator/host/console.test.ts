// What a person does at a host's prompt: lines that follow each other, Ctrl-C, and going back.
import { expect, test } from "vitest";
import { act, createTimeline, runTo, type Timeline } from "../kernel/timeline.ts";
import { createMachine } from "../machine.ts";
import { programs } from "../programs/index.ts";
import { lab } from "../programs/test-console.ts";

const HOST = "client";

function begin(): Timeline {
  const timeline = createTimeline(lab().world, createMachine(programs));
  runTo(timeline, 10_000_000);
  return timeline;
}

/** Types at the prompt and lets `afterUs` pass. */
function type(timeline: Timeline, line: string, afterUs = 500_000): void {
  const label = `at ${timeline.now}`;
  act(timeline, { kind: "command", host: HOST, line, label, background: false, prompt: true });
  runTo(timeline, timeline.now + afterUs);
}

function interrupt(timeline: Timeline, afterUs = 500_000): void {
  act(timeline, { kind: "interrupt", host: HOST });
  runTo(timeline, timeline.now + afterUs);
}

/** All that the console printed up to the cursor. */
function printed({ trace }: Timeline): string {
  return trace.entries
    .slice(0, trace.nextEntry)
    .filter(({ code, host }) => code === "console.output" && host === HOST)
    .map(({ fields }) => fields["text"])
    .join("");
}

function codes({ trace }: Timeline): unknown[] {
  return trace.entries
    .slice(0, trace.nextEntry)
    .filter(({ code, host }) => code === "console.ended" && host === HOST)
    .map(({ fields }) => fields["code"]);
}

const console = ({ world }: Timeline) => world.hosts.get(HOST)?.console;

test("a line at the prompt goes on where the one before ended", () => {
  const timeline = begin();
  type(timeline, "cd /etc; x=1; export y=2; f() { echo from f; }; false");
  type(timeline, 'echo $? $x $y; pwd; f; bash -c "echo $PWD/\\$x/\\$y"; sh -c "pwd"');
  expect(printed(timeline)).toMatch(/^1 1 2\n\/etc\nfrom f\n[^\n]*\/2\n\/etc\n$/);
  expect(console(timeline)?.shell?.directory).toBe("/etc");
});

test("a line of a scenario has a shell of its own", () => {
  const timeline = begin();
  type(timeline, "cd /etc; x=1");
  const line = "echo [$x]; pwd";
  act(timeline, { kind: "command", host: HOST, line, label: "own", background: false });
  runTo(timeline, timeline.now + 500_000);
  type(timeline, "pwd");
  expect(printed(timeline)).toBe("[]\n/root\n/etc\n");
});

test("complaints at the prompt name no line", () => {
  const timeline = begin();
  type(timeline, "frobnicate");
  type(timeline, "frobnicate | cat");
  type(timeline, "for");
  expect(printed(timeline)).toMatch(
    /^(bash: frobnicate: command not found\n){2}bash: syntax error[^\n]+\n$/,
  );
  expect(codes(timeline)).toEqual([127, 0, 2]);
});

test("Ctrl-C ends ping with its statistics, and the prompt's shell lives on", () => {
  const timeline = begin();
  type(timeline, "x=kept", 100_000);
  type(timeline, "ping 192.168.88.10", 2_500_000);
  interrupt(timeline);
  expect(printed(timeline)).toContain("3 packets transmitted, 3 received, 0% packet loss");
  expect(console(timeline)?.running).toBeUndefined();
  type(timeline, "sleep 100; echo not reached", 1_000_000);
  interrupt(timeline);
  type(timeline, "echo $? $x");
  expect(printed(timeline)).toMatch(/130 kept\n$/);
  expect(printed(timeline)).not.toContain("not reached");
});

test("Ctrl-C ends a loop, and forgets what was typed ahead", () => {
  const timeline = begin();
  type(timeline, "while true; do echo again; sleep 0.1; done", 1_000_000);
  type(timeline, "echo typed ahead", 100_000);
  expect(console(timeline)?.queue).toHaveLength(1);
  interrupt(timeline);
  expect(console(timeline)?.queue).toHaveLength(0);
  expect(console(timeline)?.running).toBeUndefined();
  expect(printed(timeline)).not.toContain("typed ahead");
  type(timeline, "echo done");
  expect(printed(timeline)).toMatch(/again\ndone\n$/);
});

test("what is typed ahead runs in its turn; without a command Ctrl-C does nothing", () => {
  const timeline = begin();
  const before = timeline.trace.nextEntry;
  interrupt(timeline, 0);
  expect(timeline.trace.nextEntry).toBe(before);
  type(timeline, "cd /etc; sleep 1", 100_000);
  type(timeline, "pwd", 2_000_000);
  expect(printed(timeline)).toBe("/etc\n");
});

test("going back and on again gives the same", () => {
  const timeline = begin();
  type(timeline, "cd /etc; x=1");
  type(timeline, "ping 192.168.88.10", 2_500_000);
  interrupt(timeline);
  type(timeline, "echo $x; pwd");
  const [whole, end] = [printed(timeline), timeline.now];
  runTo(timeline, 12_000_000);
  expect(whole.startsWith(printed(timeline))).toBe(true);
  expect(printed(timeline).match(/icmp_seq/g)).toHaveLength(2);
  runTo(timeline, end);
  expect(printed(timeline)).toBe(whole);
  expect(whole).toMatch(/1\n\/etc\n$/);
});

test("exit logs out: the next line has a fresh shell", () => {
  const timeline = begin();
  type(timeline, "cd /etc; x=1; (exit 3); echo $?");
  type(timeline, "exit 4");
  type(timeline, "pwd; echo [$x]");
  expect(printed(timeline)).toBe("3\nlogout\n/root\n[]\n");
  expect(codes(timeline)).toEqual([0, 4, 0]);
});

test("power takes the prompt's shell with it", () => {
  const timeline = begin();
  type(timeline, "cd /etc; x=1");
  act(timeline, { kind: "power", host: HOST, on: false });
  act(timeline, { kind: "power", host: HOST, on: true });
  runTo(timeline, timeline.now + 1_000_000);
  type(timeline, "pwd; echo [$x]");
  expect(printed(timeline)).toBe("/root\n[]\n");
});

const STREAMING = [
  "ping 192.168.88.10",
  "watch -n1 date",
  "tail -f /var/log/messages",
  "tcpdump -n",
  "curl 192.168.88.99",
  "x=$(sleep 9)",
  "sleep 9 | cat",
  "time sleep 9",
  "sudo sleep 9",
  "traceroute 192.168.88.99",
  "nc 192.168.88.99 80",
  "arping -I eth1 192.168.88.99",
  "journalctl -f",
  "timeout 9 sleep 9",
];
test.each(STREAMING)("Ctrl-C ends %s at whatever moment it comes", (line) => {
  for (const afterUs of [0, 500, 3_000, 3_500, 5_000, 8_000, 20_000, 1_200_000]) {
    const timeline = begin();
    type(timeline, line, afterUs);
    interrupt(timeline, 4_000_000);
    expect(console(timeline)?.running, `after ${afterUs} us`).toBeUndefined();
  }
});
