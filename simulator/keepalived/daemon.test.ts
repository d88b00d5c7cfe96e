// The parent process: signals, deaths, its pid file and a file that is not there (measured with 2.2.7).
import { expect, test } from "vitest";
import { said, shown, story, timeOf, typedAt } from "./test-directors.ts";

test.each(["kill -9 $(cat /run/keepalived.pid)", "pkill -9 keepalived"])(
  "%s is no crash: the child outlives its parent for its last words (README VRRP 8)",
  (command) => {
    const played = story({}, {}, [typedAt(12.3, command)], 20);
    expect(said(played, "A", /sent 0 priority|removing VIPs/).slice(-2)).toEqual([
      "(VI_1) sent 0 priority",
      "(VI_1) removing VIPs.",
    ]);
    expect(timeOf(played, "B", "Entering MASTER", 12) - 12.3).toBeCloseTo(0.648, 1);
  },
);

test("the orphan stops a second later, and takes its pid file away", () => {
  const steps = [
    typedAt(12.3, "kill -9 $(cat /run/keepalived.pid)"),
    shown(15, "ls /run/*.pid"),
    typedAt(16, "systemctl start keepalived"),
  ];
  const played = story({}, {}, steps, 20);
  expect(timeOf(played, "A", "Stopped - used") - 12.3).toBeCloseTo(1, 1);
  expect(played.outputs.join("").split("\n")).toContain("/run/keepalived.pid");
  expect(said(played, "A", /zombie/)).toEqual(["Remove a zombie pid file /run/keepalived.pid"]);
});

test("the children killed first it is a crash: nothing is said", () => {
  const played = story({}, {}, [typedAt(12.3, "kill -9 $(pidof keepalived)")], 20);
  expect(said(played, "A", /sent 0 priority/)).toEqual([]);
  expect(timeOf(played, "B", "Entering MASTER", 12) - 12.3).toBeGreaterThan(2.6);
});

test("a second daemon sees the first, or a pid file that it cannot read", () => {
  const twice = story({}, {}, [shown(8, "keepalived -D; echo $?")], 10);
  expect(twice.outputs).toEqual(["0\n"]);
  expect(said(twice, "A", /already running|zombie/)).toEqual(["daemon is already running"]);
  const junk = story({}, {}, [typedAt(0.4, "echo junk > /run/keepalived.pid")], 10);
  expect(said(junk, "A", /pid file|running|BACKUP/)).toEqual([
    "Error reading pid file /run/keepalived.pid",
    "daemon is already running",
  ]);
});

test("SIGQUIT changes nothing", () => {
  const played = story({}, {}, [typedAt(12.3, "kill -QUIT $(cat /run/keepalived.pid)")], 20);
  expect(played.kinds).toEqual(["A MASTER"]);
});

test("without its file it ends; at a reload it goes on without an instance", () => {
  const none = story({}, {}, [shown(8, "keepalived -n -D -f /none; echo $?")], 10);
  expect(none.outputs).toEqual(["6\n"]);
  expect(said(none, "A", /missing/)).toEqual(["Config files missing '/none'."]);
  const gone = [
    typedAt(12.3, "mv /etc/keepalived/keepalived.conf /tmp/was; systemctl reload keepalived"),
    typedAt(20.3, "cp /tmp/was /etc/keepalived/keepalived.conf; systemctl reload keepalived"),
  ];
  const played = story({}, {}, gone, 30);
  expect(said(played, "A", /missing|Failed|Starting VRRP|Stopped|Reload/)).toEqual([
    expect.stringMatching(/^Starting VRRP child process/),
    "Reloading ...",
    "Config files missing '/etc/keepalived/keepalived.conf'.",
    "Failed to open configuration file",
    "Reloading",
    "Reload complete",
    "Reloading ...",
    "Reloading",
    "Reload complete",
  ]);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER", "A MASTER", "B BACKUP"]);
});
