// What keepalived says of the scripts that a file names, as they stand on the host: some are not there,
// some cannot be run, and nobody may have said that they shall (K107; measured with 2.2.7).
// Left out: scripts that others than root may change.
import type { KeepalivedConfig, NotifyConfig, VirtualServerConfig } from "./config.ts";
import type { DiagnosticKind } from "./diagnostics.ts";
import type { Environment, Meaning } from "./read.ts";
import type { Statement } from "./tree.ts";
import { all, complainLater, has, type Reader } from "./values.ts";

type Command = readonly string[] | undefined;

interface Telling {
  readonly reader: Reader;
  readonly statement: Statement;
  readonly scriptAt: NonNullable<Environment["scriptAt"]>;
}

/** Tracking scripts, then the notify lines; there is an instance to run them for. */
export function tellVrrpScripts(reader: Reader, meaning: Meaning, environment: Environment): void {
  const { vrrp, instances, config, global } = meaning;
  const { scriptAt } = environment;
  const [statement] = vrrp;
  if (scriptAt === undefined || statement === undefined || instances.length === 0) return;
  const telling = { reader, statement, scriptAt };
  for (const { name, command } of config.scripts) {
    const at = all(vrrp, "vrrp_script").find(({ words }) => words[1]?.text === name);
    tellScript({ ...telling, statement: at ?? statement }, command, `track script ${name}`);
  }
  tellUnused(telling, config);
  const notifying = [...instances.map((each) => each.config), ...config.syncGroups];
  const lines = notifying.flatMap(({ notify }) => notifyCommands(notify));
  for (const command of lines) tellScript(telling, command);
  const commands = [...config.scripts.map(({ command }) => command), ...lines];
  tellInsecure(telling, commands, global, "scripts");
}

/** Scripts that nobody watches (measured, 2.2.7). */
function tellUnused({ reader, statement }: Telling, config: KeepalivedConfig): void {
  const users = [...config.instances, ...config.syncGroups];
  const used = new Set(users.flatMap(({ track }) => track.scripts.map(({ name }) => name)));
  for (const { name } of config.scripts) {
    if (used.has(name)) continue;
    complainLater(reader, statement, `Warning - script ${name} is not used`, "log");
  }
}

/** MISC_CHECKs, then quorum and notify lines, server by server. */
export function tellCheckScripts(reader: Reader, meaning: Meaning, environment: Environment): void {
  const { checkers, config, global } = meaning;
  const { scriptAt } = environment;
  const [statement] = checkers;
  if (scriptAt === undefined || statement === undefined) return;
  const telling = { reader, statement, scriptAt };
  const services = config.virtualServers;
  const checks = services
    .flatMap(({ realServers }) => realServers.flatMap((server) => server.checkers))
    .flatMap((checker) => (checker.type === "MISC_CHECK" ? [checker.command] : []));
  for (const command of checks) {
    const shown = command.map((each) => `'${each}'`).join(" ");
    tellScript(telling, command, `misc script ${shown}`, "log");
  }
  const lines = services.flatMap(serviceCommands);
  for (const command of lines) tellScript(telling, command);
  tellInsecure(telling, [...checks, ...lines], global, "check scripts");
}

function notifyCommands(notify: NotifyConfig): Command[] {
  const { backup, master, fault, stop, any, masterLowerPriority } = notify;
  return [backup, master, fault, stop, any, masterLowerPriority];
}

function serviceCommands({ quorumUp, quorumDown, realServers }: VirtualServerConfig): Command[] {
  const own = realServers.flatMap(({ notifyUp, notifyDown }) => [notifyUp, notifyDown]);
  return [quorumUp, quorumDown, ...own];
}

/** `what` is said to be disabled too; the reason itself is only in the log. */
function tellScript(
  { reader, statement, scriptAt }: Telling,
  command: Command,
  what?: string,
  kind: DiagnosticKind = "complaint",
): void {
  const [path] = command ?? [];
  if (path === undefined) return;
  const say = (text: string): void => complainLater(reader, statement, text, "log");
  const disable = (why: string): void => {
    if (what !== undefined) complainLater(reader, statement, `Disabling ${what} ${why}`, kind);
  };
  switch (scriptAt(path)) {
    case "runs":
      if (path.includes("/")) return;
      return say(
        `WARNING - script \`${path}\` resolved by path search to \`/usr/bin/${path}\`.` +
          " Please specify full path.",
      );
    case "not-executable":
      return say(`WARNING - script '${path}' is not executable for uid:gid 0:0 - disabling.`);
    case "folder":
      say(`Wrong file type found in script path '${path}'.`);
      return disable("due to insecure");
    case undefined:
      say(
        path.includes("/")
          ? `Script ${path} cannot be accessed - No such file or directory`
          : `Cannot find script ${path} in path - disabling`,
      );
      return disable("since not found/accessible");
  }
}

/** Scripts that are there, and nobody said that they may run. */
function tellInsecure(
  { reader, statement, scriptAt }: Telling,
  commands: readonly Command[],
  global: readonly Statement[],
  what: string,
): void {
  if (has(global, "enable_script_security")) return;
  const isThere = (command: Command): boolean =>
    command !== undefined && scriptAt(command[0] ?? "") !== undefined;
  if (!commands.some(isThere)) return;
  const text = `${what} are being executed but script_security not enabled.`;
  complainLater(reader, statement, `SECURITY VIOLATION - ${text}`, "violation");
}
