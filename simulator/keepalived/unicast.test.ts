// unicast_peer: adverts go to named peers alone (K11, K14).
import { expect, test } from "vitest";
import { said, story, typedAt } from "./test-directors.ts";

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

test("unicast on one side alone: both are masters, and say why (K14)", () => {
  const played = story(A, {}, [], 30);
  expect(played.kinds).toEqual(["A MASTER", "B MASTER"]);
  const told = [...said(played, "A", /Expected/), ...said(played, "B", /Expected/)];
  expect(told[0]).toBe("(VI_1) Expected multicast packet but received unicast packet");
});

test("a peer that is not there changes nothing", () => {
  const wrong = { instance: "unicast_peer {\n 192.168.88.77\n }" };
  expect(story(wrong, B, [], 20).kinds).toEqual(["A MASTER", "B MASTER"]);
});
