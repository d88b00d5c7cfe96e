// What may be different in the other run when a reader compares the run at hand: one thing, with
// the values that it does not have now.
import { readValue } from "#sim/editing.ts";
import { isPreempting, paths, SCHEDULERS, serversIn, weightPath } from "../controls/switches.ts";
import { faults, faultsIn } from "./faults.ts";
import { type Change, configurationsOf, hostsOf, type Side } from "./side.ts";

export interface Option {
  /** As the other side is labelled: "lb_algo lc"; a fault is worded by the page. */
  readonly label: string;
  readonly change: Change;
}

export interface Choice {
  readonly key: "scheduler" | "weight" | "preempt" | "interval" | "arp_ignore" | "fault";
  /** What this run has. */
  readonly now: string;
  readonly options: readonly Option[];
}

const INTERVALS = ["1", "2", "3", "5", "10"];
const WEIGHTS = ["0", "1", "2", "3", "5", "10"];
const ARP_IGNORE = ["0", "1", "2"];

/** Only what this run has a place for; an empty list where nothing can be told from the files. */
export function choicesOf(side: Side): Choice[] {
  const text = configurationsOf(side.scenario)[0]?.[1];
  const own = text === undefined ? [] : inFile(text);
  return [...own, ...servers(side), ...befallen(side)];
}

function inFile(text: string): Choice[] {
  const scheduler = readValue(text, paths.scheduler);
  const interval = readValue(text, paths.interval) ?? "1";
  const preempt = isPreempting(text);
  const weights = serversIn(text).flatMap((server) => weightsOf(text, server));
  return [
    ...(scheduler === undefined
      ? []
      : [values("scheduler", "lb_algo", paths.scheduler, scheduler, SCHEDULERS)]),
    ...weights,
    {
      key: "preempt",
      now: preempt ? "preempt" : "nopreempt",
      options: [
        { label: preempt ? "nopreempt" : "preempt", change: { kind: "preempt", on: !preempt } },
      ],
    },
    values("interval", "advert_int", paths.interval, interval, INTERVALS),
  ];
}

function values(
  key: Choice["key"],
  word: string,
  path: readonly string[],
  now: string,
  all: readonly string[],
): Choice {
  const others = all.filter((value) => value !== now);
  return {
    key,
    now: `${word} ${now}`,
    options: others.map((value) => ({
      label: `${word} ${value}`,
      change: { kind: "value", path, value },
    })),
  };
}

function weightsOf(text: string, server: string): Choice[] {
  const path = weightPath(server);
  const word = `${server} weight`;
  return [values("weight", word, path, readValue(text, path) ?? "1", WEIGHTS)];
}

function servers({ scenario }: Side): Choice[] {
  const nodes = hostsOf(scenario).filter(({ role }) => role === "node");
  const [first] = nodes;
  if (first === undefined) return [];
  const now = first.sysctl["net.ipv4.conf.all.arp_ignore"] ?? "0";
  const others = ARP_IGNORE.filter((value) => value !== now);
  return [
    {
      key: "arp_ignore",
      now: `arp_ignore=${now}`,
      options: others.map((value) => ({
        label: `arp_ignore=${value}`,
        change: { kind: "sysctl", name: "arp_ignore", value },
      })),
    },
  ];
}

function befallen({ scenario, inputs }: Side): Choice[] {
  const [now] = faultsIn(inputs, hostsOf(scenario));
  if (now === undefined) return [];
  const others = faults.filter((fault) => fault !== now);
  const options = others.map((fault) => ({
    label: fault,
    change: { kind: "fault", fault } as const,
  }));
  return [{ key: "fault", now, options }];
}
