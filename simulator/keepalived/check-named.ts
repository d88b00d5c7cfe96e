// What keepalived says of checkers that name something: DNS_CHECK a host, FILE_CHECK a tracked file,
// BFD_CHECK a session (as `keepalived -t` of 2.2.7 answered).
import type { Statement } from "./tree.ts";
import { all, complain, type Reader, word } from "./values.ts";

/** `root`: the statements at the top of the file; `name`: the server, as in a log. */
export function checkNamed(
  reader: Reader,
  server: Statement,
  name: string,
  root: readonly Statement[],
): void {
  for (const checker of all(server.block, "DNS_CHECK")) checkDns(reader, checker);
  for (const checker of all(server.block, "FILE_CHECK")) checkFile(reader, checker, root);
  checkBfd(reader, all(server.block, "BFD_CHECK"), name, root);
}

function checkDns(reader: Reader, checker: Statement): void {
  for (const each of all(checker.block, "name")) {
    const name = word(each) ?? ".";
    if (name === "." || name.split(".").every((label) => label !== "")) continue;
    complain(reader, each, `DNS_CHECK name '${name}' has empty label - ignoring`);
  }
}

function checkFile(reader: Reader, checker: Statement, root: readonly Statement[]): void {
  for (const weight of all(checker.block, "weight")) {
    const option = word(weight, 2);
    if (option === undefined || option === "reverse") continue;
    complain(reader, weight, `unknown track file weight option ${option} - ignoring`, 2);
  }
  const files = all(checker.block, "track_file").filter((each) => word(each) !== undefined);
  const missing = files.filter((each) => !isDefined(root, /^(vrrp_)?track_file$/, each));
  for (const each of missing) complain(reader, each, `track_file ${word(each) ?? ""} not found`);
  if (missing.length === 0 || missing.length < files.length) return;
  atEnd(reader, checker, "FILE_CHECK has no track_file specified - ignoring");
}

function checkBfd(
  reader: Reader,
  checkers: readonly Statement[],
  server: string,
  root: readonly Statement[],
): void {
  const seen = new Set<string>();
  for (const checker of checkers) {
    const names = all(checker.block, "name");
    if (names.length === 0) {
      atEnd(reader, checker, `(${server}) No name has been specified for BFD_CHECKER - skipping`);
    }
    for (const each of names) {
      const fault = bfdFault(each, seen, root);
      if (fault !== undefined) complain(reader, each, `(${server}) BFD_CHECK - ${fault}`);
      seen.add(word(each) ?? "");
    }
  }
}

function bfdFault(
  statement: Statement,
  seen: ReadonlySet<string>,
  root: readonly Statement[],
): string | undefined {
  const name = word(statement) ?? "";
  if (statement.words.length !== 2) return "No or too many names specified - skipping checker";
  if (!isDefined(root, /^bfd_instance$/, statement)) return `BFD ${name} not configured`;
  return seen.has(name) ? `RS already monitoring ${name}` : undefined;
}

function isDefined(root: readonly Statement[], keyword: RegExp, statement: Statement): boolean {
  return root.some(
    (each) =>
      keyword.test(each.keyword) && word(each) === word(statement) && each.at < statement.at,
  );
}

function atEnd(reader: Reader, statement: Statement, text: string): void {
  const { at, line } = statement.end ?? statement;
  complain(reader, { ...statement, at, line }, text, 0);
}
