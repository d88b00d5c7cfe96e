// One process's way through a keepalived.conf (K180-K184, K187, K188). Each of the four reads the
// whole file line by line, but looks only into the blocks that are its own; a line in a wrong place
// is taken for what it would be where the reader believes to be.
import { blockBegins, blockEnds, type Verdict } from "./blocks.ts";
import { KEYWORDS, type Keyword, placed, type Diagnostic } from "./diagnostics.ts";
import type { Identity } from "./log.ts";
import type { Source, Unit, Words } from "./source.ts";
import { type Statement, statementOf } from "./tree.ts";

export interface Pass {
  /** The process's own statements at the top of the file. */
  readonly statements: readonly Statement[];
  readonly found: readonly Diagnostic[];
  /** Status with which the process ended before the end of the file. */
  readonly exited: number | undefined;
}

/** Lists that are told of when they hold nothing, by their place. */
const EMPTY: Readonly<Record<string, string>> = {
  "global_defs/notification_email": "empty notification_email block",
  "garp_group/interfaces": "empty garp_group interfaces block",
  "track_group/group": "track group {name} has empty group block",
  "vrrp_sync_group/group": "sync group {name} has empty group block",
};
const MISSING_PARAMETER = 2;
const SEGMENTATION_FAULT = 139;

/** Whose keywords a root block's are; the parent takes global_defs and what is not in a block. */
const OWNERS: Readonly<Record<string, readonly Identity[]>> = {
  global_defs: ["Keepalived"],
  SSL: ["Keepalived_healthcheckers"],
  virtual_server: ["Keepalived_healthcheckers"],
  virtual_server_group: ["Keepalived_healthcheckers"],
  track_file: ["Keepalived_healthcheckers", "Keepalived_vrrp"],
  vrrp_track_file: ["Keepalived_healthcheckers", "Keepalived_vrrp"],
  bfd_instance: ["Keepalived_healthcheckers", "Keepalived_vrrp", "Keepalived_bfd"],
};

/**
 * Lines about a keyword (by its path, "vrrp_instance/priority") and the word after it; `name` is that
 * of the block around it. "exit": a parameter is missing, and the process ends with it (K187).
 * `taken` is what counts in place of the word.
 */
export type ComplaintsOf = (
  path: string,
  value: string | undefined,
  name: string,
) => { readonly lines: readonly string[]; readonly exit: boolean; readonly taken?: string };

export function readPass(
  source: Source,
  process: Identity,
  complaintsOf?: ComplaintsOf,
  readsGlobal = false,
): Pass {
  const walk = new Walk(source, process, complaintsOf, readsGlobal);
  const statements = walk.root();
  return { statements, found: walk.found, exited: walk.exited };
}

type Keywords = Readonly<Record<string, Keyword>>;

class Walk {
  readonly found: Diagnostic[] = [];
  exited: number | undefined;
  /** How many checkers stand so far. */
  private checkers = 0;
  private readonly taken = new Set<string>();
  private readonly source: Source;
  private readonly process: Identity;
  private at = 0;
  private depth = 0;

  private readonly complaintsOf: ComplaintsOf | undefined;

  private readonly readsGlobal: boolean;

  constructor(
    source: Source,
    process: Identity,
    complaintsOf: ComplaintsOf | undefined,
    readsGlobal: boolean,
  ) {
    this.source = source;
    this.process = process;
    this.complaintsOf = complaintsOf;
    this.readsGlobal = readsGlobal;
  }

  root(): Statement[] {
    const statements = this.level(KEYWORDS, []);
    this.tellMissingFiles();
    if (this.depth > 0 && this.exited === undefined) {
      const text = `There are ${this.depth} missing '}'s or extra '{'s`;
      const place = { at: Infinity, line: undefined, ...NOWHERE };
      this.found.push({ process: this.process, kind: "complaint", text, ...place });
    }
    return statements;
  }

  /** Statements until the brace that closes the block; at the root until the end of the file. */
  private level(keywords: Keywords, path: readonly string[], name = ""): Statement[] {
    const statements: Statement[] = [];
    for (let unit = this.next(); unit !== undefined; unit = this.next()) {
      if (unit.kind === "words") {
        const read = this.statement(unit, keywords, path, name, statements);
        if (read !== undefined) statements.push(read);
      } else if (unit.kind === "open") {
        this.say(unit, "Unexpected '{' - ignoring");
      } else {
        if (path.length > 0) return statements;
        this.say(unit, "Unknown keyword '}'");
      }
      if (this.exited !== undefined) break;
    }
    return statements;
  }

  private statement(
    unit: Words,
    keywords: Keywords,
    path: readonly string[],
    name: string,
    before: readonly Statement[],
  ): Statement | undefined {
    const at = this.at - 1;
    const statement = statementOf(unit, at);
    if (statement.words.length === 0) return undefined;
    const keyword = Object.hasOwn(keywords, statement.keyword)
      ? keywords[statement.keyword]
      : undefined;
    if (keyword === undefined) {
      this.say(unit, `Unknown keyword '${statement.keyword}'`);
      return undefined;
    }
    if (path.length === 0 && !this.owns(statement.keyword, keyword)) {
      if (keyword.type.includes("block")) this.skip();
      return undefined;
    }
    if (keyword.type === "line-block") return this.entries(unit, statement, path, name, before);
    if (keyword.keywords !== undefined) {
      return this.block(unit, statement, keyword.keywords, path, name);
    }
    return this.value(unit, statement, path, name);
  }

  private owns(keyword: string, { type }: Keyword): boolean {
    if (keyword === "global_defs" && this.readsGlobal) return true;
    const owners = OWNERS[keyword] ?? [
      type === "block" || type === "line-block" ? "Keepalived_vrrp" : "Keepalived",
    ];
    return owners.includes(this.process);
  }

  private value(
    unit: Unit,
    statement: Statement,
    path: readonly string[],
    name: string,
  ): Statement {
    // The others only know the names of its keywords.
    if (path[0] === "bfd_instance" && this.process !== "Keepalived_bfd") return statement;
    const where = [...path, statement.keyword].join("/");
    const said = this.complaintsOf?.(where, statement.words[1]?.text, name);
    for (const line of said?.lines ?? []) this.say(unit, line, 1);
    if (said?.exit === true) this.exit(unit, statement, 2);
    const [keyword, value, ...rest] = statement.words;
    if (said?.taken === undefined || keyword === undefined || value === undefined) return statement;
    return { ...statement, words: [keyword, { ...value, text: said.taken }, ...rest] };
  }

  private block(
    unit: Unit,
    statement: Statement,
    keywords: Keywords,
    path: readonly string[],
    outerName: string,
  ): Statement | undefined {
    const { keyword, words } = statement;
    const verdict = blockBegins(statement, this.taken);
    this.tell(unit, statement, verdict);
    if (this.exited !== undefined) return undefined;
    if (verdict.skipped === true) {
      this.skip();
      return undefined;
    }
    this.begin();
    const name = path.length === 0 ? (words[1]?.text ?? "") : outerName;
    const block = this.level(keywords, [...path, keyword], name);
    const read = { ...statement, block, end: this.here() };
    const isHeard = keyword !== "bfd_instance" || this.process === "Keepalived_bfd";
    if (this.exited === undefined && isHeard) this.tell(this.last(unit), read, blockEnds(read));
    return read;
  }

  private tell(unit: Unit, statement: Statement, verdict: Verdict): void {
    for (const line of verdict.lines) this.say(unit, line);
    const isChecker = /_(CHECK|GET)$/.test(statement.keyword);
    if (verdict.missingWord !== undefined) this.exit(unit, statement, verdict.missingWord);
    // Removing a checker that is the first of all is what the real one does not survive.
    const survives = isChecker && this.checkers > 0;
    if (verdict.crashes === true && !survives) this.exited = SEGMENTATION_FAULT;
    if (isChecker && statement.block !== undefined && verdict.crashes !== true) this.checkers++;
  }

  /** A block's opening brace; a line that stands there instead is told, and read all the same. */
  private begin(): void {
    const unit = this.peek();
    if (unit?.kind === "open") this.next();
    else if (unit !== undefined) {
      this.at++;
      this.say(unit, "Missing '{' at beginning of configuration block");
      this.at--;
    }
  }

  /** A list: one entry a line, until a brace closes it; the opening brace may be missing. */
  private entries(
    unit: Unit,
    statement: Statement,
    path: readonly string[],
    name: string,
    before: readonly Statement[],
  ): Statement | undefined {
    const { keyword, words } = statement;
    const isNamed = keyword === "virtual_server_group";
    const extra = words[1]?.text;
    if (
      path[0] === "vrrp_sync_group" &&
      keyword === "group" &&
      before.some((each) => each.keyword === keyword)
    ) {
      this.say(unit, `Group list already specified for sync group ${name}`);
      while (this.peek() !== undefined && this.peek()?.kind !== "close") this.next();
      return undefined;
    }
    if (isNamed) this.tell(unit, statement, blockBegins(statement, this.taken));
    else if (extra !== undefined) {
      this.say(unit, `Block ${keyword} has extra parameters ${extra} ...`);
    }
    if (this.peek()?.kind === "open") this.next();
    const block: Statement[] = [];
    for (let entry = this.next(); entry !== undefined; entry = this.next()) {
      if (entry.kind === "close") break;
      // A brace inside a list is an entry like any other.
      const words = entry.kind === "words" ? entry : braceAsWords(entry);
      if (words.words.length === 0) continue;
      const item = statementOf(words, this.at - 1);
      block.push(item);
      this.value(entry, item, [...path, keyword], name);
    }
    const empty = block.length === 0 ? EMPTY[[...path, keyword].join("/")] : undefined;
    if (empty !== undefined) {
      this.say(this.last(unit), `Warning - ${empty.replace("{name}", name)}`);
    }
    const read = { ...statement, block, end: this.here() };
    if (isNamed && this.exited === undefined) this.tell(this.last(unit), read, blockEnds(read));
    return read;
  }

  /** Passes over a block, if one begins here. */
  private skip(): void {
    if (this.peek()?.kind !== "open") return;
    let depth = 0;
    do {
      const unit = this.next();
      if (unit === undefined) return;
      if (unit.kind === "open") depth++;
      else if (unit.kind === "close") depth--;
    } while (depth > 0);
  }

  private peek(): Unit | undefined {
    return this.source.units[this.at];
  }

  private next(): Unit | undefined {
    if (this.exited !== undefined) return undefined;
    const unit = this.source.units[this.at++];
    if (unit === undefined) return undefined;
    if (unit.unterminated !== undefined) {
      const [line, part] = unit.unterminated;
      this.say(unit, `Unterminated quote '${line}'`);
      this.say(unit, `Unmatched quote: '${part}'`);
    }
    if (unit.kind === "open") this.depth++;
    if (unit.kind === "close") {
      if (this.depth === 0) this.say(unit, "Extra '}' found");
      else this.depth--;
    }
    return unit;
  }

  /** The unit that was read last; at the end of the file the one that is given. */
  private last(unit: Unit): Unit {
    return this.source.units[this.at - 1] ?? unit;
  }

  private here(): { at: number; line: number } {
    const unit = this.source.units[this.at - 1] ?? this.source.units.at(-1);
    return { at: this.at - 1, line: unit?.line ?? 0 };
  }

  private exit(unit: Unit, { keyword }: Statement, position: number): void {
    const line = `*** Configuration line starting \`${keyword}\` is missing a parameter`;
    this.say(unit, `${line} after keyword \`${keyword}\` at word position ${position}`);
    this.exited = MISSING_PARAMETER;
  }

  private say(unit: Unit, text: string, index = 0): void {
    const { process } = this;
    const line = process === "Keepalived" ? unit.lineEnds : unit.line;
    const at = this.at - 1;
    const shown = placed(process, unit.path, line, text);
    const place = { at, line: unit.line, ...offsets(unit, index) };
    this.found.push({ process, kind: "complaint", text: shown, ...place });
  }

  /** Only the first reader looks for included files. */
  private tellMissingFiles(): void {
    if (this.process !== "Keepalived") return;
    for (const { at, unit, path } of this.source.missing) {
      const text = placed("Keepalived", unit.path, unit.line, `Config files missing '${path}'.`);
      const place = { at: at - 0.5, line: unit.line, ...NOWHERE };
      this.found.push({ process: this.process, kind: "remark", text, ...place });
    }
  }
}

function braceAsWords(unit: Exclude<Unit, Words>): Words {
  const { from, line, lineEnds, path } = unit;
  const words = [{ text: "{", from, to: from + 1 }];
  return { kind: "words", words, line, lineEnds, path, unterminated: undefined };
}

const NOWHERE = { from: undefined, to: undefined };

function offsets(unit: Unit, index: number): { from: number | undefined; to: number | undefined } {
  if (unit.kind !== "words") return { from: unit.from, to: unit.from + 1 };
  const word = unit.words[index] ?? unit.words[0];
  return { from: word?.from, to: word?.to };
}
