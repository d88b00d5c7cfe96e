// What is compared of a text. Chance, the clock and the recording machine decide some of it: ids of
// processes, dates, round-trip times, ports, the order of rows that the kernel keeps in a hash.
// The versions of keepalived and nginx are compared.

/** What is put in place of what; `[^\n]*` is the rest of a line. */
const SUBSTITUTIONS: readonly (readonly [RegExp, string])[] = [
  // Round-trip times of ping.
  [/\btime[= ]\d+(\.\d+)? ?ms/g, "time=# ms"],
  [/rtt min\/avg\/max\/mdev = [^\n]*/g, "rtt #"],
  // The recording machine's veth pairs and queues.
  [/@if\d+/g, ""],
  [/ link-netnsid \d+/g, ""],
  [/ qdisc \S+/g, ""],
  [/\bgroup default qlen \d+/g, "group default"],
  // Dates: of syslog, HTTP, nginx's log; an entity tag is a date too; seconds since 1970.
  [/\b[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d\b/g, "<date>"],
  [/\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g, "<date>"],
  [/\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\]/g, "[<date>]"],
  [/ETag: "[0-9a-f]+-/g, 'ETag: "#-'],
  [/\b1[6-9]\d{8}(\.\d+)?\b/g, "<epoch>"],
  // Numbers that a kernel hands out.
  [/\[\d+\]: /g, "[pid]: "],
  [/\bpid[ =]\d+/g, "pid #"],
  [/process\(\d+\)/g, "process(#)"],
  [/\bfd\([\d,]+\)/g, "fd(#)"],
  [/ifindex\( *\d+\)/g, "ifindex(#)"],
  [/Running on Linux [^\n]*/g, "Running on Linux"],
  // Times that programs took.
  [/\bused [\d.]+ user time, [\d.]+ system time/g, "used #"],
  [/CPU usage \(self\/children\)[^\n]*/g, "CPU usage #"],
  [/\bafter \d+(\.\d+)? (ms|milliseconds|s)\b/g, "after #"],
  [/\b\d+(\.\d+)?ms\b/g, "#ms"],
  [/\(\d+ ms\)/g, "(# ms)"],
  [/\bt=\d+\.\d+/g, "t=#"],
  [/valid_lft \S+ preferred_lft \S+/g, "lft"],
  // An entry in use goes round these states.
  [/\b(REACHABLE|STALE|DELAY|PROBE)\b/g, "KNOWN"],
  // Blanks at the end of a line.
  [/[ \t]+(?=\n|$)/g, ""],
];

/** An ephemeral port behind an address: 33000 to 60999. */
const PORT = /(?<=[:.])(?:3[3-9]|[45]\d|60)\d{3}\b/g;
/** A row of `ipvsadm -Lnc`: protocol, time to expiry, the rest. */
const ENTRY = /^(TCP|UDP|IP|ICMP)\s+(\d+):(\d\d)\s/;
const SYSLOG_LINE = /^<date> \S+ (\S+?)\[pid\]: /;

/** Kinds of lines; neighbouring lines of a kind are a block, and a block is put in order. */
const BLOCKS = {
  connection: ENTRY,
  neighbour: /^[\d.]+ dev \S+ /,
  socket: /^(ESTAB|TIME-WAIT|SYN-SENT|SYN-RECV|FIN-WAIT-[12]|CLOSE-WAIT|LAST-ACK|LISTEN|UNCONN)\s/,
  syslog: SYSLOG_LINE,
} as const;
type BlockKind = keyof typeof BLOCKS;

/** How far the expire column of `ipvsadm -Lnc` may be off. */
const EXPIRE_S = 2;

export interface ComparedText {
  readonly lines: readonly string[];
  /** The rows with an expire column, without it, and what it said. */
  readonly expiries: readonly Expiry[];
}

interface Expiry {
  readonly row: string;
  readonly seconds: number;
}

/**
 * What is compared of a text. Rows that the kernel gives in hash order are sorted; log lines are in
 * order for each program; ports are named in the order in which they appear.
 */
export function comparedText(text: string): ComparedText {
  const lines: string[] = [];
  const expiries: Expiry[] = [];
  const ports = new Map<string, string>();
  let block: string[] = [];
  let kind: BlockKind | undefined;
  for (const raw of substituted(text).split("\n")) {
    const next = kindOfLine(raw);
    if (next !== kind) {
      lines.push(...inOrder(block, kind));
      block = [];
      kind = next;
    }
    const entry = next === "connection" ? ENTRY.exec(raw) : null;
    if (entry !== null) expiries.push(expiryOf(raw, entry));
    const line = entry === null ? raw : `${entry[1]} ${raw.slice(entry[0].length)}`;
    block.push(withoutPorts(line, next, ports));
  }
  lines.push(...inOrder(block, kind));
  return { lines, expiries: expiries.sort(byRow) };
}

export function isSameText(a: string, b: string): boolean {
  if (a === b) return true;
  const left = comparedText(a);
  const right = comparedText(b);
  return isSameList(left.lines, right.lines) && isSameExpiry(left.expiries, right.expiries);
}

/** The first line of a log message as it is compared. */
export function comparedMessage(message: string): string {
  return comparedText(message).lines[0] ?? "";
}

function substituted(text: string): string {
  return SUBSTITUTIONS.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text);
}

function kindOfLine(line: string): BlockKind | undefined {
  const kinds = Object.keys(BLOCKS) as BlockKind[];
  return kinds.find((kind) => BLOCKS[kind].test(line));
}

function inOrder(block: readonly string[], kind: BlockKind | undefined): string[] {
  if (kind === undefined) return [...block];
  if (kind !== "syslog") return [...block].sort();
  return [...block].sort((a, b) => order(programOf(a), programOf(b)));
}

function programOf(line: string): string {
  return SYSLOG_LINE.exec(line)?.[1] ?? "";
}

/** In rows without order a port has no number; elsewhere the first one seen is P1. */
function withoutPorts(
  line: string,
  kind: BlockKind | undefined,
  ports: Map<string, string>,
): string {
  if (kind !== undefined && kind !== "syslog") return line.replace(PORT, "P");
  return line.replace(PORT, (port) => {
    const name = ports.get(port) ?? `P${ports.size + 1}`;
    ports.set(port, name);
    return name;
  });
}

function expiryOf(line: string, entry: RegExpExecArray): Expiry {
  const row = line.slice(entry[0].length).replace(PORT, "P");
  return { row, seconds: Number(entry[2]) * 60 + Number(entry[3]) };
}

function byRow(a: Expiry, b: Expiry): number {
  return order(a.row, b.row) || a.seconds - b.seconds;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i]);
}

function isSameExpiry(a: readonly Expiry[], b: readonly Expiry[]): boolean {
  if (a.length !== b.length) return false;
  return a.every(({ row, seconds }, i) => {
    const other = b[i];
    return other?.row === row && Math.abs(seconds - other.seconds) <= EXPIRE_S;
  });
}
