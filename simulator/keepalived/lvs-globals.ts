// What global_defs says of the kernel's table: lvs_timeouts and lvs_flush (measured, 2.2.7).
import type { KeepalivedConfig } from "./config.ts";
import type { Statement } from "./tree.ts";
import { complain, has, last, type Reader } from "./values.ts";
import { numberFault } from "./value-shapes.ts";

const KINDS = ["tcp", "tcpfin", "udp"] as const;
const LONGEST = 2_678_400;

type Timeouts = Partial<Record<(typeof KINDS)[number], number>>;

export function readTable(global: readonly Statement[]): KeepalivedConfig["table"] {
  const statement = last(global, "lvs_timeouts");
  const timeouts = statement === undefined ? {} : readTimeouts(statement, () => undefined);
  return { flushed: has(global, "lvs_flush"), timeouts };
}

/** "tcp 900 udp 300", one pair after the other; anything else is told of. */
export function judgeTimeouts(reader: Reader, global: readonly Statement[]): void {
  for (const statement of global.filter(({ keyword }) => keyword === "lvs_timeouts")) {
    readTimeouts(statement, (text) => complain(reader, statement, text));
  }
}

function readTimeouts({ words }: Statement, tell: (text: string) => void): Timeouts {
  const texts = words.slice(1).map(({ text }) => text);
  if (texts.length < 2) tell("lvs_timeouts requires at least one option");
  const timeouts: Timeouts = {};
  for (let i = 0; texts.length > 1 && i < texts.length; i++) {
    const kind = KINDS.find((each) => each === texts[i]);
    if (kind === undefined) {
      tell(`Unknown option ${texts[i] ?? ""} specified for lvs_timeouts`);
      continue;
    }
    const value = texts[++i];
    if (value === undefined) {
      tell(`No value specified for lvs_timeout ${kind} - ignoring`);
      break;
    }
    const fault = numberFault(value, "unsigned", [0, LONGEST]);
    if (fault === undefined) {
      timeouts[kind] = Number(value);
    } else {
      tell(fault.line);
      tell(`Invalid lvs_timeout ${kind} (${value}) - ignoring`);
    }
  }
  return timeouts;
}
