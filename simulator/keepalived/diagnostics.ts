// What keepalived says of a file that it does not understand, and which of its processes says it
// (K180-K183): each reads the whole file, but knows only its own keywords inside blocks.
import keywords from "./keywords.json" with { type: "json" };
import type { Identity } from "./log.ts";
import type { Statement, SyntaxTree } from "./tree.ts";

export interface Diagnostic {
  readonly process: Identity;
  /** Exactly what is logged. */
  readonly text: string;
  readonly line: number | undefined;
  /** Offsets of the word in question. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export interface Keyword {
  readonly type: string;
  readonly args?: string;
  readonly min?: number;
  readonly max?: number | string;
  readonly keywords?: Readonly<Record<string, Keyword>>;
}

/** The one table of keywords: reader, diagnostics, completion and hover use it. */
export const KEYWORDS = keywords as Readonly<Record<string, Keyword>>;

const CHECKERS: readonly string[] = ["SSL", "virtual_server", "virtual_server_group"];
/** Blocks that every process reads. */
const SHARED: readonly string[] = ["global_defs"];

/** Who reads what is inside a root keyword's block. */
function ownerOf(rootKeyword: string): readonly Identity[] {
  if (SHARED.includes(rootKeyword)) return ["Keepalived"];
  return CHECKERS.includes(rootKeyword) ? ["Keepalived_healthcheckers"] : ["Keepalived_vrrp"];
}

const ALL: readonly Identity[] = ["Keepalived", "Keepalived_healthcheckers", "Keepalived_vrrp"];

/** A process's messages name the file, the parent's only the line (K181). */
export function placed(process: Identity, path: string, line: number, text: string): string {
  return process === "Keepalived" ? `(Line ${line}) ${text}` : `(${path}: Line ${line}) ${text}`;
}

export function structureDiagnostics(tree: SyntaxTree, path: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  const say = (processes: readonly Identity[], statement: Place, text: string): void => {
    for (const process of processes) {
      const { line, from, to } = statement;
      found.push({ process, text: placed(process, path, line, text), line, from, to });
    }
  };
  for (const { line, text, from } of tree.unterminated) {
    say(ALL, { line, from, to: from + text.length }, `Unterminated quote '${text}'`);
  }
  for (const statement of tree.statements) checkRoot(statement, say);
  for (const { line, from } of tree.extraBraces) {
    say(ALL, { line, from, to: from + 1 }, "Extra '}' found");
  }
  if (tree.missingBraces > 0) {
    const text = `There are ${tree.missingBraces} missing '}'s or extra '{'s`;
    const place = { line: undefined, from: undefined, to: undefined };
    for (const process of ALL) found.push({ process, text, ...place });
  }
  return found;
}

interface Place {
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

type Say = (processes: readonly Identity[], place: Place, text: string) => void;

function checkRoot(statement: Statement, say: Say): void {
  const keyword = Object.hasOwn(KEYWORDS, statement.keyword)
    ? KEYWORDS[statement.keyword]
    : undefined;
  if (keyword === undefined) return reportUnknown(statement, KEYWORDS, ALL, say);
  if (keyword.keywords === undefined) return;
  const processes = ownerOf(statement.keyword);
  if (statement.block === undefined) {
    const text = "Missing '{' at beginning of configuration block";
    return say(processes, placeOf(statement), text);
  }
  checkBlock(statement.block, keyword.keywords, processes, say);
}

function checkBlock(
  statements: readonly Statement[],
  known: Readonly<Record<string, Keyword>>,
  processes: readonly Identity[],
  say: Say,
): void {
  for (const statement of statements) {
    const keyword = Object.hasOwn(known, statement.keyword) ? known[statement.keyword] : undefined;
    if (keyword === undefined) {
      reportUnknown(statement, known, processes, say);
    } else if (keyword.keywords !== undefined && statement.block !== undefined) {
      checkBlock(statement.block, keyword.keywords, processes, say);
    }
  }
}

/** An unknown block is not skipped: its lines are looked up one level out (K180). */
function reportUnknown(
  statement: Statement,
  known: Readonly<Record<string, Keyword>>,
  processes: readonly Identity[],
  say: Say,
): void {
  say(processes, placeOf(statement), `Unknown keyword '${statement.keyword}'`);
  if (statement.block === undefined) return;
  say(processes, placeOf(statement), "Unexpected '{' - ignoring");
  checkBlock(statement.block, known, processes, say);
  say(processes, placeOf(statement), "Unknown keyword '}'");
}

export function placeOf({ words, line }: Statement, index = 0): Place {
  const word = words[index] ?? words[0];
  return { line, from: word?.from ?? 0, to: word?.to ?? 0 };
}
