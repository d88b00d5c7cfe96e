// One run in the reader's hand: the timeline, what has been done to it and can be taken back, the
// clock, and what is looked at. Every part of the instrument draws this one thing at its cursor.
import {
  act,
  createMachine,
  createTimeline,
  equip,
  type FrameRecord,
  type Input,
  lightPrograms,
  type ProgramTable,
  replaceInputs,
  runTo,
  runToEntry,
  type Timeline,
  type TimelineInput,
  type TraceEntry,
  type World,
  worldFromJson,
} from "#sim/index.ts";
import {
  advancePlayer,
  createPlayer,
  type Flight,
  type Player,
  scrub,
  stepFrame,
} from "../player.ts";
import { addressesOfDaemons, clusterOf, type ClusterView, type NamedAddresses } from "./cluster.ts";
import { Drafts } from "./drafts.svelte.ts";
import type { Listed } from "./listed.ts";
import { DEFAULT_INTEREST, isWanted } from "./frames.ts";
import { beginScore, readScore, type ScoreReader } from "./score.ts";

/** One thing the reader did, as it can be taken back. */
export interface Deed {
  readonly at: number;
  /** What is said of it: "keepalived: cable pulled". */
  readonly label: string;
  readonly before: readonly TimelineInput[];
  readonly after: readonly TimelineInput[];
}

/** What a run begins from. */
export interface Beginning {
  /** A name from the library, or of an opened file. */
  readonly scenario: string;
  /** What it is called before the library's list is there. */
  readonly title?: string;
  /** The scenario's own text, when it came from a file. */
  readonly file?: string;
  /** Its place in the library: title, goal, hints. */
  readonly listed?: Listed;
  /** The world as text. */
  readonly world: string;
  /** So much has passed before the reader sees the first picture; microseconds. */
  readonly historyUs: number;
  /** Things done to it before the reader came, as a link tells them. */
  readonly inputs?: readonly TimelineInput[];
  readonly at?: number;
}

/** What happens to a cluster that runs; all else starts something, types or saves a file. */
const NEEDS_NO_MORE: ReadonlySet<Input["kind"]> = new Set(["link", "loss", "delay", "partition"]);
const SHORT_COMMAND_US = 60_000;
const STEP_LIMIT_US = 60_000_000;
const TURNS: readonly string[] = [
  "vrrp-state",
  "address-added",
  "address-removed",
  "server-added",
  "server-removed",
  "server-weight",
  "carrier",
  "power",
  "crash",
  "freeze",
  "thaw",
  "service",
  "refused",
  "timed-out",
];

export class LabSession {
  timeline: Timeline;
  /** The world that the timeline began with. */
  start: World;
  beginning = $state.raw<Beginning>() as Beginning;
  playing = $state(false);
  /** Virtual seconds a second. */
  speed = $state(1);
  /** Reduced motion: frames are drawn whole, not flying. */
  still = $state(false);
  interest = $state.raw(DEFAULT_INTEREST);
  flights = $state.raw<readonly Flight[]>([]);
  /** The frame that card and ladder speak of, when the reader chose one. */
  chosen = $state.raw<FrameRecord | undefined>(undefined);
  /** The host that terminal, log and tables speak of. */
  host = $state("");
  /** The tab that is open. */
  tab = $state<"terminal" | "config" | "log" | "frames" | "charts">();
  deeds = $state.raw<readonly Deed[]>([]);
  undone = $state.raw<readonly Deed[]>([]);
  failure = $state<unknown>(undefined);
  /** The next event was asked for, and a minute brings none. */
  isQuiet = $state(false);
  /** Configuration edited and not applied. */
  readonly drafts = new Drafts(this);
  /** Counts changes of cursor and trace. */
  private tick = $state(0);
  private player: Player;
  private score_: ScoreReader;
  private programs: ProgramTable = lightPrograms;
  /** Reads the addresses that a configuration names, once it is at hand. */
  private named = $state.raw<NamedAddresses>();

  constructor(beginning: Beginning) {
    this.beginning = beginning;
    this.start = worldFromJson(beginning.world);
    this.timeline = this.begin();
    this.player = this.newPlayer();
    this.score_ = beginScore(this.start);
    this.host = [...this.start.hosts.keys()][0] ?? "";
  }

  readonly cluster: ClusterView = $derived.by(() => {
    void this.tick;
    const known = [...this.start.hosts.values()].flatMap(addressesOfDaemons);
    return clusterOf(this.timeline.world, this.named, this.named === undefined ? known : []);
  });
  readonly score = $derived.by(() => {
    void this.tick;
    // A new object each time, for its lists grow in place.
    return { ...readScore(this.score_, this.timeline, this.start) };
  });
  /** The frame on the wire now, else the one chosen. */
  readonly frame = $derived(this.chosen ?? this.flights[0]?.frame);

  get now(): number {
    void this.tick;
    return this.timeline.now;
  }
  /** How far has been run. */
  get end(): number {
    void this.tick;
    return this.timeline.end;
  }
  get world(): World {
    void this.tick;
    return this.timeline.world;
  }
  get trace(): Timeline["trace"] {
    void this.tick;
    return this.timeline.trace;
  }

  /** Another run in place of this one. */
  async open(beginning: Beginning): Promise<void> {
    await this.equip();
    this.beginning = beginning;
    this.start = worldFromJson(beginning.world);
    this.drafts.drop();
    this.again();
    this.host = [...this.start.hosts.keys()][0] ?? "";
  }

  /** The same run from its beginning. */
  again(): void {
    this.failure = undefined;
    this.timeline = this.begin();
    this.player = this.newPlayer();
    this.score_ = beginScore(this.start);
    this.deeds = [];
    this.undone = [];
    this.chosen = undefined;
    this.play(false);
  }

  private begin(): Timeline {
    const { world, historyUs, inputs, at } = this.beginning;
    const timeline = createTimeline(worldFromJson(world), createMachine(this.programs));
    runTo(timeline, timeline.now + historyUs);
    if (inputs !== undefined) replaceInputs(timeline, inputs, at ?? timeline.now);
    return timeline;
  }

  private newPlayer(): Player {
    return createPlayer(this.timeline, (record, before) =>
      isWanted(record, before, this.cluster, this.interest),
    );
  }

  /** All programs, the shell too: fetched before the first thing that may need them. */
  async equip(): Promise<void> {
    if (this.programs !== lightPrograms) return;
    const [{ programs }, { virtualAddresses }] = await Promise.all([
      import("#sim/programs/index.ts"),
      import("#sim/editing.ts"),
    ]);
    this.programs = programs;
    this.named = virtualAddresses;
    equip(this.timeline, createMachine(programs));
  }

  private async equipFor(inputs: readonly Input[]): Promise<void> {
    if (!inputs.every(({ kind }) => NEEDS_NO_MORE.has(kind))) await this.equip();
  }

  /** Does something now. What had been run beyond this moment goes, until it is taken back. */
  async act(inputs: readonly Input[], label: string): Promise<void> {
    await this.equipFor(inputs);
    this.guard(() => {
      const { timeline } = this;
      const before = timeline.inputs;
      const at = timeline.now;
      for (const input of inputs) act(timeline, input);
      this.deeds = [...this.deeds, { at, label, before, after: timeline.inputs }];
      this.undone = [];
      this.rest();
    });
  }

  /** Types a line at a host's console; gives the label by which its output is found. */
  async type(host: string, line: string, background = false): Promise<string> {
    const label = `typed ${this.timeline.inputs.length} ${this.timeline.now}`;
    const command = { kind: "command", host, line, label, background } as const;
    // What runs beside it is no line of the prompt's shell.
    const input = background ? command : { ...command, prompt: true };
    await this.act([input], `${host}# ${line}`);
    // A short command is let come to its end, so that a reader who paused sees what it did.
    this.guard(() => {
      const { timeline } = this;
      const isEnd = ({ code, fields }: TraceEntry): boolean =>
        code === "console.ended" && fields["label"] === label;
      runToEntry(timeline, timeline.now + SHORT_COMMAND_US, isEnd);
      this.rest();
    });
    return label;
  }

  /** What a link tells: these inputs, and this second. They can be taken back as one. */
  async resume(inputs: readonly TimelineInput[], at: number): Promise<void> {
    await this.equipFor(inputs.map(({ input }) => input));
    this.guard(() => {
      const before = this.timeline.inputs;
      replaceInputs(this.timeline, inputs, at);
      if (inputs.length > 0) {
        const { title, scenario } = this.beginning;
        this.deeds = [{ at, label: title ?? scenario, before, after: inputs }];
      }
      this.rest();
    });
  }

  undo(): void {
    const deed = this.deeds.at(-1);
    if (deed === undefined) return;
    this.deeds = this.deeds.slice(0, -1);
    this.undone = [...this.undone, deed];
    this.guard(() => {
      replaceInputs(this.timeline, deed.before, deed.at);
      this.rest();
    });
  }

  redo(): void {
    const deed = this.undone.at(-1);
    if (deed === undefined) return;
    this.undone = this.undone.slice(0, -1);
    this.deeds = [...this.deeds, deed];
    this.guard(() => {
      replaceInputs(this.timeline, deed.after, deed.at);
      this.rest();
    });
  }

  play(on: boolean): void {
    this.playing = on;
    this.player.playing = on;
    this.player.speed = this.speed;
    if (on) this.chosen = undefined;
    this.refresh();
  }

  /** From the frame loop: `elapsedMs` of the reader's time have passed. */
  advance(elapsedMs: number): void {
    if (!this.playing) return;
    this.player.speed = this.speed;
    this.guard(() => advancePlayer(this.player, elapsedMs));
    this.refresh();
  }

  seek(at: number): void {
    this.guard(() => scrub(this.player, Math.max(at, this.start.now)));
    this.chosen = undefined;
    this.play(false);
  }

  /** On to the next frame of interest. */
  stepForward(): void {
    this.chosen = undefined;
    this.guard(() => stepFrame(this.player, STEP_LIMIT_US));
    this.play(false);
  }

  /** Back to the frame of interest before. */
  stepBack(): void {
    const [record] = this.recent(1, this.flights[0]?.frame.id);
    if (record !== undefined) this.show(record);
  }

  /** The last frames of interest up to now, oldest first; those before the frame `before`. */
  recent(count: number, before = Infinity): FrameRecord[] {
    const { frames, nextFrame } = this.trace;
    const found: FrameRecord[] = [];
    for (let index = nextFrame - 1; index >= 0 && found.length < count; index--) {
      const record = frames[index];
      if (record === undefined || record.id >= before) continue;
      if (isWanted(record, frames[index - 1], this.cluster, this.interest)) found.push(record);
    }
    return found.reverse();
  }

  /** On to the next turn of events: a state, an address, a pool, a fault, a request lost. */
  stepToTurn(): void {
    const isTurn = ({ code, fields }: TraceEntry): boolean =>
      code === "mark" && TURNS.includes(String(fields["what"]));
    this.chosen = undefined;
    const { now } = this.timeline;
    this.guard(() => {
      const found = runToEntry(this.timeline, now + STEP_LIMIT_US, isTurn);
      if (found === undefined) runTo(this.timeline, now);
      this.isQuiet = found === undefined;
    });
    this.play(false);
    this.rest();
  }

  /** Puts the cursor where this frame is on the wire, and shows it. */
  show(record: FrameRecord): void {
    this.guard(() => {
      runTo(this.timeline, record.at);
      this.player.flights = [{ frame: record, progress: 0.5 }];
      this.player.shown = record;
    });
    this.chosen = record;
    this.play(false);
  }

  private rest(): void {
    this.player.flights = [];
    this.refresh();
  }

  private refresh(): void {
    if (this.playing) this.isQuiet = false;
    this.flights = this.player.flights.map((flight) => ({ ...flight }));
    this.tick++;
  }

  /** Our own bugs end here: an apology and a way to begin again. */
  private guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failure = error;
      this.playing = false;
    }
  }
}
