// Changing one thing in a keepalived.conf and nothing else: comments and spacing survive. This is
// what a switch on the page does. A step of a path is a keyword, or a keyword and its first word:
// ["virtual_server", "real_server 192.168.88.10", "weight"].
import { parseTree, type Statement } from "./tree.ts";

/** The text with a keyword's value replaced; undefined when the file has no such line. */
export function editValue(
  text: string,
  path: readonly string[],
  value: string,
): string | undefined {
  const place = statementAt(text, path)?.words[1];
  if (place === undefined) return undefined;
  return text.slice(0, place.from) + value + text.slice(place.to);
}

/** The value as it stands in the file. */
export function readValue(text: string, path: readonly string[]): string | undefined {
  const place = statementAt(text, path)?.words[1];
  return place === undefined ? undefined : text.slice(place.from, place.to);
}

/** Whether the file has such a line. */
export function hasStatement(text: string, path: readonly string[]): boolean {
  return statementAt(text, path) !== undefined;
}

/**
 * The text with a value set: replaced where the keyword stands, else written as the first line of
 * its block. Undefined when the block is not there.
 */
export function setValue(text: string, path: readonly string[], value: string): string | undefined {
  return (
    editValue(text, path, value) ??
    insertLine(text, path.slice(0, -1), `${path.at(-1) ?? ""} ${value}`.trim())
  );
}

/** The text with a line more, as the first of the block at `path`, indented as its neighbours. */
export function insertLine(
  text: string,
  path: readonly string[],
  line: string,
): string | undefined {
  const owner = statementAt(text, path);
  const last = owner?.words.at(-1);
  if (owner?.block === undefined || last === undefined) return undefined;
  const brace = text.indexOf("{", last.to);
  const end = text.indexOf("\n", brace);
  if (brace < 0 || end < 0) return undefined;
  const [first] = owner.block;
  const indent = first === undefined ? `${indentAt(text, owner)}    ` : indentAt(text, first);
  return `${text.slice(0, end + 1)}${indent}${line}\n${text.slice(end + 1)}`;
}

/** The text without the line or block at `path`; the text itself when there is none. */
export function removeStatement(text: string, path: readonly string[]): string {
  const found = statementAt(text, path);
  if (found === undefined) return text;
  const lines = text.split("\n");
  const last = found.end?.line ?? found.line;
  lines.splice(found.line - 1, last - found.line + 1);
  return lines.join("\n");
}

/** The first words of each statement at `path`: the addresses of all real servers, say. */
export function namesAt(text: string, path: readonly string[]): string[] {
  return statementsAt(text, path).map(({ words }) => words[1]?.text ?? "");
}

function indentAt(text: string, { words }: Statement): string {
  const from = words[0]?.from ?? 0;
  const start = text.lastIndexOf("\n", from - 1) + 1;
  return /^\s*/.exec(text.slice(start, from))?.[0] ?? "";
}

function statementAt(text: string, path: readonly string[]): Statement | undefined {
  return statementsAt(text, path)[0];
}

function statementsAt(text: string, path: readonly string[]): readonly Statement[] {
  let found: readonly Statement[] = [];
  let statements = parseTree(text);
  for (const step of path) {
    const [keyword, first] = step.split(" ");
    found = statements.filter(
      (each) => each.keyword === keyword && (first === undefined || each.words[1]?.text === first),
    );
    statements = found.flatMap(({ block }) => block ?? []);
  }
  return found;
}

/** The addresses in every `virtual_ipaddress` list, without prefix and device. */
export function virtualAddresses(text: string): string[] {
  return statementsAt(text, ["vrrp_instance", "virtual_ipaddress"])
    .flatMap(({ block }) => block ?? [])
    .map(({ keyword }) => keyword.split("/")[0] ?? "");
}
