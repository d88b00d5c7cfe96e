// Why? The chain of events from what the reader did to what is asked about, as steps that the words
// turn into sentences. Most steps are causes that the trace recorded; where something did not come
// (an advert, an answer) the silence itself is explained: who should have spoken, and what kept it.
import type { FrameRecord, TraceEntry } from "#sim/index.ts";
import { isGratuitous } from "#sim/packets.ts";
import { innerPacket } from "../../instrument/frames.ts";
import { checkFailure, lossOf } from "./lost.ts";
import {
  eventOfInput,
  type Facts,
  factsOfChain,
  firstFrame,
  firstEntry,
  hostOfAddress,
  hostOfMac,
  isFault,
  lastFrame,
  lastInput,
  lastEntry,
  receivedBefore,
  type Run,
  textOf,
} from "./run.ts";
import { type Part, step, type Step, type StepCode } from "./steps.ts";

export interface Target {
  readonly event: number;
  readonly at: number;
  readonly entry?: TraceEntry;
  readonly frame?: FrameRecord;
}

const MOST_JUMPS = 8;

/** Oldest first. */
export function whyOf(run: Run, target: Target): Step[] {
  const steps: Step[] = [];
  const seen = new Set<number>();
  let from: number | undefined = target.event;
  const { entry } = target;
  if (entry !== undefined && isLostRequest(entry)) {
    const part = lossOf(run, entry);
    steps.push(...part.steps);
    from = part.from;
  }
  for (let jumps = 0; from !== undefined && !seen.has(from) && jumps < MOST_JUMPS; jumps++) {
    seen.add(from);
    from = follow(run, factsOfChain(run, from, target.at), target, steps);
  }
  return merged(steps)
    .reverse()
    .sort((a, b) => a.at - b.at);
}

/** The turn of events at this very moment, as "Next event" stops at one: what to ask about. */
export function turnAt(run: Run, now: number): { entry: TraceEntry; step: Step } | undefined {
  const { entries, nextEntry } = run.trace;
  let found: { entry: TraceEntry; step: Step } | undefined;
  for (let index = nextEntry - 1; index >= 0 && entries[index]?.at === now; index--) {
    const entry = entries[index];
    if (entry === undefined || !isTurn(entry)) continue;
    const lost = entry.fields["what"] === "refused" ? "refused" : "timed-out";
    const told = isLostRequest(entry)
      ? step(lost, entry.at, entry.host, {})
      : tellMark(run, entry, false)[0];
    if (told !== undefined) found = { entry, step: told };
  }
  return found;
}

/** A request is no turn, its loss is. */
function isTurn({ code, fields }: TraceEntry): boolean {
  return code === "mark" && fields["what"] !== "request" && fields["what"] !== "answered";
}

function isLostRequest({ code, fields }: TraceEntry): boolean {
  return code === "mark" && (fields["what"] === "timed-out" || fields["what"] === "refused");
}

/** Tells one chain of recorded causes; gives an event to go on from, where the cause is another. */
function follow(run: Run, chain: Facts[], target: Target, steps: Step[]): number | undefined {
  for (const [index, facts] of chain.entries()) {
    if (facts.input !== undefined && facts.input.kind !== "command") {
      steps.push(step("input", atOf(run, facts), "", {}, { input: facts.input }));
      return undefined;
    }
    const isTarget = facts.event === target.event;
    const told = tell(run, facts, isTarget ? target : undefined);
    steps.push(...told.reverse());
    if (facts.input !== undefined) {
      steps.push(step("input", atOf(run, facts), "", {}, { input: facts.input }));
      return undefined;
    }
    const part = reasonOf(run, chain, index);
    if (part === undefined) continue;
    steps.push(...part.steps);
    if (part.from !== undefined) return part.from;
  }
  const last = chain.at(-1);
  steps.push(step("before", last?.at ?? 0, last?.host ?? "", {}));
  return undefined;
}

function atOf({ inputs }: Run, { at, input }: Facts): number {
  return inputs.find((each) => each.input === input)?.at ?? at ?? 0;
}

/** What happened in an event, in order. Side effects count only in the event asked about. */
function tell(run: Run, facts: Facts, target: Target | undefined): Step[] {
  const isDrop = target?.entry?.code.startsWith("drop.") === true;
  const steps = facts.entries
    .filter(({ code }) => isDrop || !code.startsWith("drop."))
    .flatMap((entry) => tellEntry(run, entry, target !== undefined));
  const isAsk = steps.some(({ code }) => code === "asks");
  if (!isAsk || target !== undefined) steps.push(...tellFrames(run, facts.frames, target));
  const log = target?.entry;
  if (steps.length === 0 && log?.code === "log") {
    steps.push(step("log", log.at, log.host, { text: textOf(log, "text") }));
  }
  return steps;
}

function tellEntry(run: Run, entry: TraceEntry, isTarget: boolean): Step[] {
  const { at, host, code } = entry;
  if (code === "mark") return tellMark(run, entry, isTarget);
  if (code === "ipvs.scheduled") {
    const server = hostOfAddress(run, textOf(entry, "server"));
    return [step("scheduled", at, host, { server, scheduler: textOf(entry, "scheduler") })];
  }
  if (code === "process.signal" && entry.fields["program"] === "keepalived") {
    const told = SIGNALS[textOf(entry, "signal")];
    return told === undefined ? [] : [step(told, at, host, {})];
  }
  if (isTarget && code.startsWith("drop.")) {
    return [step("drop", at, host, { reason: code.slice("drop.".length) })];
  }
  return [];
}

const SIGNALS: Readonly<Record<string, StepCode>> = {
  SIGTERM: "stopped",
  SIGKILL: "crashed",
  SIGSTOP: "frozen",
  SIGCONT: "thawed",
  SIGHUP: "reloaded",
};

const MARKS: Readonly<Record<string, readonly [on: StepCode, off: StepCode]>> = {
  carrier: ["cable-back", "cable-out"],
  power: ["power-on", "power-off"],
  service: ["started", "stopped"],
  crash: ["crashed", "crashed"],
  freeze: ["frozen", "frozen"],
  thaw: ["thawed", "thawed"],
  "web-server": ["web-started", "web-stopped"],
};

function tellMark(run: Run, entry: TraceEntry, isTarget: boolean): Step[] {
  const { at, host, fields } = entry;
  const what = textOf(entry, "what");
  const one = (code: StepCode, values: Step["values"]): Step[] => [step(code, at, host, values)];
  const pair = MARKS[what];
  if (pair !== undefined) {
    return one(pair[fields["up"] === true || fields["on"] === true ? 0 : 1], {});
  }
  const address = textOf(entry, "address");
  const server = textOf(entry, "server");
  switch (what) {
    case "vrrp-state":
      // INIT is what a daemon leaves behind that has ended.
      return fields["state"] === "INIT" ? [] : one("became", { state: textOf(entry, "state") });
    case "address-added":
      return one(fields["nic"] === "lo" ? "took-lo" : "took", { address });
    case "address-removed":
      return one("gave-up", { address });
    case "server-removed":
    case "server-added":
      return one(what === "server-added" ? "server-in" : "server-out", {
        server: hostOfAddress(run, server.slice(0, server.lastIndexOf(":"))),
      });
    case "arp-changed":
      if (!isTarget) return [];
      return one("believes", { address, owner: hostOfMac(run, textOf(entry, "to"))?.name ?? "" });
    case "request":
      return one("asks", { address: textOf(entry, "to") });
    case "answered":
      return one("answered", { server: hostOfAddress(run, server) });
    default:
      return [];
  }
}

/** A burst of the same announcement is one step; of many frames the one asked about stands. */
function tellFrames(run: Run, frames: readonly FrameRecord[], target: Target | undefined): Step[] {
  const steps: Step[] = [];
  const told = new Set<string>();
  for (const frame of frames) {
    const made = tellFrame(run, frame, frames);
    const key = `${made.code} ${JSON.stringify(made.values)}`;
    if (told.has(key)) continue;
    told.add(key);
    steps.push(target?.frame?.event === frame.event ? { ...made, frame: target.frame } : made);
  }
  return target?.frame === undefined || steps.length < 4 ? steps : steps.slice(-3);
}

function tellFrame(run: Run, record: FrameRecord, all: readonly FrameRecord[]): Step {
  const { at, from, frame } = record;
  const { payload } = frame;
  const one = (code: StepCode, values: Step["values"]): Step =>
    step(code, at, from, values, { frame: record });
  if (payload.protocol === "arp") {
    const { senderIp, targetIp, operation } = payload;
    if (isGratuitous(payload)) {
      const n = all.filter((each) => {
        const other = each.frame.payload;
        return other.protocol === "arp" && isGratuitous(other) && other.senderIp === senderIp;
      }).length;
      return one("told", { address: senderIp, n });
    }
    return operation === "request"
      ? one("asked-arp", { address: targetIp })
      : one("answered-arp", { address: senderIp });
  }
  const inner = innerPacket(payload);
  if (inner.payload.protocol === "vrrp") {
    const { priority } = inner.payload;
    return priority === 0 ? one("leaving", {}) : one("advert", { priority });
  }
  const heard = record.deliveries.find(({ accepted }) => accepted)?.host;
  const to =
    heard ?? hostOfMac(run, frame.destination)?.name ?? hostOfAddress(run, inner.destination);
  return one("sent", { to });
}

/** A cause that the chain alone does not tell: what did not come, and why it did not. */
function reasonOf(run: Run, chain: Facts[], index: number): Part | undefined {
  const facts = chain[index];
  for (const entry of facts?.entries ?? []) {
    if (entry.code !== "mark") continue;
    const what = entry.fields["what"];
    if (what === "vrrp-state" && entry.fields["state"] === "MASTER") return silenceOf(run, entry);
    if (what === "vrrp-state" && entry.fields["state"] === "BACKUP") {
      return outrankedBy(entry, receivedBefore(chain, index));
    }
    if (what === "server-removed") return checkFailure(run, entry);
  }
  return undefined;
}

/** A master that steps back has heard a better one. */
function outrankedBy(entry: TraceEntry, heard: FrameRecord | undefined): Part | undefined {
  const advert = heard === undefined ? undefined : advertOf(heard);
  if (heard === undefined || advert === undefined) return undefined;
  const values = { by: heard.from, priority: advert.priority };
  const told = step("outranked", entry.at, entry.host, values, { frame: heard });
  return { steps: [told], from: heard.event };
}

function advertOf({ frame: { payload } }: FrameRecord) {
  if (payload.protocol === "arp" || payload.payload.protocol !== "vrrp") return undefined;
  return payload.payload;
}

/** How long after it was sent an advert is surely heard; microseconds. */
const HEARD_WITHIN_US = 50_000;

/** A backup takes over when its timer runs out: since when, and who was to set it back. */
function silenceOf(run: Run, entry: TraceEntry): Part | undefined {
  const { at, host } = entry;
  const timer = lastEntry(
    run,
    -Infinity,
    at - 1,
    (each) =>
      each.host === host &&
      each.fields["what"] === "vrrp-timer" &&
      each.fields["instance"] === entry.fields["instance"],
  );
  if (timer === undefined) return undefined;
  const heard = lastFrame(run, timer.at - HEARD_WITHIN_US, timer.at, (frame) =>
    frame.deliveries.some((each) => each.host === host && each.at === timer.at),
  );
  const advert = heard === undefined ? undefined : advertOf(heard);
  const us = at - timer.at;
  if (heard === undefined || advert === undefined) {
    return { steps: [step("heard-no-better", at, host, { us })], from: undefined };
  }
  const values = { from: heard.from, us };
  if (advert.priority === 0) {
    return { steps: [step("heard-leaving", at, host, values)], from: heard.event };
  }
  const silent = step("heard-nothing", at, host, values);
  const why = silencerOf(run, heard, { host, at });
  return { steps: [silent, ...(why?.steps ?? [])], from: why?.from };
}

/** What kept a director's adverts from another after the last one heard. */
function silencerOf(
  run: Run,
  heard: FrameRecord,
  listener: { readonly host: string; readonly at: number },
): Part | undefined {
  const from = heard.from;
  const fault = firstEntry(
    run,
    heard.at,
    listener.at,
    (each) => (each.host === from || each.host === listener.host) && isFault(each),
  );
  if (fault !== undefined) return { steps: [], from: fault.event };
  const missed = firstFrame(
    run,
    heard.at + 1,
    listener.at,
    (frame) =>
      frame.from === from &&
      advertOf(frame) !== undefined &&
      frame.deliveries.every(({ host }) => host !== listener.host),
  );
  if (missed === undefined) return undefined;
  const reason = missed.lost?.reason ?? "partition";
  const steps = [step("lost-adverts", missed.at, from, { reason }, { frame: missed })];
  const cause = lastInput(run, missed.at, ({ kind }) => kind === reason);
  return { steps, from: cause === undefined ? undefined : eventOfInput(run, cause.order) };
}

/** The same again, further back in the chain, is counted, not told. */
function merged(steps: readonly Step[]): Step[] {
  const kept: Step[] = [];
  const seen = new Map<string, Step>();
  for (const each of steps) {
    const { code, host, values, input } = each;
    const same = { ...values, us: undefined };
    const key = JSON.stringify([code, host, same, input]);
    const known = seen.get(key);
    if (known !== undefined) {
      known.times++;
      continue;
    }
    const copy = { ...each };
    seen.set(key, copy);
    kept.push(copy);
  }
  return kept;
}
