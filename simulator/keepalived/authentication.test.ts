// auth_type PASS and AH: who believes whom (K4, K9, K14, K17).
import { expect, test } from "vitest";
import { type Director, said, type Story, story, typedAt } from "./test-directors.ts";

const auth = (type: string, password: string, more = ""): Director => ({
  instance: `authentication {\n auth_type ${type}\n auth_pass ${password}\n }\n ${more}`,
});
const BOTH = ["A MASTER", "B MASTER"];

/** Each kind of line about adverts that were rejected, once. */
function complaints(played: Story): string[] {
  const pattern = /passwd|expecting|IPSEC|wrong version|mismatch|unexpected|not present/;
  return [...new Set([...said(played, "A", pattern), ...said(played, "B", pattern)])].sort();
}

test.each([
  ["the same password", auth("PASS", "one"), auth("PASS", "one"), ["A MASTER"], []],
  [
    "passwords that agree in eight characters (K4)",
    auth("PASS", "1234567890"),
    auth("PASS", "12345678"),
    ["A MASTER"],
    [],
  ],
  [
    "PASS and none",
    auth("PASS", "one"),
    {},
    BOTH,
    ["(VI_1) received a 0 auth, expecting 1!", "(VI_1) received a 1 auth, expecting 0!"],
  ],
  ["the same AH password", auth("AH", "one"), auth("AH", "one"), ["A MASTER"], []],
  [
    "AH with another password (measured, 2.2.7)",
    auth("AH", "one"),
    auth("AH", "two"),
    BOTH,
    [
      "(VI_1) IPSEC-AH : invalid IPSEC HMAC-MD5 value. " +
        "Due to fields mutation or bad password !",
    ],
  ],
  // Protocols 51 and 112 have a socket each (K12).
  ["AH and PASS do not hear each other at all", auth("AH", "one"), auth("PASS", "one"), BOTH, []],
  ["AH and none neither", auth("AH", "one"), {}, BOTH, []],
  [
    "version 3 has no authentication: a password changes nothing (K6)",
    auth("PASS", "one", "version 3"),
    { instance: "version 3" },
    ["A MASTER"],
    [],
  ],
  [
    "version 2 and 3",
    {},
    { instance: "version 3" },
    BOTH,
    [
      "(VI_1) wrong version. Received 2 and expect 3",
      "(VI_1) wrong version. Received 3 and expect 2",
    ],
  ],
  [
    "intervals that differ, in version 2 (K16)",
    {},
    { instance: "advert_int 2" },
    BOTH,
    [
      "(VI_1) advertisement interval mismatch mine=1 sec rcv'd=2 sec",
      "(VI_1) advertisement interval mismatch mine=2 sec rcv'd=1 sec",
    ],
  ],
] satisfies [string, Director, Director, string[], string[]][])("%s", (_, a, b, kinds, told) => {
  const played = story(a, b, [], 30);
  expect(played.kinds).toEqual(kinds);
  // A master that is never heard says nothing of it: the first lines are those of the second.
  for (const line of complaints(played)) expect(told).toContain(line);
  expect(complaints(played).length > 0).toBe(told.length > 0);
});

test("an AH advert is 24 bytes longer, and tcpdump says how it is signed (K9)", () => {
  const dump = { t: 6, host: "client", run: "timeout 2 tcpdump -nn -c1 ah", record: true };
  const { adverts, outputs } = story(auth("AH", "one"), auth("AH", "one"), [dump], 9);
  expect(adverts[0]?.length).toBe(40 + 24);
  expect(outputs[0]).toMatch(/AH\(spi=0xc0a85808,.*VRRPv2, Advertisement, vrid 18, prio 100/);
});

test("with AH nobody but the owner of the address begins as master (K9, measured)", () => {
  const a = auth("AH", "one", "state MASTER");
  const played = story(a, {}, [], 3);
  expect(said(played, "A", /AH|STATE/)).toEqual([
    "(VI_1) Initial state master is incompatible with AH authentication - clearing",
    "(VI_1) Entering BACKUP STATE (init)",
  ]);
  const owner = story({ ...a, priority: 255 }, {}, [], 3);
  expect(said(owner, "A", /AH|STATE/)).toEqual(["(VI_1) Entering MASTER STATE"]);
});

test("a password that is corrected by a reload ends the quarrel", () => {
  const file = "/etc/keepalived/keepalived.conf";
  const mend = `sed -i 's/auth_pass two/auth_pass one/' ${file}; systemctl reload keepalived`;
  const steps = [{ ...typedAt(15, mend), host: "keepalived-backup" }];
  const played = story(auth("PASS", "one"), auth("PASS", "two"), steps);
  expect(played.kinds).toEqual([...BOTH, "B BACKUP"]);
});
