// ipvsadm's words on mistakes (I191-I193) and the forms it takes its options in.
import { expect, test } from "vitest";
import { typed as typedAt } from "./test-console.ts";

/** What a line prints on a fresh director. */
const typed = (line: string) => typedAt(line, "keepalived");

test.each([
  ["-A", "You need to supply the 'service-address' option for the 'add-service' command", 2],
  [
    "-a -t 192.168.88.100:80",
    "You need to supply the 'real-server' option for the 'add-server' command",
    2,
  ],
  ["-A -t 192.168.88.100:80 -w 1", "Illegal 'weight' option with the 'add-service' command", 2],
  ["-C -n", "Illegal 'numeric' option with the 'flush' command", 2],
  [
    "-d -t 192.168.88.100:80 -r 192.168.88.10:80 -g",
    "Illegal 'forwarding-method' option with the 'delete-server' command",
    2,
  ],
  [
    "-a -t 192.168.88.100:80 -r 192.168.88.10:80 -m -g",
    "multiple 'forwarding-method' options specified",
    2,
  ],
  [
    "-A -t 192.168.88.100:80 -t 192.168.88.100:81",
    "multiple 'service-address' options specified",
    2,
  ],
  ["-A -D -t 192.168.88.100:80", "invalid option `-D'", 2],
  ["-A -t 192.168.88.100", "Zero port specified for non-persistent service", 2],
  ["-A -t 192.168.88.100:0 -s rr", "Zero port specified for non-persistent service", 2],
  ["-A -t 192.168.88.100:99999", "illegal virtual server address[:port] specified", 2],
  ["-a -t 192.168.88.100:80 -r 10.0.0.300", "illegal real server address[:port] specified", 2],
  ["-a -t 192.168.88.100:80 -r 192.168.88.10:80 -w -1", "illegal weight specified", 2],
  ["-a -t 192.168.88.100:80 -r 192.168.88.10:80 -w abc", "illegal weight specified", 2],
  ["-A -t 192.168.88.100:80 -p 0", "invalid timeout value `0' specified", 2],
  ["-A -t 192.168.88.100:80 -p -M 300.1", "illegal virtual server persistent mask specified", 2],
  ["-A -t 192.168.88.100:80 -o", "One-Packet Scheduling is only for UDP virtual services", 2],
  ["-A -f 0", "invalid fwmark value `0' specified", 2],
  ["-A -t 192.168.88.100:80 -s rr -b sh-port", "incompatible scheduler flag `sh-port'", 2],
  ["-A -t 192.168.88.100:80 -s sh -b bogus", "invalid scheduler flag `bogus'", 2],
  [
    "-L -c -t 192.168.88.100:80",
    "The option 'service-address' conflicts with the 'connection' option in the 'list' command",
    2,
  ],
  ["-L -c --stats", "options conflicts in the list command", 2],
  ["--set 900 120", "--set option requires 3 timeout values", 2],
  ["--start-daemon master --syncid 300", "illegal syncid specified", 2],
  ["--start-daemon", "Try `ipvsadm -h' or 'ipvsadm --help' for more information.", 255],
  ["--start-daemon foo", "illegal start-daemon parameter specified", 2],
  ["-Ln extra", "unexpected argument extra", 2],
  [
    "-a -t 192.168.88.100:80 -r [fe80::1]:80 -g",
    "Different address family is allowed only for tunneling servers",
    2,
  ],
  ["-Ln --foo", "--foo: unknown option", 255],
  ["-A -t", "-t: missing argument", 255],
  ["-nL", "Try `ipvsadm -h' or 'ipvsadm --help' for more information.", 255],
  ["-t 192.168.88.100:80 -A", "Try `ipvsadm -h' or 'ipvsadm --help' for more information.", 255],
  [
    "-D -t 192.168.88.100:80 -s rr",
    "Illegal 'scheduler' option with the 'delete-service' command",
    2,
  ],
  ["-Z -p 5", "Illegal 'persistent' option with the 'zero' command", 2],
  ["--start-daemon master --mcast-interface eth9", "No such device", 255],
  ["--stop-daemon master", "No daemon is running", 255],
  ["-a -t 192.168.88.100:80 -r 192.168.88.10:80 -x 2 -y 3", "Service not defined", 255],
  ["-A -t 192.168.88.100:80 -M 255.255.255.0", "", 0],
  ["-L --tun-info -n", "", 0],
  ["-A -t 10.0.0.1:http", "", 0],
  ["-A --tcp-service=10.0.0.1:80", "", 0],
  ["-At 10.0.0.1:80", "", 0],
  ["-A -t10.0.0.1:80", "", 0],
  ["-E -t 192.168.88.100:80", "No such service", 255],
  ["-Ln -t 192.168.88.100:80", "No such service", 1],
] as const)("ipvsadm %s", (line, text, code) => {
  const words = line.split(" ").map((word) => `'${word}'`);
  const { stderr, code: status } = typed(`ipvsadm ${words.join(" ")}`);
  expect([stderr.trimEnd(), status]).toEqual([text, code]);
});

const A = "-A -t 192.168.88.100:80";
const SERVER = "-t 192.168.88.100:80 -r 192.168.88.11:80";

test("a saved table restores, in the order of the list (I180, I181)", () => {
  const lines = `ipvsadm ${A} -s sh -b sh-port,sh-fallback -p; ipvsadm -a ${SERVER} -i -w 3`;
  const again = `ipvsadm -Sn > /tmp/saved; ipvsadm -C; ipvsadm -R < /tmp/saved; ipvsadm -Sn`;
  expect(typed(`${lines}; ${again}`).stdout).toBe(`${A} -s sh -p 360 -b sh-fallback,sh-port
-a ${SERVER} -i -w 3 --tun-type ipip
`);
});

test("ipvsadm-save and ipvsadm-restore are -S and, in place of what is there, -R (measured)", () => {
  const make = `ipvsadm ${A} -s wrr -p 100; ipvsadm -a ${SERVER} -g -w 5; ipvsadm-save > /tmp/s`;
  const other = "ipvsadm -A -u 10.0.0.1:53; (echo '# old'; cat /tmp/s) | ipvsadm-restore";
  const { stdout, stderr, code } = typed(
    `${make}; ${other}; cat /tmp/s; ipvsadm-save -n; ipvsadm-save -x`,
  );
  expect(stdout).toBe(`-A -t 192.168.88.100:http -s wrr -p 100
-a -t 192.168.88.100:http -r 192.168.88.11:http -g -w 5
-A -t 192.168.88.100:80 -s wrr -p 100
-a -t 192.168.88.100:80 -r 192.168.88.11:80 -g -w 5
`);
  expect(stderr).toMatch(/^ipvsadm-save: Script to save/);
  expect(code).toBe(1);
});

test("-Lnc --persistent-conn has a column for persistence engines (measured)", () => {
  const { stdout } = typed("ipvsadm -Lnc --persistent-conn");
  expect(stdout).toMatch(/destination {8}pe name {10}pe_data\n$/);
});

test("the list's order takes addresses for signed numbers: 192.x stands before 10.x (measured)", () => {
  const add = ["10.9.9.9:80", "192.168.88.100:80", "192.168.88.99:80"]
    .map((end) => `ipvsadm -A -t ${end}`)
    .join("; ");
  const { stdout } = typed(`${add}; ipvsadm -Sn | cut -d' ' -f3`);
  expect(stdout).toBe("192.168.88.99:80\n192.168.88.100:80\n10.9.9.9:80\n");
});

test("--tun-info has a column of its own (I177)", () => {
  const { stdout } = typed(`ipvsadm ${A} -s rr; ipvsadm -a ${SERVER} -i; ipvsadm -Ln --tun-info`);
  expect(stdout).toContain("Forward TunnelInfo    Weight ActiveConn InActConn\n");
  expect(stdout).toMatch(/192\.168\.88\.11:80 {13}Tunnel {2}ipip {10}1 {6}0 {10}0 {9}\n/);
});
