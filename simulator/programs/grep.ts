// grep: lines that match. Left out: context (-A, -B, -C), directories, colours.
import { immediate, NEEDS_INPUT, type Output } from "./immediate.ts";
import { readShortOptions } from "./options.ts";
import { regularExpression } from "./regular-expression.ts";
import { linesOf, openSources, type Source } from "./text-tools.ts";

const USAGE =
  "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n";

export const grep = immediate(2_500, (call) => {
  const args = call.args.filter((arg) => !arg.startsWith("--color"));
  const options = readShortOptions("grep", args, "EFGPivcnoqwxlLhHse:m:");
  if ("complaint" in options) return { stderr: options.complaint + USAGE, code: 2 };
  const { flags, values, rest } = options;
  const given = values.get("e");
  const pattern = given ?? rest[0];
  if (pattern === undefined) return { stderr: USAGE, code: 2 };
  const expression = expressionOf(pattern, flags);
  if (expression === undefined) {
    return { stderr: "grep: Unmatched [, [^, [:, [., [=, ( or \\(\n", code: 2 };
  }
  const names = given === undefined ? rest.slice(1) : rest;
  const sources = openSources("grep", call, names);
  if (sources === undefined) return NEEDS_INPUT;
  const shown = flags.has("H") || (names.length > 1 && !flags.has("h"));
  const results = sources.found.map((source) =>
    search(source, expression, flags, shown, Number(values.get("m") ?? Infinity)),
  );
  const isFound = results.some(({ count }) => count > 0);
  const code = sources.stderr !== "" && !flags.has("q") ? 2 : isFound ? 0 : 1;
  const stdout = flags.has("q") ? "" : results.map(({ text }) => text).join("");
  return { stdout, stderr: flags.has("s") ? "" : sources.stderr, code } satisfies Output;
});

function expressionOf(pattern: string, flags: ReadonlySet<string>): RegExp | undefined {
  const isExtended = flags.has("E") || flags.has("P");
  const alternatives = pattern.split("\n").map((line) => {
    const text = flags.has("F") ? line.replace(/[\\^$.*[\]]/g, "\\$&") : line;
    return regularExpression(text, isExtended ? "extended" : "basic")?.source;
  });
  if (alternatives.includes(undefined)) return undefined;
  let source = `(?:${alternatives.join("|")})`;
  if (flags.has("w")) source = `(?<!\\w)${source}(?!\\w)`;
  if (flags.has("x")) source = `^${source}$`;
  return new RegExp(source, flags.has("i") ? "gi" : "g");
}

function search(
  { name, text }: Source,
  expression: RegExp,
  flags: ReadonlySet<string>,
  showsName: boolean,
  most: number,
): { count: number; text: string } {
  const shownName = name === "standard input" ? "(standard input)" : name;
  const prefix = showsName ? `${shownName}:` : "";
  const out: string[] = [];
  let count = 0;
  for (const [i, line] of linesOf(text).entries()) {
    if (count >= most) break;
    const found = [...line.matchAll(expression)].map((match) => match[0]);
    if (found.length > 0 === flags.has("v")) continue;
    count++;
    const place = prefix + (flags.has("n") ? `${i + 1}:` : "");
    if (!flags.has("o")) out.push(`${place}${line}\n`);
    else out.push(...found.filter((each) => each !== "").map((each) => `${place}${each}\n`));
  }
  if (flags.has("l")) return { count, text: count > 0 ? `${shownName}\n` : "" };
  if (flags.has("L")) return { count, text: count > 0 ? "" : `${shownName}\n` };
  if (flags.has("c")) return { count, text: `${prefix}${count}\n` };
  return { count, text: out.join("") };
}
