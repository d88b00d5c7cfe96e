// With script security, scripts need a user; without one it is keepalived_script, and where there is no
// such user the script goes (K107).
import { placed, placeOf, type Diagnostic } from "./diagnostics.ts";
import type { Identity } from "./log.ts";
import type { Pass } from "./pass.ts";
import { commandWords } from "./read-track.ts";
import type { Statement } from "./tree.ts";
import { has, last, word } from "./values.ts";

const PROCESSES: readonly Identity[] = [
  "Keepalived",
  "Keepalived_healthcheckers",
  "Keepalived_vrrp",
];
const NOTIFYING = /^(notify(_(master|backup|fault|stop|up|down|fifo_script))?|quorum_(up|down))$/;

export function tellScriptUsers(
  passes: readonly Pass[],
  found: Diagnostic[],
  global: readonly Statement[],
): void {
  if (has(global, "script_user")) return;
  const isSecure = has(global, "enable_script_security");
  for (const [i, process] of PROCESSES.entries()) {
    const scripts = scriptsIn(passes[i]?.statements ?? []);
    for (const [index, { statement, line, at, what }] of scripts.entries()) {
      if (index === 0) {
        const text = "Script user 'keepalived_script' does not exist";
        found.push({ process, kind: "log", text, at, ...placeOf(statement) });
      }
      if (!isSecure) break;
      const say = (text: string): void => {
        const shown = placed(process, statement.path, line, text);
        found.push({ process, kind: "complaint", text: shown, at, ...placeOf(statement) });
      };
      if (index === 0) say("Unable to set default user keepalived_script for script");
      if (what !== undefined) say(`Unable to set default user for ${what} - removing`);
    }
  }
}

interface Script {
  readonly statement: Statement;
  readonly line: number;
  readonly at: number;
  /** Undefined: it only goes. */
  readonly what: string | undefined;
}

function scriptsIn(statements: readonly Statement[]): Script[] {
  return statements.flatMap((statement) => {
    const { keyword, block = [], line, at, end } = statement;
    const here = { statement, line: end?.line ?? line, at: end?.at ?? at };
    if (has(block, "user")) return [];
    if (keyword === "vrrp_script" && has(block, "script")) {
      return [{ ...here, what: `vrrp script ${word(statement) ?? ""}` }];
    }
    const command = commandWords(last(block, "misc_path"));
    if (keyword === "MISC_CHECK" && command !== undefined) {
      const shown = command.map((each) => `'${each}'`).join(" ");
      return [{ ...here, what: `misc script ${shown}` }];
    }
    if (NOTIFYING.test(keyword)) {
      return statement.words.length === 2 ? [{ ...here, what: undefined }] : [];
    }
    return scriptsIn(block);
  });
}
