// awk programs as people type them, with what they print.
import { expect, test } from "vitest";
import { type Row, testLines, typed } from "./test-console.ts";

const FILE = "printf 'a 1 x\\nb 22 y\\nc 3 x\\n' > t; ";
const LINES: readonly Row[] = [
  [`${FILE}awk '{print $1}' t`, "a\nb\nc\n"],
  [`${FILE}awk '{print $NF, NR ":" $2}' t`, "x 1:1\ny 2:22\nx 3:3\n"],
  [`${FILE}awk '$3 == "x"' t`, "a 1 x\nc 3 x\n"],
  [`${FILE}awk '$2 > 2 {n++} END {print n+0, NR}' t`, "2 3\n"],
  [`${FILE}awk '/b/,/c/ {print $1; next} {print "-"}' t`, "-\nb\nc\n"],
  [`${FILE}awk '{s[$3] += $2} END {for (k in s) print k, s[k]}' t`, "x 4\ny 22\n"],
  [`${FILE}awk 'NR == 2 {$2 = "new"; print; exit 3} END {print "end"}' t`, "b new y\nend\n", "", 3],
  [
    `${FILE}awk '{printf "%-3s|%5.1f|%03d\\n", $1, $2 / 3, $2}' t`,
    "a  |  0.3|001\nb  |  7.3|022\nc  |  1.0|003\n",
  ],
  [`${FILE}awk -F' ' -v who=me '{print who > "/tmp/o"}' t; wc -l < /tmp/o`, "3\n"],
  ["awk -F: '{print $2}' <<< 'x:y:z'", "y\n"],
  [
    'awk \'BEGIN {print substr("hello", 2, 3), length("abc"), index("abc", "c"), toupper("x")}\'',
    "ell 3 3 X\n",
  ],
  [
    'awk \'BEGIN {n = split("a,b,c", p, ","); print n, p[1] p[3]; print ("b" in p), (2 in p)}\'',
    "3 ac\n0 1\n",
  ],
  ['echo \'foo bar\' | awk \'{gsub(/o/, "[&]"); sub("bar", "x"); print}\'', "f[o][o] x\n"],
  ['awk \'BEGIN {if (!(1 > 2) && 2 ** 3 == 8) print "yes"; else print "no"}\'', "yes\n"],
  [
    'awk \'BEGIN {for (i = 1; i <= 3; i++) {if (i == 2) continue; printf "%d ", i}; print ""}\'',
    "1 3 \n",
  ],
  [
    "awk 'BEGIN {while (i < 3) i++; do i--; while (i > 1); print i, 1/3, 1e6, x == 0, x == \"\"}'",
    "1 0.333333 1000000 1 1\n",
  ],
  [
    "awk 'BEGIN {print length()}' ; echo 'a b' | awk '{print length, NF; $4 = \"d\"; print; print NF}'",
    "0\n3 2\na b  d\n4\n",
  ],
  ["ip -o -4 addr show dev eth1 | awk '{print $4}' | cut -d/ -f1", "192.168.88.10\n"],
  ["awk '{print $1'", "", "awk: line 1: syntax error at or near end of line\n", 2],
  ["awk 'BEGIN {print foo(1)}'", "", "awk: line 1: function foo never defined\n", 2],
  ["awk '{print}' nosuch", "", "awk: cannot open nosuch (No such file or directory)\n", 2],
  ["awk 'BEGIN {for (;;) ;}'", "", "", 2],
];

testLines(LINES);

test("lines are printed as they come, not at the end of the input", () => {
  const line = "timeout 5 tail -f -n 0 t | awk '{print \"got\", $1}'";
  const later = { host: "node-1", line: "echo news >> t", at: 3 };
  expect(typed(`touch t; ${line}`, "node-1", [later]).stdout).toBe("got news\n");
});
