// For tests: two directors with an instance each, what is done to them, and what they say of it.
import { replay } from "../replay.ts";
import type { CapturedFrame, Recording, Step } from "../scenario.ts";

export interface Director {
  readonly priority?: number;
  /** More lines of the instance. */
  readonly instance?: string;
  /** Blocks before the instance. */
  readonly before?: string;
  /** Blocks after it. */
  readonly after?: string;
}

export const CONF = "/etc/keepalived/keepalived.conf";
/** Lets scripts run. */
export const SECURE = "global_defs {\n script_user root\n enable_script_security\n}\n";
/** Notes its arguments in /tmp/notes. */
export const NOTE = "/etc/keepalived/note.sh";
const NOTE_TEXT = '#!/bin/sh\necho "$*" >> /tmp/notes\n';

export function configuration({
  priority = 100,
  instance = "",
  before = "",
  after = "",
}: Director): string {
  return `${before}
vrrp_instance VI_1 {
    interface eth1
    virtual_router_id 18
    priority ${priority}
    advert_int 1
    ${instance}
    virtual_ipaddress {
        192.168.88.100/24
    }
}
${after}
`;
}

export interface Line {
  readonly t: number;
  /** "A" is the host keepalived, "B" keepalived-backup. */
  readonly who: "A" | "B";
  readonly msg: string;
}

export interface Advert {
  readonly t: number;
  readonly who: "A" | "B";
  readonly destination: string;
  readonly routerId: number;
  readonly priority: number;
  /** Of the IP packet (K1). */
  readonly length: number;
}

export interface Story {
  /** "A 5 MASTER": the states that they enter, at whole seconds. */
  readonly states: readonly string[];
  /** The same without the time. */
  readonly kinds: readonly string[];
  readonly lines: readonly Line[];
  readonly adverts: readonly Advert[];
  /** What the steps printed that are recorded. */
  readonly outputs: readonly string[];
}

/** Both start at second 1, B a moment later; two subnets give them eth0 besides eth1. */
export function story(a: Director, b: Director, steps: readonly Step[], end = 40): Story {
  const played = replay({
    topology: a.after === undefined && b.after === undefined ? "flat" : "two-subnet",
    only: ["keepalived", "keepalived-backup", "client"],
    files: {
      [`keepalived:${CONF}`]: configuration(a),
      [`keepalived-backup:${CONF}`]: configuration({ priority: 90, ...b }),
      [`keepalived:${NOTE}`]: NOTE_TEXT,
      [`keepalived-backup:${NOTE}`]: NOTE_TEXT,
    },
    steps: [
      { t: 1, host: "keepalived", run: "systemctl start keepalived" },
      { t: 1.1, host: "keepalived-backup", run: "systemctl start keepalived" },
      ...steps,
    ],
    end,
  });
  const lines = linesOf(played);
  const states = lines.flatMap(({ t, who, msg }) => {
    const state = /ntering (\w+) (STATE(?! \(init\))|state$)/.exec(msg)?.[1];
    return state === undefined ? [] : [`${who} ${Math.round(t)} ${state}`];
  });
  return {
    states,
    kinds: states.map((each) => each.replace(/ \d+/, "")),
    lines,
    adverts: played.frames.flatMap(advertIn),
    outputs: played.steps.flatMap((step) => ("stdout" in step ? [step.stdout ?? ""] : [])),
  };
}

function linesOf({ logs }: Recording): Line[] {
  const lines = Object.entries(logs).flatMap(([host, log]) =>
    log.map(({ t, msg }) => ({ t, who: whoIs(host), msg })),
  );
  return lines.sort((x, y) => x.t - y.t);
}

function whoIs(host: string): "A" | "B" {
  return host === "keepalived" ? "A" : "B";
}

function advertIn({ t, from, ip }: CapturedFrame): Advert[] {
  const vrrp = ip?.["vrrp"] as { vrid: number; prio: number } | undefined;
  if (ip === undefined || vrrp === undefined) return [];
  const { dst, len } = ip as { dst: string; len: number };
  const { vrid: routerId, prio: priority } = vrrp;
  return [{ t, who: whoIs(from), destination: dst, routerId, priority, length: len }];
}

/** When `who` first says something that contains `text`, from `after` on; NaN: never. */
export function timeOf({ lines }: Story, who: "A" | "B", text: string, after = 0): number {
  const found = lines.find(
    (each) => each.who === who && each.t >= after && each.msg.includes(text),
  );
  return found?.t ?? NaN;
}

/** The messages of one director that match. */
export function said({ lines }: Story, who: "A" | "B", pattern: RegExp): string[] {
  return lines.filter((each) => each.who === who && pattern.test(each.msg)).map(({ msg }) => msg);
}

/** A command typed at A, its output kept. */
export function shown(t: number, run: string): Step {
  return { t, host: "keepalived", run, record: true };
}

/** A command typed at A. */
export function typedAt(t: number, run: string): Step {
  return { t, host: "keepalived", run };
}

/** A's file replaced, and a reload. */
export function reloaded(t: number, director: Director): Step[] {
  const save = { op: "save", host: "keepalived", path: CONF } as const;
  return [
    { t, ...save, content: configuration(director) },
    typedAt(t + 0.1, "systemctl reload keepalived"),
  ];
}

/** eth0 or eth1 of A. */
export function link(t: number, state: "up" | "down", dev = "eth1"): Step {
  return { t, op: state === "up" ? "link-up" : "link-down", host: "keepalived", dev };
}
