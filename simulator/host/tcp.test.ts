import { expect, test } from "vitest";
import { replay } from "../replay.ts";
import type { Scenario, Step } from "../scenario.ts";

const PAGE = "0123456789".repeat(10_240);

function run(steps: readonly Step[], extra: Partial<Scenario> = {}): string {
  const scenario: Scenario = {
    topology: "flat",
    only: ["node-1", "client"],
    files: { "node-1:/var/www/big.html": PAGE },
    steps,
    end: 120,
    ...extra,
  };
  return replay(scenario)
    .steps.map(({ stdout = "" }) => stdout)
    .join("");
}

const FETCH = "curl -s -o /tmp/page http://192.168.88.10/big.html; echo $?; wc -c < /tmp/page";

test("a page of 100 KB arrives whole", () => {
  expect(run([{ t: 1, host: "client", run: FETCH, record: true }])).toBe("0\n102400\n");
});

test.each([1, 2, 3, 4, 5])("and with 20 %% of the frames lost, seed %i", (seed) => {
  const loss = (host: string): Step => ({ t: 0.5, op: "loss", host, share: 0.2 });
  const steps = [loss("node-1"), { t: 1, host: "client", run: FETCH, record: true } as const];
  expect(run(steps, { seed, end: 600 })).toBe("0\n102400\n");
});

test("bytes arrive once and in order under loss", () => {
  const compare = `${FETCH}; cat /tmp/page | grep -c '^\\(0123456789\\)*$'`;
  const loss: Step = { t: 0.5, op: "loss", host: "node-1", share: 0.1 };
  const text = run([loss, { t: 1, host: "client", run: compare, record: true }], { end: 600 });
  expect(text).toBe("0\n102400\n1\n");
});

test("a closed port refuses, a missing host does not answer (I212)", () => {
  const refused = "curl -s -S http://192.168.88.10:81/ 2>&1; echo $?";
  const missing = "curl -s http://192.168.88.77/; echo $?";
  const text = run([
    { t: 1, host: "client", run: refused, record: true },
    { t: 2, host: "client", run: missing, record: true },
  ]);
  expect(text).toMatch(/^curl: \(7\) Failed to connect .* Couldn't connect to server\n7\n7\n$/);
});

// Recorded with tcpdump (tools-output): 64240 and 65160 are offered first and never taken back.
test("the window is what Linux offers", () => {
  const dump = "timeout 2 tcpdump -nn -i eth1 tcp 2>/dev/null | grep -o 'win [0-9]*'";
  const text = run([
    { t: 1, host: "node-1", run: dump, record: true },
    { t: 2, host: "client", run: "curl -s http://192.168.88.10/" },
  ]);
  const windows = [64240, 65160, 502, 502, 509, 509, 501, 501, 509, 501];
  expect(text).toBe(windows.map((window) => `win ${window}\n`).join(""));
});

test("data for a connection that was closed is refused as if there were none (measured)", () => {
  const { frames } = replay({
    topology: "flat",
    only: ["node-1", "client"],
    steps: [
      { t: 1, host: "client", run: "hold 1 192.168.88.10 --secs 6 --every 1 --timeout 1" },
      { t: 1.7, op: "isolate", hosts: ["client", "node-1"] },
      { t: 6, op: "heal" },
    ],
    end: 20,
  });
  const resets = frames
    .map(({ ip }) => ip?.["tcp"] as { flags: string } | undefined)
    .filter((tcp) => tcp?.flags.includes("R") === true);
  expect(resets).toHaveLength(1);
  expect(resets[0]).toMatchObject({ flags: "R", dport: 80 });
});
