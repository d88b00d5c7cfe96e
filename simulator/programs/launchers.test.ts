// Programs that run others, and the small ones, with what they print.
import { expect, test } from "vitest";
import { type Row, testLines, typed } from "./test-console.ts";

const DATE = "Mon Nov 23 02:43:2";
const LINES: readonly Row[] = [
  ["env -i A=1 B=2", "A=1\nB=2\n"],
  ["sort nosuch", "", "sort: cannot read: nosuch: No such file or directory\n", 2],
  ["env A=1 printenv A; env nosuch", "1\n", "env: ‘nosuch’: No such file or directory\n", 127],
  ["sudo hostname; nohup echo hi; stdbuf -oL echo x; su -c 'id -un'", "node-1\nhi\nx\nroot\n"],
  ["seq 5 | xargs -n 2 echo x", "x 1 2\nx 3 4\nx 5\n"],
  ["printf 'a b\\nc\\n' | xargs -I{} echo '<{}>'", "<a b>\n<c>\n"],
  ["echo 7 | xargs -t test 9 =", "", "test 9 = 7\n", 123],
  [
    "true | xargs -r echo; echo k | xargs nosuch",
    "",
    "xargs: nosuch: No such file or directory\n",
    127,
  ],
  ["timeout 3 watch -n 2 hostname | cut -c1-60 | grep -c 'Every 2.0s: hostname'", "2\n"],
  [
    "timeout 1 nosuch",
    "",
    "timeout: failed to run command ‘nosuch’: No such file or directory\n",
    127,
  ],
  ["time sleep 1", "", "\nreal\t0m1.002s\nuser\t0m0.000s\nsys\t0m0.000s\n"],
  ["echo 'echo \"script $1\"' > s; ./s", "", "bash: line 1: ./s: Permission denied\n", 126],
  ["echo 'echo script $1' > s; chmod +x s; echo '#' >> s; sed -i 's/^#//' s; ./s 1", "script 1\n"],
  [
    "touch s; chmod u=rw,go-rwx s; ls -l s | cut -c1-10; chmod 755 s; ls -l s | cut -c1-10",
    "-rw-------\n-rwxr-xr-x\n",
  ],
  ["chmod 9 s", "", "chmod: invalid mode: ‘9’\nTry 'chmod --help' for more information.\n", 1],
  ["basename /a/b.c .c; dirname /a/b; whoami; id -u", "b\n/a\nroot\n0\n"],
  ["find /etc -name 'host*' -type f", "/etc/hostname\n/etc/hosts\n"],
  ["seq 3 > a; sed 's/2/x/' a > b; diff a b", "2c2\n< 2\n---\n> x\n", "", 1],
  [
    "seq 9 > a; sed '5d' a > b; diff -u a b",
    "--- a\n+++ b\n@@ -2,7 +2,6 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n",
    "",
    1,
  ],
  ["hostnamectl set-hostname web; hostname; cat /etc/hostname", "web\nweb\n"],
];

testLines(LINES);

test("watch shows its command again and again, under a line that says so", () => {
  const { stdout, code } = typed("timeout 3 watch -n 2 'echo a; false'");
  const title = "Every 2.0s: echo a; false";
  expect(stdout.split("\x1b[H\x1b[2J").slice(1)).toHaveLength(2);
  expect(stdout).toContain(`${title.padEnd(80 - 32)}node-1: ${DATE}`);
  expect(stdout).toMatch(/2026\n\na\n/);
  expect(code).toBe(124);
});
