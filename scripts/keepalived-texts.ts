// Makes keepalived.conf texts out of the table of keywords: whole ones, and ones with a slip or two as
// a hand makes them. The same seed makes the same texts.
import { KEYWORDS, type Keyword } from "../simulator/keepalived/diagnostics.ts";
import { noteOn } from "../simulator/keepalived/keyword-notes.ts";

type Chance = () => number;
type Keywords = Readonly<Record<string, Keyword>>;

const SLIP_LIKELIHOOD = 0.75;
const OWN_BASE_LIKELIHOOD = 0.6;
/** Blocks whose statements depend on a machine's kernel, users or files. */
const LEFT_OUT = new Set([
  "script_user",
  "user",
  "use_vmac",
  "use_vmac_addr",
  "use_ipvlan",
  "vrf",
  "net_namespace",
  "net_namespace_ipvs",
  "namespace_with_ipsets",
  "instance",
]);

/** `bases` are texts to break besides those made here. */
export function makeTexts(seed: number, count: number, bases: readonly string[]): string[] {
  const chance = chanceFrom(seed);
  return Array.from({ length: count }, () => {
    const own = bases.length === 0 || chance() < OWN_BASE_LIKELIHOOD;
    const text = own ? makeText(chance) : pick(chance, bases);
    return chance() < SLIP_LIKELIHOOD ? breakText(chance, text) : text;
  });
}

function makeText(chance: Chance): string {
  const lines: string[] = [];
  if (chance() < 0.6) lines.push(...blockOf(chance, "global_defs", some(chance, ["global_defs"])));
  if (chance() < 0.3) lines.push(...scriptBlock(chance));
  const instances = between(chance, 0, 2);
  for (let i = 1; i <= instances; i++) lines.push(...instanceBlock(chance, i));
  if (instances === 2 && chance() < 0.4) {
    const group = blockOf(chance, "group", ["VI_1", "VI_2"]);
    lines.push(...blockOf(chance, "vrrp_sync_group G1", group));
  }
  const services = between(chance, 0, 2);
  for (let i = 1; i <= services; i++) lines.push(...serviceBlock(chance, i));
  if (chance() < 0.1) lines.push(...blockOf(chance, "bfd_instance B1", bfdLines(chance)));
  return `${lines.join("\n")}\n`;
}

function scriptBlock(chance: Chance): string[] {
  return blockOf(chance, "vrrp_script chk", [
    'script "/bin/true now"',
    `interval ${between(chance, 1, 5)}`,
    ...some(chance, ["vrrp_script"]),
  ]);
}

function instanceBlock(chance: Chance, i: number): string[] {
  const lines = [
    `state ${pick(chance, ["MASTER", "BACKUP"])}`,
    `interface eth${between(chance, 0, 3)}`,
    `virtual_router_id ${between(chance, 1, 255)}`,
    `priority ${between(chance, 1, 254)}`,
    "advert_int 1",
    ...some(chance, ["vrrp_instance"]),
  ];
  if (chance() < 0.4) {
    const password = pick(chance, ["1111", "123456789", '"a b"']);
    lines.push(...blockOf(chance, "authentication", ["auth_type PASS", `auth_pass ${password}`]));
  }
  if (chance() < 0.3) {
    const entry = `eth${between(chance, 0, 4)} weight ${between(chance, -60, 60)}`;
    lines.push(...blockOf(chance, "track_interface", [entry]));
  }
  if (chance() < 0.2) lines.push(...blockOf(chance, "track_script", ["chk"]));
  const addresses = Array.from({ length: between(chance, 1, 3) }, (_, j) => {
    const options = pick(chance, [" dev eth0", " label eth0:1", " brd 10.0.0.255", "", ""]);
    return `10.0.${i}.${j + 1}/24${options}`;
  });
  lines.push(...blockOf(chance, "virtual_ipaddress", addresses));
  return blockOf(chance, `vrrp_instance VI_${i}`, lines);
}

function serviceBlock(chance: Chance, i: number): string[] {
  const lines = [
    `lb_algo ${pick(chance, ["rr", "wrr", "wlc", "sh", "mh", "lc"])}`,
    `lb_kind ${pick(chance, ["DR", "NAT", "TUN"])}`,
    `protocol ${pick(chance, ["TCP", "TCP", "UDP"])}`,
    ...some(chance, ["virtual_server"]),
  ];
  const port = pick(chance, [80, 443]);
  for (let j = 1; j <= between(chance, 1, 3); j++) {
    const own = pick(chance, [port, port, port, 8080]);
    const block = [`weight ${between(chance, 0, 3)}`, ...checkerBlock(chance)];
    lines.push(...blockOf(chance, `real_server 10.0.9.${10 + j} ${own}`, block));
  }
  return blockOf(chance, `virtual_server 10.0.9.${i} ${port}`, lines);
}

function checkerBlock(chance: Chance): string[] {
  const kinds = ["TCP_CHECK", "HTTP_GET", "SSL_GET", "PING_CHECK", "UDP_CHECK", "MISC_CHECK"];
  const kind = pick(chance, [...kinds, "DNS_CHECK", "SMTP_CHECK", ""]);
  if (kind === "") return [];
  const lines = some(chance, ["virtual_server", "real_server", kind]);
  if (kind === "MISC_CHECK") lines.push('misc_path "/bin/true x"');
  if (kind.endsWith("_GET")) {
    const codes = pick(chance, ["200", "200-299", "200 301", "999"]);
    lines.push(...blockOf(chance, "url", ["path /", `status_code ${codes}`]));
  }
  return blockOf(chance, kind, lines);
}

function bfdLines(chance: Chance): string[] {
  return ["neighbor_ip 10.0.0.2", "source_ip 10.0.0.1", ...some(chance, ["bfd_instance"])];
}

/** A few statements that may stand in a block, their values good as a rule. */
function some(chance: Chance, path: readonly string[]): string[] {
  const keywords = path.reduce<Keywords>((at, each) => at[each]?.keywords ?? {}, KEYWORDS);
  const simple = Object.entries(keywords).filter(
    ([name, { type }]) =>
      ["integer", "decimal", "bool", "flag", "enum"].includes(type) && !LEFT_OUT.has(name),
  );
  if (simple.length === 0) return [];
  return Array.from({ length: between(chance, 0, 4) }, () => {
    const [name, keyword] = pick(chance, simple);
    return `${name} ${valueOf(chance, keyword, [...path, name])}`.trimEnd();
  });
}

function valueOf(chance: Chance, { type }: Keyword, path: readonly string[]): string {
  const { min = 0, max, values = [] } = noteOn(path);
  if (type === "bool") return pick(chance, ["", "on", "off", "true", "no", "maybe"]);
  if (type === "flag") return pick(chance, ["", "", "", "x"]);
  if (type === "enum") return pick(chance, [...values.map(String), "foo"]);
  const top = typeof max === "number" ? max : 1000;
  const low = Math.max(min, 0);
  if (chance() < 0.75) return String(between(chance, low, Math.min(top, low + 200)));
  const wrong = ["-1", "0", "99999999999", "abc", "1.5", "100;", String(top + 1)];
  return pick(chance, wrong);
}

function blockOf(chance: Chance, head: string, lines: readonly string[]): string[] {
  const indented = lines.map((line) => `    ${line}`);
  if (chance() < 0.05) return [head, "{", ...indented, "}"];
  return [`${head} {`, ...indented, "}"];
}

const SLIPS: readonly ((chance: Chance, lines: string[], i: number) => void)[] = [
  (chance, lines, i) => {
    lines[i] = (lines[i] ?? "").replace(pick(chance, ["{", "}"]), "");
  },
  (chance, lines, i) => {
    const word = firstWord(lines[i]);
    const at = between(chance, 0, Math.max(0, word.length - 1));
    lines[i] = (lines[i] ?? "").replace(word, word.slice(0, at) + word.slice(at + 1));
  },
  (chance, lines, i) => {
    const value = pick(chance, ["-1", "0", "99999999999", "abc", "256", "1.5", ""]);
    lines[i] = (lines[i] ?? "").replace(/(\S+\s+)\S+/, `$1${value}`);
  },
  (_chance, lines, i) => {
    lines[i] = (lines[i] ?? "").replace(/\s\S+$/, "");
  },
  (_chance, lines, i) => void lines.splice(i, 1),
  (_chance, lines, i) => void lines.splice(i, 0, lines[i] ?? ""),
  (chance, lines, i) => {
    const j = between(chance, 0, lines.length - 1);
    [lines[i], lines[j]] = [lines[j] ?? "", lines[i] ?? ""];
  },
  (chance, lines, i) => {
    lines[i] += pick(chance, [" extra", "{", "}", ' "x', " # c", ";"]);
  },
  (chance, lines, i) => {
    const keyword = pick(chance, ALL_KEYWORDS);
    lines.splice(i, 0, `    ${keyword} ${pick(chance, ["1", "x", "", "10.0.0.1"])}`);
  },
  (_chance, lines, i) => {
    const word = firstWord(lines[i]);
    lines[i] = (lines[i] ?? "").replace(word, word.toUpperCase());
  },
  (chance, lines, i) => {
    const end = i + between(chance, 1, 6);
    lines.splice(end, 0, ...lines.slice(i, end));
  },
];

/** With one slip, two or three. */
export function breakText(chance: Chance, text: string): string {
  const lines = text.split("\n");
  for (let slips = pick(chance, [1, 1, 1, 2, 3]); slips > 0; slips--) {
    pick(chance, SLIPS)(chance, lines, between(chance, 0, lines.length - 1));
    if (lines.length === 0) lines.push("");
  }
  return lines.join("\n");
}

const ALL_KEYWORDS = keywordsIn(KEYWORDS).filter((each) => !LEFT_OUT.has(each));

function keywordsIn(keywords: Keywords): string[] {
  const names = Object.entries(keywords).flatMap(([name, { keywords: inner }]) => [
    name,
    ...(inner === undefined ? [] : keywordsIn(inner)),
  ]);
  return [...new Set(names)];
}

function firstWord(line: string | undefined): string {
  return line?.trim().split(/\s/)[0] ?? "";
}

/** Numbers from 0 up to 1, the same for the same seed. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function between(chance: Chance, low: number, high: number): number {
  return low + Math.floor(chance() * (high - low + 1));
}

function pick<T>(chance: Chance, from: readonly T[]): T {
  const picked = from[Math.floor(chance() * from.length)];
  if (picked === undefined) throw new Error("nothing to pick from");
  return picked;
}
