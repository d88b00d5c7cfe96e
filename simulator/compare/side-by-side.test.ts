// A small recording against itself and against spoilt copies of itself: which rows come of it.
import { expect, it } from "vitest";
import { compare } from "../compare.ts";
import type { CapturedFrame, Recording } from "../scenario.ts";
import { sideBySide } from "./side-by-side.ts";

const advert = (t: number, prio = 100): CapturedFrame => ({
  t,
  from: "keepalived",
  to: ["client", "keepalived-backup"],
  src: "keepalived",
  dst: "vrrp-multicast",
  ip: { src: "192.168.88.8", dst: "224.0.0.18", ttl: 255, vrrp: { vrid: 18, prio } },
});
const query = (t: number): CapturedFrame => ({
  t,
  from: "client",
  to: ["keepalived"],
  src: "client",
  dst: "broadcast",
  arp: { op: "request", sender_ip: "192.168.88.2", target_ip: "192.168.88.8" },
});

const recording: Recording = {
  name: "small",
  steps: [
    { t: 3, host: "client", run: "echo a; echo b", record: true, code: 0, stdout: "a\nb\n" },
    { t: 4, host: "client", run: "false", record: true, code: 1, stdout: "", stderr: "" },
  ],
  logs: { keepalived: [{ t: 1.5, ident: "Keepalived", pid: 7, msg: "Startup complete" }] },
  frames: [advert(1), advert(2), query(2.5)],
};

function told(replay: Recording, exclusions: Parameters<typeof compare>[2] = []): string[] {
  const rows = sideBySide(recording, replay, compare(recording, replay, exclusions));
  return rows.map(({ at, mark, real = "", simulated, late, fields, oddReal }) =>
    [at, mark, real.replaceAll("\n", "/"), simulated ?? "=", late, fields, oddReal]
      .filter((part) => part !== undefined)
      .map((part) => (typeof part === "object" ? JSON.stringify(part) : part))
      .join(" | "),
  );
}

const ADVERT = "VRRP advertisement 192.168.88.8 → 224.0.0.18 vrid 18 prio 100";
const QUERY = "ARP who has 192.168.88.8? tell 192.168.88.2 · to keepalived";

it("joins what agrees, in the order of time", () => {
  expect(told(recording)).toEqual([
    `1 | same | ${ADVERT} | = | 0`,
    "1.5 | same | Startup complete | = | 0",
    `2 | same | ${ADVERT} | = | 0`,
    `2.5 | same | ${QUERY} | = | 0`,
    "3 | same | a/b | =",
    "4 | same | [exit status 1] | =",
  ]);
});

it("sets what differs beside its counterpart, with the fields that differ", () => {
  const frames = [advert(1.002), advert(2, 90), query(2.5)];
  expect(told({ ...recording, frames }).slice(0, 3)).toEqual([
    `1 | same | ${ADVERT} | = | 2`,
    "1.5 | same | Startup complete | = | 0",
    `2 | differs | ${ADVERT} | ${ADVERT.replace("100", "90")} | 0 | [["ip.vrrp.prio","100","90"]]`,
  ]);
});

it("shows what one side alone has", () => {
  const frames = [advert(1), advert(2), query(2.5), advert(9)];
  const rows = told({ ...recording, frames, logs: {} });
  expect(rows).toContain("1.5 | missing | Startup complete | =");
  expect(rows).toContain(`9 | extra |  | ${ADVERT}`);
});

it("names the lines of an output that the other has not", () => {
  const steps = [{ ...recording.steps[0]!, stdout: "a\nc\n" }, recording.steps[1]!];
  expect(told({ ...recording, steps })).toContain("3 | differs | a/b | a\nc | [1]");
});

it("keeps what an exclusion takes away, marked", () => {
  const rule = { id: "arp", recording: "*", reason: "for the test", share: 100 };
  const rows = told(recording, [
    { ...rule, frames: { kind: "arp" } },
    { ...rule, id: "false", outputs: { run: "^false" } },
  ]);
  expect(rows.filter((row) => row.includes("left-out"))).toEqual([
    `2.5 | left-out | ${QUERY} | =`,
    `2.5 | left-out |  | ${QUERY}`,
    "4 | left-out | [exit status 1] | =",
  ]);
});
