// The three questions every view answers: who is MASTER, where is the address, does the client get
// answers; each as one strong word and one quiet sentence.
import { fill } from "../../i18n/language.ts";
import { type ClusterView, secondsText } from "./cluster.ts";
import { outageOf, type Score } from "./score.ts";
import type { LabWords } from "./words.ts";

export interface Answer {
  readonly strong: string;
  readonly quiet: string;
}

export interface Answers {
  readonly master: Answer;
  /** One for each floating address. */
  readonly places: readonly (Answer & { readonly address: string })[];
  readonly client: Answer;
}

export function answersOf(cluster: ClusterView, score: Score, words: LabWords): Answers {
  return {
    master: masterOf(cluster, score, words),
    places: cluster.vips.map((address) => ({
      address,
      ...placeOf(address, cluster, score, words),
    })),
    client: clientOf(cluster, score, words),
  };
}

function masterOf({ now }: ClusterView, { directors }: Score, words: LabWords): Answer {
  const masters = directors.flatMap(({ host, instance, states }) => {
    const state = states.findLast(({ from }) => from <= now);
    return state?.value === "MASTER" ? [{ host, instance, since: state.from }] : [];
  });
  const [first] = masters;
  if (first === undefined) return { strong: words.nobody, quiet: "" };
  const hosts = [...new Set(masters.map(({ host }) => host))];
  const since = Math.max(...masters.map((each) => each.since));
  return {
    strong: hosts.join(", "),
    quiet: fill(words.since, { time: secondsText(since) }),
  };
}

function placeOf(address: string, cluster: ClusterView, score: Score, words: LabWords): Answer {
  const { hosts, now } = cluster;
  const holders = hosts.filter(({ holds }) => holds.includes(address)).map(({ name }) => name);
  const spans = [...score.holders.values()].flat().filter(({ value }) => value === address);
  const begun = spans.filter(({ from }) => from <= now).sort((a, b) => a.from - b.from);
  if (holders.length > 1) {
    return { strong: fill(words.onTwo, { hosts: holders.join(", ") }), quiet: "" };
  }
  const last = begun.at(-1);
  const ends = begun.map(({ to }) => to).filter((to) => to <= now);
  const [holder] = holders;
  if (holder === undefined) {
    const lost = ends.length === 0 ? undefined : Math.max(...ends);
    const time = lost === undefined ? undefined : secondsText(now - lost);
    return {
      strong: words.nowhere,
      quiet: time === undefined ? "" : fill(words.nowhereFor, { time }),
    };
  }
  const before = ends.filter((to) => to <= (last?.from ?? 0));
  const gap = last === undefined || before.length === 0 ? 0 : last.from - Math.max(...before);
  return {
    strong: fill(words.on, { host: holder }),
    quiet: gap > 1000 ? fill(words.wasNowhere, { time: secondsText(gap) }) : "",
  };
}

function clientOf({ now }: ClusterView, { asks }: Score, words: LabWords): Answer {
  const asked = asks.filter(({ at }) => at <= now);
  if (asked.length === 0) return { strong: words.nobodyAsks, quiet: "" };
  const known = asked.filter(({ until, result }) => result !== "open" && until <= now);
  const last = known.at(-1);
  if (last === undefined) return { strong: words.notYet, quiet: words.waiting };
  const outage = outageOf(asked, now);
  if (last.result === "answered") {
    const recent = outage !== undefined && outage.over && now - outage.to < 3_000_000;
    const time = secondsText(recent ? outage.to - outage.from : last.until, recent ? 1 : 3);
    return {
      strong: words.yes,
      quiet: recent
        ? fill(words.outageWas, { time })
        : fill(words.askFrom, { server: last.server, time }),
    };
  }
  const lost = outage?.lost ?? 1;
  const time = secondsText(outage === undefined ? 0 : now - outage.from, 1);
  return {
    strong: words.notYet,
    quiet: fill(lost === 1 ? words.oneUnanswered : words.unanswered, { n: lost, time }),
  };
}
