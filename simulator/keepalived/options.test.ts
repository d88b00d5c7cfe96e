// Lesser options of global_defs and of an instance (measured with 2.2.7).
import { expect, test } from "vitest";
import { readConfiguration } from "./opinions.ts";
import { configuration, type Director, said, story, timeOf } from "./test-directors.ts";

const withGlobal = (line: string): Director => ({ before: `global_defs {\n ${line}\n}` });

test("vrrp_startup_delay comes before the first wait (K54)", () => {
  const played = story(withGlobal("vrrp_startup_delay 2.5"), {}, [], 12);
  const lines = said(played, "A", /.*/);
  const at = lines.indexOf("Delaying startup for 2.5 seconds");
  expect(lines[at + 1]).toMatch(/^Assigned address/);
  // B, at 90 and a tenth of a second later, has no delay.
  expect(timeOf(played, "B", "Entering MASTER")).toBeCloseTo(4.8, 1);
  expect(timeOf(played, "A", "Entering MASTER") - timeOf(played, "A", "(init)")).toBeCloseTo(
    6.109,
    2,
  );
});

test("vrrp_mcast_group4 moves the adverts, and who listens to another group hears nothing", () => {
  const other = withGlobal("vrrp_mcast_group4 224.0.0.118");
  const both = story(other, other, [], 10);
  expect(both.kinds).toEqual(["A MASTER"]);
  expect(new Set(both.adverts.map(({ destination }) => destination))).toEqual(
    new Set(["224.0.0.118"]),
  );
  expect(said(both, "A", /sockpool/)[0]).toContain("multicast, address(224.0.0.118)]");
  expect(story(other, {}, [], 10).kinds).toEqual(["A MASTER", "B MASTER"]);
});

test("vrrp_min_garp: one frame for each address, once (K62)", () => {
  const played = story(withGlobal("vrrp_min_garp"), {}, [], 12);
  expect(said(played, "A", /Sending gratuitous/)).toHaveLength(1);
});

test("check_unicast_src refuses who is no peer (K14)", () => {
  const peers = (own: number, other: number, more = ""): Director => ({
    instance: `unicast_src_ip 192.168.88.${own}\n unicast_peer {\n 192.168.88.${other}\n }\n ${more}`,
  });
  const deaf = story(peers(8, 9), peers(9, 2, "check_unicast_src"), [], 9);
  expect(deaf.kinds).toEqual(["A MASTER", "B MASTER"]);
  expect(said(deaf, "B", /not a unicast/)[0]).toBe(
    "(VI_1) unicast source address 192.168.88.8 not a unicast peer",
  );
  expect(story(peers(8, 9), peers(9, 2), [], 9).kinds).toEqual(["A MASTER"]);
});

test("an instance's own switch stands before that of global_defs", () => {
  const global = "vrrp_higher_prio_send_advert true";
  const instance = "higher_prio_send_advert off";
  const read = (director: Director) =>
    readConfiguration(configuration(director), { path: "F", nics: ["eth1"] }).config.instances[0];
  expect(read(withGlobal(global))?.higherPrioritySendAdvert).toBe(true);
  expect(read({ ...withGlobal(global), instance })?.higherPrioritySendAdvert).toBe(false);
});

test.each([
  ["192.168.88.9 min_ttl 255 max_ttl 255", []],
  ["192.168.88.9 min_ttl", ["(VI_1) min_ttl is missing a value"]],
  ["192.168.88.9 max_ttl 300", ["number '300' outside range [0, 255]"]],
  [
    "192.168.88.9 min_ttl 5 max_ttl 2 foo 3",
    [
      "(VI_1) unknown unicast_peer option foo",
      "(VI_1) min_ttl 5 > max_ttl 2 - all packets will be discarded",
    ],
  ],
])("a peer's limits: %s", (entry, expected) => {
  const text = configuration({ instance: `unicast_peer {\n ${entry}\n }` });
  const { diagnostics } = readConfiguration(text, { path: "F", nics: ["eth1"] });
  expect(diagnostics.map((each) => each.text.replace(/^\(F: Line \d+\) /, ""))).toEqual(expected);
});
