// unicast_peer: adverts go to named peers alone (K11, K14).
import { expect, test } from "vitest";
import { link, said, story, timeOf, typedAt } from "./test-directors.ts";

const peer = (own: number, other: number) => ({
  instance: `unicast_src_ip 192.168.88.${own}\n unicast_peer {\n 192.168.88.${other}\n }`,
});
const A = peer(8, 9);
const B = peer(9, 8);

test("adverts go to the peer, and nobody else needs them", () => {
  const { kinds, adverts } = story(A, B, [typedAt(10, "systemctl stop keepalived")], 20);
  expect(kinds).toEqual(["A MASTER", "B MASTER"]);
  expect([...new Set(adverts.map(({ who, destination }) => `${who} ${destination}`))]).toEqual([
    "A 192.168.88.9",
    "B 192.168.88.8",
  ]);
});

test("several peers get a copy each", () => {
  const three = { instance: "unicast_peer {\n 192.168.88.9\n 192.168.88.2\n }" };
  const { adverts } = story(three, B, [], 8);
  const counts = ["192.168.88.9", "192.168.88.2"].map(
    (peer) => adverts.filter(({ who, destination }) => who === "A" && destination === peer).length,
  );
  expect(counts).toEqual([4, 4]);
});

test("unicast on one side alone: both are masters, and neither hears the other (measured, 2.2.7)", () => {
  const played = story(A, {}, [], 30);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER"]);
  expect([...said(played, "A", /Expected/), ...said(played, "B", /Expected/)]).toEqual([]);
  // Nothing puts B's own adverts off: one a second.
  expect(played.adverts.filter(({ who }) => who === "B").length).toBeGreaterThan(20);
});

test("out of FAULT it tells of its own address by gratuitous ARP (K67; measured, 2.2.7)", () => {
  const played = story(A, B, [link(12.3, "down"), link(18, "up")], 30);
  const [at] = said(played, "A", /gratuitous ARP for 192.168.88.8/);
  expect(at).toBe("VI_1: sending gratuitous ARP for 192.168.88.8");
  expect(timeOf(played, "A", "Sending gratuitous ARP on eth1 for 192.168.88.8")).toBeCloseTo(18, 1);
});

test("a peer that is not there changes nothing", () => {
  const wrong = { instance: "unicast_peer {\n 192.168.88.77\n }" };
  expect(story(wrong, B, [], 20).kinds).toEqual(["A MASTER", "B MASTER"]);
});
