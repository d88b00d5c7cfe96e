// What a frame is called, and its place in a burst of the same.
import type { FrameRecord, Trace } from "#sim/index.ts";
import { fill } from "../../../i18n/language.ts";
import type { ClusterView } from "../../instrument/cluster.ts";
import { drawnAs, innerPacket } from "../../instrument/frames.ts";
import { flagNames } from "./fields.ts";
import { placeOf } from "./hops.ts";
import { placeAt } from "./run.ts";
import type { PacketWords } from "./words.ts";

export type FrameTitle =
  | "advert"
  | "leaving"
  | "arp-request"
  | "arp-reply"
  | "garp"
  | "http-request"
  | "http-answer"
  | "tcp"
  | "data"
  | "udp"
  | "echo-request"
  | "echo-reply"
  | "unreachable"
  | "redirect"
  | "time-exceeded"
  | "igmp";

/** "Gratuitous ARP", "Health check, TCP SYN". */
export function titleOf(record: FrameRecord, cluster: ClusterView, words: PacketWords): string {
  const { payload } = record.frame;
  const kind = drawnAs(record, cluster);
  if (payload.protocol === "arp") {
    return words.titles[kind === "garp" || kind === "arp-reply" ? kind : "arp-request"];
  }
  const title = titleOfPacket(innerPacket(payload).payload, words);
  const isTunnelled = payload.payload.protocol === "ipv4";
  if (isTunnelled) return fill(words.tunnelled, { title });
  return kind === "check" ? fill(words.check, { title }) : title;
}

type Inner = ReturnType<typeof innerPacket>["payload"];

function titleOfPacket(inner: Inner, words: PacketWords): string {
  const { titles } = words;
  switch (inner.protocol) {
    case "vrrp":
      return inner.priority === 0 ? titles.leaving : titles.advert;
    case "tcp":
      if (/^(GET|HEAD|POST|PUT|DELETE) /.test(inner.data)) return titles["http-request"];
      if (inner.data.startsWith("HTTP/")) return titles["http-answer"];
      if (inner.data !== "") return titles.data;
      return fill(titles.tcp, { flags: flagNames(inner.flags).replace(", ", "-") });
    case "icmp":
      return titles[inner.type];
    case "igmp":
      return titles.igmp;
    default:
      return titles.udp;
  }
}

/** Which of how many gratuitous ARPs for one address, sent one after the other at one moment. */
export function burstOf(
  trace: Trace,
  record: FrameRecord,
): { readonly nth: number; readonly count: number } | undefined {
  const isSame = (other: FrameRecord | undefined): boolean => {
    const [a, b] = [record.frame.payload, other?.frame.payload];
    if (a.protocol !== "arp" || b?.protocol !== "arp") return false;
    return (
      other?.event === record.event &&
      b.senderIp === b.targetIp &&
      a.senderIp === a.targetIp &&
      a.senderIp === b.senderIp
    );
  };
  const place = placeOf(trace, record);
  if (place < 0) return undefined;
  let [first, last] = [place, place];
  while (isSame(trace.frames[first - 1])) first--;
  while (isSame(trace.frames[last + 1])) last++;
  return first === last ? undefined : { nth: place - first, count: last - first + 1 };
}

/** "first of five" */
export function burstText(
  { nth, count }: { readonly nth: number; readonly count: number },
  words: PacketWords,
): string {
  return fill(words.burst, {
    nth: words.nths[nth] ?? nth + 1,
    count: words.counts[count - 1] ?? count,
  });
}

/** Who got it: a name, several, or everyone. */
export function receiversOf(record: FrameRecord, cluster: ClusterView, words: PacketWords): string {
  const heard = record.deliveries.filter(({ accepted }) => accepted).map(({ host }) => host);
  if (heard.length === 0) return words.nobody;
  const others = cluster.hosts.filter(({ name }) => name !== record.from).length;
  return heard.length > 2 || (heard.length > 1 && heard.length >= others)
    ? words.everyone
    : heard.join(", ");
}

export interface Fate {
  readonly reason: string;
  /** Who dropped it; nobody where it was lost on the wire. */
  readonly hosts: string[];
}

/** Every group's frame passes cards that have not joined: no news. */
const NOISE = ["other-mac", "not-a-member", "not-for-us", "arp-for-another", "arp-unknown-sender"];

/** Where this frame ended before anybody could use it. */
export function fatesOf(trace: Trace, record: FrameRecord): Fate[] {
  if (record.lost !== undefined) return [{ hosts: [], reason: record.lost.reason }];
  const last = Math.max(record.at, ...record.deliveries.map(({ at }) => at));
  const found: Fate[] = [];
  for (let index = placeAt(trace.entries, record.at); index < trace.entries.length; index++) {
    const entry = trace.entries[index];
    if (entry === undefined || entry.at > last) break;
    const isThis =
      trace.causes[entry.event] === record.event &&
      record.deliveries.some(({ host, at }) => host === entry.host && at === entry.at);
    if (!isThis || !entry.code.startsWith("drop.")) continue;
    const reason = entry.code.slice("drop.".length);
    if (NOISE.includes(reason)) continue;
    const same = found.find((each) => each.reason === reason);
    if (same === undefined) found.push({ reason, hosts: [entry.host] });
    else same.hosts.push(entry.host);
  }
  return found;
}
