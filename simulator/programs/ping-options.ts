// ping's command line.
import { readShortOptions, secondsToUs } from "./options.ts";

export interface PingOptions {
  readonly target: string;
  readonly count: number | undefined;
  readonly intervalUs: number;
  /** `-W`: how long to wait for the last answer when none has come. */
  readonly lingerUs: number;
  readonly deadlineUs: number | undefined;
  readonly size: number;
  readonly ttl: number;
  readonly from: string | undefined;
  readonly quiet: boolean;
  /** `-O`: says when an answer has not come before the next request. */
  readonly outstanding: boolean;
}

const USAGE = "\nUsage\n  ping [options] <destination>\n";

export function readPingOptions(
  args: readonly string[],
): PingOptions | { readonly complaint: string; readonly code: number } {
  const read = readShortOptions("ping", args, "c:i:W:w:s:t:I:qnO4bv");
  if ("complaint" in read) return { complaint: read.complaint + USAGE, code: 2 };
  const { flags, values, rest } = read;
  const [target] = rest;
  if (target === undefined) {
    return { complaint: "ping: usage error: Destination address required\n", code: 1 };
  }
  for (const [letter, value] of values) {
    if (letter !== "I" && secondsToUs(value) === undefined) {
      return { complaint: `ping: invalid argument: '${value}'\n`, code: 1 };
    }
  }
  const count = values.get("c");
  if (count !== undefined && Number(count) < 1) {
    return {
      complaint: `ping: invalid argument: '${count}': out of range: 1 <= value <= 9223372036854775807\n`,
      code: 1,
    };
  }
  return {
    target,
    count: count === undefined ? undefined : Math.floor(Number(count)),
    intervalUs: secondsToUs(values.get("i")) ?? 1_000_000,
    lingerUs: secondsToUs(values.get("W")) ?? 10_000_000,
    deadlineUs: secondsToUs(values.get("w")),
    size: Number(values.get("s") ?? 56),
    ttl: Number(values.get("t") ?? 64),
    from: values.get("I"),
    quiet: flags.has("q"),
    outstanding: flags.has("O"),
  };
}
