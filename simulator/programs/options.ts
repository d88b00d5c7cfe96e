// Short options as getopt(3) reads them: "-c 3", "-c3", "-qn", "--" ends them.

export interface ShortOptions {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
}

/** `known`: letters, those followed by ":" take a value. The complaint is getopt's own. */
export function readShortOptions(
  program: string,
  args: readonly string[],
  known: string,
): ShortOptions | { readonly complaint: string } {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      rest.push(arg);
      continue;
    }
    for (let j = 1; j < arg.length; j++) {
      const letter = arg[j] ?? "";
      const at = letter === ":" ? -1 : known.indexOf(letter);
      if (at < 0) return { complaint: `${program}: invalid option -- '${letter}'\n` };
      if (known[at + 1] !== ":") {
        flags.add(letter);
        continue;
      }
      const value = j + 1 < arg.length ? arg.slice(j + 1) : args[++i];
      if (value === undefined) {
        return { complaint: `${program}: option requires an argument -- '${letter}'\n` };
      }
      values.set(letter, value);
      break;
    }
  }
  return { flags, values, rest };
}

/** "0.5" seconds in microseconds, or undefined when it is no number. */
export function secondsToUs(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+(\.\d*)?$|^\.\d+$/.test(text)) return undefined;
  return Math.round(Number(text) * 1_000_000);
}
