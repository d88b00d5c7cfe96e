// The prompts of all hosts of a session: the line being typed at each, and what a key does. They
// outlive the terminal that shows them, and a page may type into them.
import type { LabSession } from "../../instrument/session.svelte.ts";
import {
  beginConsoles,
  countAt,
  type Piece,
  promptOf,
  readConsole,
  transcriptAt,
} from "./console-reader.ts";
import {
  complete,
  EMPTY_LINE,
  inColumns,
  keysOf,
  type Line,
  press,
  searchPrompt,
} from "./line-editor.ts";
import type { Input } from "./screen.ts";

/** What comes with the simulator's programs, when they are there. */
export interface Helpers {
  readonly commands: readonly string[];
  readonly isUnfinished: (text: string) => boolean;
}

export class Consoles {
  private readonly session: LabSession;
  private lines = $state.raw<Readonly<Record<string, Line>>>({});
  /** Lines of a command that is not whole yet: a loop, a quote. */
  private begun = $state.raw<Readonly<Record<string, string>>>({});
  /** Ctrl-L: so many pieces of a reading of the trace are put out of sight. */
  private cleared = $state.raw<
    Readonly<Record<string, { readonly reading: number; readonly pieces: number }>>
  >({});
  private readonly reader = beginConsoles();
  /** What Tab found, until the next key. */
  private choices = $state.raw<
    { readonly host: string; readonly names: readonly string[] } | undefined
  >();
  /** Time was standing still when a command was typed: it runs until that host is done. */
  runningFor = $state<string>();
  /** The shell could not be fetched: what was typed has not been run. */
  isUnreachable = $state(false);
  helpers: Helpers = { commands: [], isUnfinished: () => false };
  private keys: Promise<void> = Promise.resolve();
  private typist = 0;

  constructor(session: LabSession) {
    this.session = session;
    $effect.root(() => {
      $effect(() => this.stopWhenDone());
    });
  }

  line(host: string): Line {
    return this.lines[host] ?? EMPTY_LINE;
  }
  /** The lines that the command has so far. */
  unfinished(host: string): string {
    return this.begun[host] ?? "";
  }
  isRunning(host: string): boolean {
    return this.session.world.hosts.get(host)?.console.running !== undefined;
  }
  /** How many lines wait for the running command to end. */
  waiting(host: string): number {
    return this.session.world.hosts.get(host)?.console.queue.length ?? 0;
  }
  directory(host: string): string {
    return this.session.world.hosts.get(host)?.console.shell?.directory ?? HOME;
  }

  /** What the host's console shows at the cursor: the first `end` pieces, without those cleared. */
  shown(host: string): {
    readonly pieces: readonly Piece[];
    readonly end: number;
    readonly cleared: number;
    readonly reading: number;
  } {
    const { trace } = this.session;
    const pieces = readConsole(this.reader, trace, host);
    const { reading } = this.reader;
    const end = countAt(pieces, trace.nextEntry);
    const mark = this.cleared[host];
    const isInForce = mark !== undefined && mark.reading === reading && mark.pieces <= end;
    return { pieces, end, cleared: isInForce ? mark.pieces : 0, reading };
  }

  transcript(host: string): string {
    return transcriptAt(this.reader, this.session.trace, host);
  }

  private clear(host: string): void {
    const { end, reading } = this.shown(host);
    this.cleared = { ...this.cleared, [host]: { reading, pieces: end } };
  }

  /** The prompt and the line at it; nothing while a command runs. */
  input(host: string, columns: number): Input | undefined {
    if (this.session.world.hosts.get(host)?.powered !== true || this.isRunning(host)) {
      return undefined;
    }
    const { text, cursor, search } = this.line(host);
    const own = promptOf(host, this.directory(host));
    const begun = this.unfinished(host);
    const earlier = begun === "" ? [] : [`${own}${begun.replaceAll("\n", "\n> ")}`];
    const choices = this.choices?.host === host ? [`${own}${text}`, this.listing(columns)] : [];
    const prompt = search === undefined ? (begun === "" ? own : "> ") : searchPrompt(search);
    return { above: [...earlier, ...choices].join("\n"), prompt, text, cursor };
  }

  /** What the reader's keyboard sends: keys one after the other, a paste all at once. */
  send(host: string, data: string): Promise<void> {
    this.typist++;
    return this.inTurn(host, data);
  }

  /** Types by itself, visibly; a key of the reader's ends it. */
  async typeVisibly(host: string, line: string, delayMs: number): Promise<void> {
    const typist = ++this.typist;
    await this.inTurn(host, "\x05\x15");
    for (const character of delayMs === 0 ? [line] : line) {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      if (this.typist !== typist) return;
      await this.inTurn(host, character);
    }
    await this.inTurn(host, "\r");
  }

  /** A key waits until the one before it has done its work: a pasted line runs before the next. */
  private inTurn(host: string, data: string): Promise<void> {
    this.keys = this.keys
      .then(async () => {
        for (const key of keysOf(data)) await this.key(host, key);
        this.isUnreachable = false;
      })
      .catch(() => {
        this.isUnreachable = true;
      });
    return this.keys;
  }

  private async key(host: string, key: string): Promise<void> {
    const { session } = this;
    if (session.world.hosts.get(host)?.powered !== true) return;
    this.choices = undefined;
    if (key === "\x03" && this.isRunning(host)) return this.interrupt(host);
    const outcome = press(this.line(host), key);
    this.lines = { ...this.lines, [host]: outcome.line };
    switch (outcome.kind) {
      case "edit":
        return;
      case "enter":
        return this.enter(host, outcome.text);
      case "end":
        return this.isRunning(host) ? undefined : this.run(host, "exit");
      case "interrupt":
        this.begun = { ...this.begun, [host]: "" };
        return;
      case "clear":
        return this.clear(host);
      case "complete":
        this.complete(host, outcome.line);
    }
  }

  async interrupt(host: string): Promise<void> {
    await this.session.act([{ kind: "interrupt", host }], `${host}# ^C`);
  }

  private async enter(host: string, text: string): Promise<void> {
    const begun = this.unfinished(host);
    const whole = begun === "" ? text : `${begun}\n${text}`;
    const isUnfinished = this.helpers.isUnfinished(whole);
    this.begun = { ...this.begun, [host]: isUnfinished ? whole : "" };
    if (!isUnfinished && whole.trim() !== "") await this.run(host, whole);
  }

  private async run(host: string, line: string): Promise<void> {
    const wasPlaying = this.session.playing;
    await this.session.type(host, line);
    if (wasPlaying || !this.isRunning(host)) return;
    // What takes longer needs time to pass.
    this.session.play(true);
    this.runningFor = host;
  }

  private stopWhenDone(): void {
    const { session, runningFor } = this;
    if (runningFor === undefined) return;
    const isOver = !this.isRunning(runningFor);
    if (isOver && session.playing) session.play(false);
    if (isOver || !session.playing) this.runningFor = undefined;
  }

  private complete(host: string, line: Line): void {
    const files = [...(this.session.world.hosts.get(host)?.files.keys() ?? [])];
    const { commands } = this.helpers;
    const found = complete(line, { commands, files, directory: this.directory(host) });
    this.lines = { ...this.lines, [host]: found.line };
    if (found.choices.length > 0) this.choices = { host, names: found.choices };
  }

  private listing(columns: number): string {
    return this.choices === undefined ? "" : inColumns(this.choices.names, columns);
  }
}

const HOME = "/root";
const consoles = new WeakMap<LabSession, Consoles>();

/** The session's own; the same for everyone who asks. */
export function consolesOf(session: LabSession): Consoles {
  let found = consoles.get(session);
  if (found === undefined) consoles.set(session, (found = new Consoles(session)));
  return found;
}
