import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { compare } from "../compare.ts";
import type { Exclusion } from "../compare.ts";
import type { RecordedStep, Recording } from "../scenario.ts";
import { BRIEF, disagreements, exclusionLines, HEADING, shareLine } from "./report.ts";

const file = new URL("../recordings/vrrp-a-start.recorded.json", import.meta.url);
const recording = JSON.parse(readFileSync(file, "utf8")) as Recording;

/** A replay with one mistake of every kind. */
function wrong(): Recording {
  const [advert = 0] = recording.frames.flatMap((frame, i) => (frame.ip?.vrrp ? [i] : []));
  const frames = recording.frames
    .map((frame, i) => (i === advert ? { ...frame, ip: { ...frame.ip, ttl: 254 } } : frame))
    .filter((_, i) => i !== advert + 1);
  const [first = "", ...others] = Object.keys(recording.logs);
  const lines = (recording.logs[first] ?? [])
    .filter((_, i) => i !== 4)
    .map((line, i) => (i === 7 ? { ...line, msg: `${line.msg} twice` } : line));
  const steps = recording.steps.map((step, i): RecordedStep => {
    if (i === 1) return { ...step, stdout: step.stdout?.replace("88.100/24", "88.101/24") ?? "" };
    return i === 3 ? { ...step, code: 3 } : step;
  });
  const rest = Object.fromEntries(others.map((host) => [host, recording.logs[host] ?? []]));
  return { ...recording, frames, logs: { [first]: lines, ...rest }, steps };
}

it("shows the shares and what disagrees, recorded | replayed", () => {
  const exclusion: Exclusion = {
    id: "no-igmp",
    recording: "*",
    reason: "a test",
    share: 100,
    frames: { kind: "igmp" },
  };
  const comparison = compare(recording, wrong(), [exclusion]);
  const all = compare(recording, wrong());
  const shares = {
    frames: { with: comparison.frames, without: all.frames },
    logs: { with: comparison.logs, without: all.logs },
    outputs: { with: comparison.outputs, without: all.outputs },
  };
  const text = [
    HEADING,
    shareLine("vrrp-a-start", shares),
    ...exclusionLines(comparison),
    ...disagreements(comparison, BRIEF),
  ];
  expect(`\n${text.map((line) => line.trimEnd()).join("\n")}\n`).toMatchInlineSnapshot(`
    "
    recording                   frames                          logs                            outputs
    vrrp-a-start                96.96 % of 99 (97.19 % of 107)  97.02 % of 101                  71.42 % of 7
      excluded by "no-igmp": 8 of frames
      frames: recorded | replayed
        vrrp keepalived 192.168.88.8 18
          t 4.6709 | 4.6709; ip.ttl 255 | 254
        garp keepalived 192.168.88.100
          4.6724 from=keepalived to=client,keepalived-backup dst=broadcast arp.op=request arp.sender_mac=keepalived arp.sender_ip… | nothing
      logs: recorded | replayed
        keepalived Keepalived
          1.0527 Configuration file /etc/keepalived/keepalived.conf    | nothing
        keepalived Keepalived_vrrp
          1.0603 Registering Kernel netlink command channel            | 1.0603 Registering Kernel netlink command channel twice
      outputs: recorded | replayed
        6 keepalived$ ip addr show eth1
              inet 192.168.88.100/24 scope global secondary eth1       |     inet 192.168.88.101/24 scope global secondary eth1
        14 keepalived$ ip addr show eth1
          exit status 0                                                | exit status 3
    "
  `);
});
