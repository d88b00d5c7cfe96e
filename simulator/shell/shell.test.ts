// Command lines as a person types them, with all that they print and the status they end with.
import { expect, test } from "vitest";
import { run } from "../kernel/run.ts";
import { copyOf, lab, resultOf, testLines, type, typed } from "../programs/test-console.ts";

// line, standard output, standard error, status; all but `$0`-dependent ones as bash 5.2.15 says it.
const LINES: readonly (readonly [string, string, string, number])[] = [
  ["echo a  b", "a b\n", "", 0],
  ["echo 'a  b' \"c  d\" e\\ \\ f", "a  b c  d e  f\n", "", 0],
  ["echo -n x; echo -e 'a\\tb'", "xa\tb\n", "", 0],
  ["false || echo FAILED $?", "FAILED 1\n", "", 0],
  ["true && false || echo c", "c\n", "", 0],
  ["! true; echo $?", "1\n", "", 0],
  ["for i in $(seq 3); do echo $i; done", "1\n2\n3\n", "", 0],
  ["for i in {1..3}{a,b}; do echo -n $i,; done", "1a,1b,2a,2b,3a,3b,", "", 0],
  ["for ((i = 0; i < 3; i++)); do echo -n $i; done", "012", "", 0],
  ["i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n", "", 0],
  ["i=5; until ((i <= 2)); do ((i--)); done; echo $i", "2\n", "", 0],
  [
    "for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done",
    "1\n3\n",
    "",
    0,
  ],
  ["for i in 1 2; do for j in a b; do continue 2; done; done; echo $i$j", "2a\n", "", 0],
  ["if false; then echo a; elif true; then echo b; else echo c; fi", "b\n", "", 0],
  ["case abc in x) echo x;; a*|b) echo y;; *) echo z;; esac", "y\n", "", 0],
  ["f() { echo $1-$#; return 3; }; f a b; echo $?", "a-2\n3\n", "", 0],
  ["f() { local x=1; x=2; }; x=0; f; echo $x", "0\n", "", 0],
  [
    'x=\'a b\'; set -- $x "$x"; echo $#; for i in "$@"; do echo [$i]; done',
    "3\n[a]\n[b]\n[a b]\n",
    "",
    0,
  ],
  [
    "x=abc.tar.gz; echo ${x%.*} ${x%%.*} ${x#*.} ${x##*.} ${#x}",
    "abc.tar abc tar.gz gz 10\n",
    "",
    0,
  ],
  [
    "x=hello; echo ${x:1:3} ${x/l/L} ${x//l/L} ${x^} ${x^^} ${y:-none} ${x:+set}",
    "ell heLlo heLLo Hello HELLO none set\n",
    "",
    0,
  ],
  [
    "echo ${y:=1} $y; echo $((y + 2 * 3)) $((2 ** 10)) $((7 / 2)) $((7 % 4)) $((-7 / 2))",
    "1 1\n7 1024 3 3 -3\n",
    "",
    0,
  ],
  ["echo $((i++)) $((i++)) $i", "0 1 2\n", "", 0],
  ["x=$(echo a; false); echo $x $?", "a 1\n", "", 0],
  ["echo $(echo $(echo deep)) `echo back`", "deep back\n", "", 0],
  ["echo a | cat; echo b | while read x; do echo [$x]; done", "a\n[b]\n", "", 0],
  ["set -e; false || echo a; if false; then :; fi; ! true; (exit 4); echo no", "a\n", "", 4],
  ["set -eu; f() { return 2; }; f || echo no; while f; do :; done; f; echo never", "no\n", "", 2],
  ["trap 'echo bye $?' EXIT; echo hi; (exit 3)", "hi\nbye 3\n", "", 3],
  ["trap 'echo bye' EXIT; exit 5; echo no", "bye\n", "", 5],
  ["exec 3> x; echo hi >&3; exec > y; echo out; cat x >&2", "", "hi\n", 0],
  ["seq 9 | grep -n -A1 -B1 '[37]'", "2-2\n3:3\n4-4\n--\n6-6\n7:7\n8-8\n", "", 0],
  [
    "grep -r localhost /etc; grep -c . /etc/hostname",
    "/etc/hosts:127.0.0.1\tlocalhost\n1\n",
    "",
    0,
  ],
  ["while :; do echo x; sleep 1; done | head -2", "x\nx\n", "", 0],
  ["while :; do echo a b; sleep 1; done | cut -c3 | cat | grep -m2 b", "b\nb\n", "", 0],
  ["while :; do echo x; sleep 1; done | grep -q x && echo found", "found\n", "", 0],
  ["seq 10 | grep -E '^[15]' | wc -l", "3\n", "", 0],
  ["seq 5 | head -2 | tail -n 1", "2\n", "", 0],
  ["printf '%d %s|%5.2f\\n' 1 a 3", "1 a| 3.00\n", "", 0],
  ["(exit 3); echo $?; { echo a; echo b; } | wc -l", "3\n2\n", "", 0],
  ["x=1; (x=2; echo $x); echo $x", "2\n1\n", "", 0],
  [
    "echo one > /tmp/f; echo two >> /tmp/f; cat < /tmp/f; cat /tmp/f | wc -l",
    "one\ntwo\n2\n",
    "",
    0,
  ],
  [
    "{ echo a; cat /nosuch; } > /tmp/f 2>&1; cat /tmp/f",
    "a\ncat: /nosuch: No such file or directory\n",
    "",
    0,
  ],
  ["cat /nosuch 2>/dev/null || echo $?", "1\n", "", 0],
  ["cat <<< \"x y\"; read a b <<< '1 2 3'; echo $b", "x y\n2 3\n", "", 0],
  ["cat <<E\n$((1+1)) $HOSTNAME\nE", "2 client\n", "", 0],
  ["while read -r a b; do echo $b; done < /etc/hosts", "localhost\nclient\n", "", 0],
  [
    "cd /etc; echo host*; echo /etc/h*s; echo *.none",
    "hostname hosts\n/etc/hosts\n*.none\n",
    "",
    0,
  ],
  ["[[ abc == a* && ! -f /nosuch ]] && echo y; [[ ab12 =~ [0-9]+$ ]] && echo z", "y\nz\n", "", 0],
  ["[ -f /etc/hosts -a 2 -gt 1 ] && test -n x && echo y", "y\n", "", 0],
  ["sleep 100 & kill $!; wait $!; echo $?", "143\n", "", 0],
  ["for i in 1 2 3; do sleep $i & done; wait; echo done", "done\n", "", 0],
  ["timeout 1 sleep 5; echo $?", "124\n", "", 0],
  [
    "type cd curl; command -v ip",
    "cd is a shell builtin\ncurl is /usr/bin/curl\n/usr/sbin/ip\n",
    "",
    0,
  ],
  ["seq 3 | sed '0,/[23]/s//x/'", "1\nx\n3\n", "", 0],
  ["seq 5 | sed -n '/2/,+1{s/$/!/;p}; $p'", "2!\n3!\n5\n", "", 0],
  ["echo abc | sed 'y/ab/xy/'", "xyc\n", "", 0],
  ["seq 2 | sed '/1/{p'", "", "sed: -e expression #1, char 5: unmatched `{'\n", 1],
  ["sed 's/\\(1*\\)27/[\\1]/; s/0/o/g' /etc/hosts | head -1", "[1].o.o.1\tlocalhost\n", "", 0],
  ["echo c b a b | tr ' ' '\\n' | sort | uniq -c | sort -rn | head -1", "      2 b\n", "", 0],
  ["echo a:b:c | cut -d: -f2-; echo abc | tr a-c A-C", "b:c\nABC\n", "", 0],
  ["foo", "", "bash: line 1: foo: command not found\n", 127],
  ["echo a\nfoo", "a\n", "bash: line 2: foo: command not found\n", 127],
  ["./nosuch", "", "bash: line 1: ./nosuch: No such file or directory\n", 127],
  ["cat < /nosuch", "", "bash: line 1: /nosuch: No such file or directory\n", 1],
  ["cd /nosuch", "", "bash: line 1: cd: /nosuch: No such file or directory\n", 1],
  ["kill 99999", "", "bash: line 1: kill: (99999) - No such process\n", 1],
  ["[ a -eq 1 ]", "", "bash: line 1: [: a: integer expression expected\n", 2],
  ["echo ${x:?bad}; echo no", "", "bash: line 1: x: bad\n", 127],
  ["exit 7; echo no", "", "", 7],
  ['echo "foo', "", "bash: -c: line 1: unexpected EOF while looking for matching `\"'\n", 2],
  ["for i in 1; do", "", "bash: -c: line 2: syntax error: unexpected end of file\n", 2],
  [
    "echo )",
    "",
    "bash: -c: line 1: syntax error near unexpected token `)'\nbash: -c: line 1: `echo )'\n",
    2,
  ],
  [
    "if true; then fi",
    "",
    "bash: -c: line 1: syntax error near unexpected token `fi'\nbash: -c: line 1: `if true; then fi'\n",
    2,
  ],
  [
    "echo > ",
    "",
    "bash: -c: line 1: syntax error near unexpected token `newline'\nbash: -c: line 1: `echo > '\n",
    2,
  ],
  ["x=(1 2)", "", "bash: -c: line 1: arrays are not supported here\n", 2],
];

testLines(LINES, "client");

test("an endless loop passes time instead of stopping it", () => {
  const { code, seconds } = typed("timeout 2 bash -c 'while :; do :; done'");
  expect(code).toBe(124);
  expect(seconds).toBeCloseTo(2, 1);
});

test("a command takes its time", () => {
  expect(typed("sleep 2.5").seconds).toBeCloseTo(2.5, 1);
  expect(typed("echo 4 > /tmp/n; echo").seconds).toBeCloseTo(0, 1);
  expect(typed("echo").seconds).toBeGreaterThan(0);
});

test("a copy made in the middle of a loop goes on with the same output", () => {
  const line = "for i in $(seq 5); do sleep 1; echo $i $(hostname); done | cat";
  const whole = typed(line);
  const first = lab();
  type(first, [{ host: "node-1", line }]);
  run(first, 3_500_000);
  const second = copyOf(first);
  run(first, 61_000_000);
  run(second, 61_000_000);
  const late = resultOf(second);
  expect(resultOf(first)).toEqual(whole);
  expect(late.seconds).toBe(whole.seconds);
  expect(whole.stdout.endsWith(late.stdout)).toBe(true);
  expect(late.stdout).not.toBe("");
});
