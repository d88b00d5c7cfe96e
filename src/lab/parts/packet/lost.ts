// Why a request got no answer: its first packet is followed hop by hop to where it ended, and from
// there the reason is looked for: nobody there, a server that is down, an empty table, or an ARP
// cache that leads past the director.
import type { FrameRecord, TraceEntry } from "#sim/index.ts";
import { innerPacket } from "../../instrument/frames.ts";
import { nextHop } from "./hops.ts";
import {
  eventOfInput,
  firstEntry,
  hostOfAddress,
  hostOfMac,
  isFault,
  lastFrame,
  lastInput,
  lastEntry,
  placeAt,
  type Run,
  textOf,
} from "./run.ts";
import { type Part, step, type Step } from "./steps.ts";

const SYN_ACK = 0x12;
const SYN = 0x02;

/** Newest first. */
export function lossOf(run: Run, entry: TraceEntry): Part {
  const { at, host } = entry;
  const what = entry.fields["what"] === "refused" ? "refused" : "timed-out";
  const steps: Step[] = [step(what, at, host, {})];
  const asked = lastEntry(
    run,
    -Infinity,
    at,
    (each) =>
      each.host === host &&
      each.fields["what"] === "request" &&
      each.fields["pid"] === entry.fields["pid"] &&
      each.fields["n"] === entry.fields["n"],
  );
  if (asked === undefined) return { steps, from: undefined };
  const target = textOf(asked, "to");
  const asks = step("asks", asked.at, host, { address: target });
  const opening = openingOf(run, asked, at);
  if (opening === undefined) {
    steps.push(step("arp-nobody", asked.at, host, { address: target }), asks);
    return { steps, from: faultOfHolder(run, target, asked.at)?.event };
  }
  const part = fateOfOpening(run, opening, target, at);
  steps.push(...part.steps, asks);
  // What led there is older than the request itself.
  return { steps: steps.concat(part.older), from: part.from };
}

interface Fate extends Part {
  /** Steps from before the request, newest first. */
  readonly older: Step[];
}

/** The request's first packet: sent at once, or when ARP had found somebody. */
function openingOf(run: Run, asked: TraceEntry, until: number): FrameRecord | undefined {
  const isOpening = (frame: FrameRecord): boolean => {
    const { payload } = frame.frame;
    if (frame.from !== asked.host || payload.protocol === "arp") return false;
    const { payload: inner, destination } = innerPacket(payload);
    const isSyn = inner.protocol === "tcp" && (inner.flags & SYN_ACK) === SYN;
    return isSyn && destination === textOf(asked, "to");
  };
  const { frames } = run.trace;
  const first = placeAt(frames, asked.at);
  let later: FrameRecord | undefined;
  for (let index = first; index < frames.length; index++) {
    const frame = frames[index];
    if (frame === undefined || frame.at > until) break;
    if (!isOpening(frame)) continue;
    if (frame.event === asked.event) return frame;
    if (!isRequest(run, frame.event)) later ??= frame;
  }
  return later;
}

function isRequest(run: Run, event: number): boolean {
  return run.trace.entries.some(
    (each) => each.event === event && each.fields["what"] === "request",
  );
}

function fateOfOpening(run: Run, opening: FrameRecord, target: string, until: number): Fate {
  const owner = hostOfMac(run, opening.frame.destination);
  const went = step(
    "went-to",
    opening.at,
    opening.from,
    { to: owner?.name ?? opening.frame.destination, address: target },
    { frame: opening },
  );
  if (opening.lost !== undefined) return lostOnWire(run, opening, owner?.name, went);
  if (owner?.role === "node" && run.cluster.vips.includes(target)) {
    return pastTheDirector(run, opening, owner.name, target);
  }
  const onward = nextHop(run.trace, opening);
  if (onward !== undefined) return atTheServer(run, onward, until, went);
  return atTheDirector(run, opening, owner?.name ?? "", went);
}

function lostOnWire(run: Run, frame: FrameRecord, owner: string | undefined, went: Step): Fate {
  const reason = frame.lost?.reason ?? "";
  const lost = step("lost", frame.at, frame.from, { reason }, { frame });
  const input = lastInput(run, frame.at, ({ kind }) => kind === reason);
  if (input !== undefined) {
    return { steps: [lost, went], older: [], from: eventOfInput(run, input.order) };
  }
  const fault = lastEntry(run, -Infinity, frame.at, (each) => each.host === owner && isFault(each));
  return { steps: [lost, went], older: [], from: fault?.event };
}

/** Whoever held the address last, and what befell it. */
function faultOfHolder(run: Run, address: string, at: number): TraceEntry | undefined {
  const left = lastEntry(
    run,
    -Infinity,
    at,
    (each) => each.fields["what"] === "address-removed" && each.fields["address"] === address,
  );
  return lastEntry(run, -Infinity, at, (each) => each.host === left?.host && isFault(each));
}

/** The ARP problem: the client's cache leads to a server that should have kept silent. */
function pastTheDirector(run: Run, opening: FrameRecord, server: string, address: string): Fate {
  const { at, from, frame } = opening;
  const taught = lastFrame(run, -Infinity, at, (each) => {
    const { payload } = each.frame;
    return (
      payload.protocol === "arp" &&
      payload.senderIp === address &&
      payload.senderMac === frame.destination &&
      each.deliveries.some(({ host }) => host === from)
    );
  });
  const payload = taught?.frame.payload;
  const isReply = payload?.protocol === "arp" && payload.operation === "reply";
  const went = step("went-to", at, from, { to: server, address }, { frame: opening });
  const end = endingOf(run, opening, server);
  const cause = step(
    isReply ? "arp-ignore" : "arp-announce",
    taught?.at ?? at,
    server,
    { address, client: from },
    taught === undefined ? {} : { frame: taught },
  );
  const fault = lastEntry(
    run,
    -Infinity,
    at,
    (each) => each.host === server && each.fields["what"] === "web-server",
  );
  const isDown = fault?.fields["up"] === false;
  const older = isDown ? [cause, step("web-stopped", fault.at, server, {})] : [cause];
  return {
    steps: [...end, went],
    older: older.sort((a, b) => b.at - a.at),
    from: isDown ? fault.event : undefined,
  };
}

/** What the receiver recorded of this frame's arrival. */
function endingOf(run: Run, frame: FrameRecord, host: string): Step[] {
  const { trace } = run;
  const found: Step[] = [];
  for (let index = placeAt(trace.entries, frame.at); index < trace.entries.length; index++) {
    const entry = trace.entries[index];
    if (entry === undefined || entry.at > frame.at + 1_000_000) break;
    if (entry.host !== host || trace.causes[entry.event] !== frame.event) continue;
    if (entry.code.startsWith("drop.")) {
      found.push(step("drop", entry.at, host, { reason: entry.code.slice("drop.".length) }));
    }
  }
  return found.reverse();
}

/** The director passed it on: the server is gone, deaf, or its answer went astray. */
function atTheServer(run: Run, onward: FrameRecord, until: number, went: Step): Fate {
  const { payload } = onward.frame;
  const owner = hostOfMac(run, onward.frame.destination)?.name ?? "";
  const passed = step("sent", onward.at, onward.from, { to: owner }, { frame: onward });
  const fault = lastEntry(
    run,
    -Infinity,
    onward.at,
    (each) =>
      each.host === owner &&
      (isFault(each) || (each.fields["what"] === "web-server" && each.fields["up"] === false)),
  );
  const ended = onward.lost !== undefined;
  const ending = ended
    ? [step("lost", onward.at, onward.from, { reason: onward.lost?.reason ?? "" })]
    : endingOf(run, onward, owner);
  const astray = ended ? undefined : answerAstray(run, onward, until);
  if (astray !== undefined) ending.unshift(astray);
  if (payload.protocol === "arp" || fault === undefined) {
    return { steps: [...ending, passed, went], older: [], from: undefined };
  }
  const unnoticed = step("unnoticed", onward.at, onward.from, { server: owner });
  return { steps: [...ending, passed, unnoticed, went], older: [], from: fault.event };
}

/** NAT without a way back: the answer reaches the client from an address it never asked. */
function answerAstray(run: Run, onward: FrameRecord, until: number): Step | undefined {
  const asked = onward.frame.payload;
  if (asked.protocol === "arp") return undefined;
  const { source, destination } = innerPacket(asked);
  if (run.cluster.vips.includes(destination)) return undefined;
  const answer = lastFrame(run, onward.at, until, ({ frame: { payload }, deliveries }) => {
    if (payload.protocol === "arp" || payload.payload.protocol !== "tcp") return false;
    const isFrom = payload.source === destination && payload.destination === source;
    const hearer = run.cluster.hosts.find(({ nics }) =>
      nics.some(({ address }) => address === source),
    );
    return isFrom && deliveries.some(({ host, accepted }) => accepted && host === hearer?.name);
  });
  if (answer === undefined) return undefined;
  return step("bypass", answer.at, answer.from, { address: destination }, { frame: answer });
}

/** The director kept it: most of all because its table was empty. */
function atTheDirector(run: Run, opening: FrameRecord, director: string, went: Step): Fate {
  const ending = endingOf(run, opening, director);
  const isEmpty = ending.some(({ values }) => values["reason"] === "no-destination");
  if (!isEmpty) return { steps: [...ending, went], older: [], from: undefined };
  const { at } = opening;
  const isOwn = (what: string) => (each: TraceEntry) =>
    each.host === director && each.fields["what"] === what;
  const removed = lastEntry(run, -Infinity, at, isOwn("server-removed"));
  const emptied =
    removed === undefined
      ? []
      : [step("server-out", removed.at, director, { server: serverOf(run, removed) })];
  if (removed === undefined) return { steps: [...ending, went], older: [], from: undefined };
  const back = lastEntry(
    run,
    removed.at,
    at,
    (each) => isOwn("carrier")(each) && each.fields["up"] === true,
  );
  const master = lastEntry(
    run,
    removed.at,
    at,
    (each) => isOwn("vrrp-state")(each) && each.fields["state"] === "MASTER",
  );
  const older = [
    ...roundsOf(run, removed, back?.at ?? removed.at, at),
    ...(master === undefined ? [] : [step("became", master.at, director, { state: "MASTER" })]),
    ...(back === undefined ? [] : [deedOf(run, back)]),
    ...emptied,
  ].sort((a, b) => b.at - a.at);
  return { steps: [...ending, went], older, from: checkFailure(run, removed)?.from };
}

/** The cable is back: by the reader's own hand, or as the scenario has it. */
function deedOf(run: Run, { at, host }: TraceEntry): Step {
  const found = lastInput(run, at, ({ kind }) => kind === "link");
  return found?.at === at
    ? step("input", at, "", {}, { input: found.input })
    : step("cable-back", at, host, {});
}

function serverOf(run: Run, entry: TraceEntry): string {
  const server = textOf(entry, "server");
  return hostOfAddress(run, server.slice(0, server.lastIndexOf(":")));
}

const HTTP_CHECK = /^(HTTP|SSL)_CHECK on service .* failed/;
const GOOD_ROUND = /success to \[([^\]]+)\]/;

/** How a server comes back: an HTTP check first forgives, and only its next round trusts (K140). */
function roundsOf(run: Run, removed: TraceEntry, from: number, until: number): Step[] {
  const { entries } = run.trace;
  const { host: director, at } = removed;
  const isHttp = entries.some(
    (each) =>
      each.event === removed.event && each.code === "log" && HTTP_CHECK.test(textOf(each, "text")),
  );
  const steps = [step(isHttp ? "two-rounds" : "one-round", Math.max(from, at), director, {})];
  for (let index = placeAt(entries, from); index < entries.length; index++) {
    const entry = entries[index];
    if (entry === undefined || entry.at > until) break;
    const good = entry.code === "log" ? GOOD_ROUND.exec(textOf(entry, "text")) : null;
    if (entry.host !== director || good === null) continue;
    const added = firstEntry(
      run,
      entry.at - 1,
      entry.at,
      (each) => each.host === director && each.fields["what"] === "server-added",
    );
    if (added !== undefined) continue;
    steps.push(
      step("good-round", entry.at, director, { server: hostOfAddress(run, good[1] ?? "") }),
    );
  }
  return steps;
}

/** A check needs this long at most to notice; microseconds. */
const CHECK_WITHIN_US = 60_000_000;

/** A server is removed because its check failed: what befell it, or the one who checks. */
export function checkFailure(run: Run, entry: TraceEntry): Part | undefined {
  const server = textOf(entry, "server");
  const name = hostOfAddress(run, server.slice(0, server.lastIndexOf(":")));
  const fault = lastEntry(run, entry.at - CHECK_WITHIN_US, entry.at, (each) => {
    if (each.host !== name && each.host !== entry.host) return false;
    const { what, up } = each.fields;
    if (what === "web-server") return up === false && each.host === name;
    return (what === "carrier" || what === "power") && isFault(each);
  });
  return fault === undefined ? undefined : { steps: [], from: fault.event };
}
