// iptables: rules written, listed, found again, and what they do to packets (I4).
import { expect, test } from "vitest";
import { dropsAt, session } from "../test-session.ts";
import { typed } from "./test-console.ts";

const HEAD = "target     prot opt source               destination         ";
const DROP = "iptables -A INPUT -p tcp --dport 80 -j DROP";

test.each([
  ["iptables -S", "-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n"],
  ["iptables -L INPUT -n", `Chain INPUT (policy ACCEPT)\n${HEAD}\n`],
  [`${DROP}; iptables -S INPUT`, "-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 80 -j DROP\n"],
  [
    `${DROP}; iptables -L INPUT -n`,
    `Chain INPUT (policy ACCEPT)\n${HEAD}
DROP       6    --  0.0.0.0/0            0.0.0.0/0            tcp dpt:80\n`,
  ],
  [
    `${DROP}; iptables -L INPUT`,
    `Chain INPUT (policy ACCEPT)\n${HEAD}
DROP       tcp  --  anywhere             anywhere             tcp dpt:http\n`,
  ],
  [
    "iptables -I INPUT -p vrrp -s 192.168.88.8 -j DROP; iptables -I INPUT ! -s 10.0.0.0/8 -j ACCEPT; iptables -S INPUT",
    "-P INPUT ACCEPT\n-A INPUT ! -s 10.0.0.0/8 -j ACCEPT\n-A INPUT -s 192.168.88.8/32 -p vrrp -j DROP\n",
  ],
  [`${DROP}; iptables -D INPUT -p tcp --dport 80 -j DROP; iptables -S INPUT`, "-P INPUT ACCEPT\n"],
  [`${DROP}; ${DROP}; iptables -D INPUT 1; iptables -S INPUT | wc -l`, "2\n"],
  [`${DROP}; iptables -C INPUT -p tcp --dport 80 -j DROP; echo $?`, "0\n"],
  [`${DROP}; iptables -F INPUT; iptables -S INPUT`, "-P INPUT ACCEPT\n"],
  ["iptables -P FORWARD DROP; iptables -S FORWARD", "-P FORWARD DROP\n"],
  [
    `${DROP}; curl -s -m 1 http://192.168.88.10/; iptables -nvL INPUT | tail -1`,
    "    1    60 DROP       6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80\n",
  ],
])("%s", (line, stdout) => {
  expect(typed(line)).toMatchObject({ stdout, stderr: "" });
});

test.each([
  [
    "-D INPUT -p tcp --dport 80 -j DROP",
    "iptables: Bad rule (does a matching rule exist in that chain?).",
    1,
  ],
  ["-D INPUT 3", "iptables: Index of deletion too big.", 1],
  ["-A NOSUCH -j DROP", "iptables: No chain/target/match by that name.", 1],
])("iptables %s: %s", (words, stderr, code) => {
  expect(typed(`iptables ${words}`)).toEqual(
    expect.objectContaining({ stdout: "", stderr: `${stderr}\n`, code }),
  );
});

test.each([
  ["DROP", 28],
  ["REJECT", 7],
])("%s: curl ends with %i", (target, code) => {
  const played = session([
    `0.5 node-1: iptables -A INPUT -p tcp --dport 80 -j ${target}`,
    "1 client: curl -s -m 2 http://192.168.88.10/; echo $?",
    "5 node-1: iptables -D INPUT 1",
    "6 client: curl -s -m 2 http://192.168.88.10/",
  ]);
  expect(played.texts[1]).toBe(`${code}\n`);
  expect(dropsAt("node-1", played)).toContain("filter");
  expect(played.texts[3]).toBe("192.168.88.10\n");
});

test("the first rule that matches decides, the policy when none does", () => {
  const { texts } = session([
    "0.5 node-1: iptables -A INPUT -s 192.168.88.2 -j ACCEPT; iptables -P INPUT DROP",
    "1 client: curl -s -m 1 http://192.168.88.10/",
    "1 node-2: curl -s -m 1 http://192.168.88.10/; echo $?",
  ]);
  expect(texts.slice(1)).toEqual(["192.168.88.10\n", "28\n"]);
});
