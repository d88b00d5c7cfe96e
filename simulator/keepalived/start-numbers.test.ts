// Numbers that are none, in a real start: most are taken as far as they can be read (K186, measured
// for every keyword).
import { expect, test } from "vitest";
import { replay } from "../replay.ts";
import { readConfiguration } from "./opinions.ts";

const PATH = "/etc/keepalived/keepalived.conf";

function file(line: string, more = ""): string {
  return `vrrp_instance V {\n interface eth1\n virtual_router_id 1\n ${line}\n virtual_ipaddress {\n 10.0.0.9\n }\n}\n${more}`;
}

/** What is said of the line, at a start and by `keepalived -t`. */
function said(line: string): readonly [start: string[], test: string[]] {
  const tell = (starts: boolean): string[] =>
    readConfiguration(file(line), { path: PATH, nics: ["lo", "eth1"], starts })
      .logged.map(({ text }) => text)
      .filter((text) => text.startsWith(`(${PATH}: Line 4) `))
      .map((text) => text.slice(PATH.length + 11));
  return [tell(true), tell(false)];
}

test.each([
  ["garp_master_delay abc", ["WARNING - invalid number 'abc'"]],
  [
    "garp_master_delay -7",
    ["WARNING - negative number '-7'", "(V): garp_master_delay '-7' invalid - ignoring"],
  ],
  [
    "garp_master_repeat x",
    [
      "WARNING - invalid number 'x'",
      "(V): garp_master_repeat must be greater than 0, setting to 1",
    ],
  ],
  [
    "advert_int 1x",
    ["WARNING - invalid number '1x'", "(V) Advert interval (1x) not valid! Must be > 0 - ignoring"],
  ],
  ["preempt_delay x", ["WARNING - invalid number 'x'"]],
  [
    "preempt_delay 1001",
    [
      "WARNING - number '1001' outside range [0.000000, 1000.000000]",
      "(V) Preempt_delay not valid! must be between 0-1000",
    ],
  ],
  ["version 4", ["number '4' outside range [2, 3]", "(V): Version must be either 2 or 3"]],
  [
    "priority high",
    ["invalid number 'high'", "(V) Priority not valid! must be between 1 & 255. Using default 100"],
  ],
])("a start with %s", (line, lines) => {
  const [start, tested] = said(line);
  expect(start).toEqual(lines);
  expect(tested.join("\n")).not.toContain("WARNING - ");
  expect(tested[0]).toBe(start[0]?.replace("WARNING - ", ""));
});

test("what could be read of the number acts: 2x is 2, x is 0", () => {
  const played = (refresh: string) =>
    replay({
      topology: "flat",
      only: ["keepalived"],
      files: { [`keepalived:${PATH}`]: file(`garp_master_refresh ${refresh}`) },
      steps: [{ t: 1, host: "keepalived", run: "systemctl start keepalived" }],
      end: 30,
    }).frames.filter(({ arp }) => arp?.sender_ip === "10.0.0.9").length;
  expect(played("2x")).toBe(played("2"));
  expect(played("x")).toBe(played("0"));
  expect(played("2")).toBeGreaterThan(played("0"));
});
