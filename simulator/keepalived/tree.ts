// The syntax tree of a keepalived.conf: statements with their words, and blocks of them. One tree
// serves the reader, the diagnostics and the switches that edit the text.
import { type Token, tokenize, type Word } from "./lexer.ts";

export interface Statement {
  /** The first word. */
  readonly keyword: string;
  /** All words, the keyword first. */
  readonly words: readonly Word[];
  readonly line: number;
  /** What stands between its braces, if it has any. */
  readonly block: readonly Statement[] | undefined;
  /** Offset of the closing brace, or of the end of the file where it is missing. */
  readonly blockEnd: number | undefined;
}

export interface SyntaxTree {
  readonly statements: readonly Statement[];
  /** Braces that were opened and never closed. */
  readonly missingBraces: number;
  readonly extraBraces: readonly { readonly line: number; readonly from: number }[];
  readonly unterminated: readonly {
    readonly line: number;
    readonly text: string;
    readonly from: number;
  }[];
}

interface Open {
  readonly statements: Statement[];
  readonly owner: Omit<Statement, "block" | "blockEnd"> | undefined;
}

export function parseTree(text: string): SyntaxTree {
  const { tokens, unterminated } = tokenize(text);
  const root: Open = { statements: [], owner: undefined };
  const stack: Open[] = [root];
  const extraBraces: { line: number; from: number }[] = [];
  for (const [index, token] of tokens.entries()) {
    const top = stack.at(-1) ?? root;
    if (token.kind === "words") {
      if (tokens[index + 1]?.kind !== "open") top.statements.push(statement(token));
    } else if (token.kind === "open") {
      stack.push({ statements: [], owner: ownerOf(tokens[index - 1], token) });
    } else if (stack.length > 1) {
      closeBlock(stack, token.from);
    } else {
      extraBraces.push({ line: token.line, from: token.from });
    }
  }
  const missingBraces = stack.length - 1;
  while (stack.length > 1) closeBlock(stack, text.length);
  return { statements: root.statements, missingBraces, extraBraces, unterminated };
}

function statement({ words, line }: Token & { kind: "words" }): Statement {
  const keyword = words[0]?.text ?? "";
  return { keyword, words, line, block: undefined, blockEnd: undefined };
}

/** The words before a brace own it; a brace without words owns itself. */
function ownerOf(before: Token | undefined, brace: Token): Omit<Statement, "block" | "blockEnd"> {
  if (before?.kind === "words") return statement(before);
  const from = "from" in brace ? brace.from : 0;
  return { keyword: "{", words: [{ text: "{", from, to: from + 1 }], line: brace.line };
}

function closeBlock(stack: Open[], blockEnd: number): void {
  const closed = stack.pop();
  const outer = stack.at(-1);
  if (closed?.owner === undefined || outer === undefined) return;
  outer.statements.push({ ...closed.owner, block: closed.statements, blockEnd });
}
