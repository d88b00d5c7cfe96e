// `iptables` 1.8.9 (nf_tables): append, insert, delete, check, flush, policy, list. Left out:
// chains of one's own, matches beyond ports and interfaces, connection tracking.
import {
  CHAINS,
  type ChainName,
  type Filter,
  type FilterRule,
  type TableName,
} from "../host/filter.ts";
import { immediate, type Output } from "./immediate.ts";
import { isSameRule, listRow, readRule, specLine } from "./iptables-rules.ts";

const VERSION = "iptables v1.8.9 (nf_tables)";
const HINT = "Try `iptables -h' or 'iptables --help' for more information.";
const NO_CHAIN = "iptables: No chain/target/match by that name.";
const NO_RULE = "iptables: Bad rule (does a matching rule exist in that chain?).";

/** Long spellings of the commands and of the options that belong to no rule. */
const LONG: Readonly<Record<string, string>> = {
  "--table": "-t",
  "--append": "-A",
  "--insert": "-I",
  "--delete": "-D",
  "--check": "-C",
  "--flush": "-F",
  "--policy": "-P",
  "--list": "-L",
  "--list-rules": "-S",
  "--zero": "-Z",
  "--numeric": "-n",
  "--verbose": "-v",
  "--line-numbers": "--line-numbers",
  "--version": "-V",
};
const COMMANDS = ["-A", "-I", "-D", "-C", "-F", "-P", "-L", "-S", "-Z"];

export const iptables = immediate(12_000, ({ host, args }) => {
  const read = readArguments(args);
  if ("stderr" in read) return read;
  if (read.version) return { stdout: `${VERSION}\n` };
  const { table, command, chain, rest } = read;
  if (command === undefined) return refuse("no command specified");
  if (chain !== undefined && !CHAINS[table].includes(chain as ChainName)) {
    return { stderr: `${NO_CHAIN}\n`, code: 1 };
  }
  const call: Call = {
    filter: host.filter,
    table,
    chain: chain as ChainName | undefined,
    rest,
    read,
  };
  const result = run(command, call);
  if (result.filter !== undefined) host.filter = result.filter;
  return result.output;
});

interface Arguments {
  readonly table: TableName;
  readonly command: string | undefined;
  readonly chain: string | undefined;
  readonly rest: readonly string[];
  readonly verbose: boolean;
  /** `-n`: no names of protocols, networks and ports. */
  readonly numeric: boolean;
  readonly numbered: boolean;
  readonly version: boolean;
}

interface Call {
  readonly filter: Filter;
  readonly table: TableName;
  readonly chain: ChainName | undefined;
  readonly rest: readonly string[];
  readonly read: Arguments;
}

interface Result {
  readonly output: Output;
  readonly filter?: Filter;
}

function refuse(text: string): Output & { readonly stderr: string } {
  return { stderr: `${VERSION}: ${text}\n${HINT}\n`, code: 2 };
}

function readArguments(args: readonly string[]): Arguments | (Output & { stderr: string }) {
  let table: TableName = "filter";
  let command: string | undefined;
  let chain: string | undefined;
  const flags = { verbose: false, numeric: false, numbered: false, version: false };
  const rest: string[] = [];
  const words = args.flatMap(unbundle);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const short = LONG[word] ?? word;
    if (short === "-t") {
      const name = words[++at] ?? "";
      if (!Object.hasOwn(CHAINS, name)) {
        const text = `${VERSION}: can't initialize iptables table \`${name}': Table does not exist`;
        return { stderr: `${text}\n`, code: 3 };
      }
      table = name as TableName;
    } else if (COMMANDS.includes(short) && command === undefined) {
      command = short;
      const next = words[at + 1];
      if (next !== undefined && !next.startsWith("-")) chain = words[++at];
    } else if (short === "-v") flags.verbose = true;
    else if (short === "--line-numbers") flags.numbered = true;
    else if (short === "-V") flags.version = true;
    else if (short === "-n") flags.numeric = true;
    else if (short !== "-w") rest.push(word);
  }
  return { table, command, chain, rest, ...flags };
}

/** `-nvL` is `-n -v -L`. */
function unbundle(word: string): string[] {
  return /^-[nvLSF]{2,}$/.test(word) ? [...word.slice(1)].map((letter) => `-${letter}`) : [word];
}

function run(command: string, call: Call): Result {
  const { filter, table, chain } = call;
  switch (command) {
    case "-L":
      return { output: { stdout: list(call) } };
    case "-S":
      return { output: { stdout: spec(call) } };
    case "-F": {
      const rules = filter.rules.filter((rule) => !isIn(rule, table, chain));
      return { output: {}, filter: { ...filter, rules } };
    }
    case "-Z":
      for (const rule of filter.rules) if (isIn(rule, table, chain)) rule.packets = rule.bytes = 0;
      return { output: {} };
    case "-P":
      return setPolicy(call);
    default:
      return changeRule(command, call);
  }
}

function isIn(rule: FilterRule, table: TableName, chain: ChainName | undefined): boolean {
  return rule.table === table && (chain === undefined || rule.chain === chain);
}

function setPolicy({ filter, table, chain, rest }: Call): Result {
  const [policy] = rest;
  if (chain === undefined || (policy !== "ACCEPT" && policy !== "DROP")) {
    return {
      output: { stderr: `${VERSION}: -P requires a chain and a policy\n${HINT}\n`, code: 2 },
    };
  }
  const policies = new Map(filter.policies);
  if (policy === "DROP") policies.set(`${table} ${chain}`, "DROP");
  else policies.delete(`${table} ${chain}`);
  return { output: {}, filter: { ...filter, policies } };
}

function changeRule(command: string, { filter, table, chain, rest }: Call): Result {
  if (chain === undefined) return { output: refuse(`option "${command}" requires an argument`) };
  const numbered = /^\d+$/.test(rest[0] ?? "") ? Number(rest[0]) : undefined;
  const words = numbered === undefined ? rest : rest.slice(1);
  const own = filter.rules.filter((rule) => isIn(rule, table, chain));
  if (command === "-D" && numbered !== undefined && words.length === 0) {
    const gone = own[numbered - 1];
    if (gone === undefined) {
      return { output: { stderr: "iptables: Index of deletion too big.\n", code: 1 } };
    }
    return { output: {}, filter: { ...filter, rules: filter.rules.filter((r) => r !== gone) } };
  }
  const read = readRule(words);
  if ("complaint" in read) return { output: refuse(read.complaint) };
  const rule: FilterRule = { table, chain, ...read, packets: 0, bytes: 0 };
  const same = own.find((each) => isSameRule(each, rule));
  switch (command) {
    case "-A":
      return { output: {}, filter: { ...filter, rules: [...filter.rules, rule] } };
    case "-I": {
      const before = own[(numbered ?? 1) - 1];
      const at = before === undefined ? filter.rules.length : filter.rules.indexOf(before);
      return { output: {}, filter: { ...filter, rules: filter.rules.toSpliced(at, 0, rule) } };
    }
    case "-D":
      if (same === undefined) return { output: { stderr: `${NO_RULE}\n`, code: 1 } };
      return { output: {}, filter: { ...filter, rules: filter.rules.filter((r) => r !== same) } };
    default:
      return { output: same === undefined ? { stderr: `${NO_RULE}\n`, code: 1 } : {} };
  }
}

function list({ filter, table, chain, read }: Call): string {
  const chains = chain === undefined ? CHAINS[table] : [chain];
  return chains
    .map((name) => {
      const policy = filter.policies.get(`${table} ${name}`) ?? "ACCEPT";
      const counts = read.verbose ? " 0 packets, 0 bytes" : "";
      const number = read.numbered ? "num  " : "";
      const head = read.verbose
        ? " pkts bytes target     prot opt in     out     source               destination         "
        : "target     prot opt source               destination         ";
      const rows = filter.rules
        .filter((rule) => isIn(rule, table, name))
        .map((rule, index) => {
          const start = read.numbered ? String(index + 1).padEnd(5) : "";
          return `${start}${listRow(rule, read)}\n`;
        });
      return `Chain ${name} (policy ${policy}${counts})\n${number}${head}\n${rows.join("")}`;
    })
    .join("\n");
}

function spec({ filter, table, chain }: Call): string {
  const chains = chain === undefined ? CHAINS[table] : [chain];
  const policies = chains.map((name) => {
    const policy = filter.policies.get(`${table} ${name}`) ?? "ACCEPT";
    return `-P ${name} ${policy}\n`;
  });
  const rules = filter.rules.filter((rule) => isIn(rule, table, chain));
  return [...policies, ...rules.map((rule) => `${specLine(rule)}\n`)].join("");
}
