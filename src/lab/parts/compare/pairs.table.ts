// The ready pairs: two sides that share everything but what `a` and `b` say. Times are seconds of
// the scenario that is the base.
import type { Language } from "../../../i18n/language.ts";
import type { Scenario } from "#sim/index.ts";
import type { Change, Step } from "./side.ts";

type Said = Readonly<Record<Language, string>>;

interface PairSide {
  /** Short, as a label: a command, a value, or a word or two. */
  readonly label: Said;
  /** A scenario of the library, when it is not that of the pair. */
  readonly base?: string;
  readonly changes: readonly Change[];
}

export interface Pair {
  readonly name: string;
  readonly title: Said;
  readonly question: Said;
  readonly base: string;
  /** Fields that both have in place of the base's; hosts and steps are added to it. */
  readonly own?: Partial<Pick<Scenario, "hosts" | "web">>;
  readonly begin: number;
  readonly end: number;
  /** What both sides have beside the steps of the base. */
  readonly steps: readonly Step[];
  readonly a: PairSide;
  readonly b: PairSide;
}

const same = (text: string): Said => ({ en: text, zh: text });
const loses: Said = { en: "Which loses more?", zh: "哪一边丢得更多？" };
const VIP = "192.168.88.100";
const SCHEDULER = ["virtual_server", "lb_algo"];
const scheduler = (value: string): Change => ({ kind: "value", path: SCHEDULER, value });
const weight = (server: string, value: string): Change => ({
  kind: "value",
  path: ["virtual_server", `real_server ${server}`, "weight"],
  value,
});
const does = (...steps: Step[]): Change => ({ kind: "steps", steps });
const typed = (t: number, host: string, run: string): Step => ({ t, host, run });

const stopped: PairSide = {
  label: same("systemctl stop"),
  changes: [does(typed(12, "keepalived", "systemctl stop keepalived"))],
};
/** A second client, that asks at a pace of its own. */
const second = {
  own: { hosts: [{ name: "client-2", role: "client", ip: "192.168.88.3/24" }] },
  steps: [{ t: 8.5, host: "client-2", run: `traffic ${VIP} --every 0.7`, bg: true }],
} as const;

export const pairs: readonly Pair[] = [
  {
    name: "stop-power",
    title: { en: "Stop against power cut", zh: "停止，还是断电" },
    question: loses,
    base: "article",
    begin: 9,
    end: 24,
    steps: [],
    a: stopped,
    b: {
      label: { en: "power cut", zh: "断电" },
      changes: [does({ t: 12, op: "power-off", host: "keepalived" })],
    },
  },
  {
    name: "stop-crash",
    title: { en: "Stop against crash", zh: "停止，还是崩溃" },
    question: loses,
    base: "article",
    begin: 9,
    end: 24,
    steps: [],
    a: stopped,
    b: {
      label: { en: "keepalived killed", zh: "杀死 keepalived" },
      changes: [does({ t: 12, op: "crash", host: "keepalived" })],
    },
  },
  {
    name: "preempt",
    title: { en: "preempt against nopreempt", zh: "preempt，还是 nopreempt" },
    question: {
      en: "The cable is pulled and comes back: which loses more?",
      zh: "网线拔掉又插回：哪一边丢得更多？",
    },
    base: "article",
    begin: 10,
    end: 36,
    steps: [
      { t: 12, op: "link-down", host: "keepalived" },
      { t: 20, op: "link-up", host: "keepalived" },
    ],
    a: { label: same("preempt"), changes: [] },
    b: { label: same("nopreempt"), changes: [{ kind: "preempt", on: false }] },
  },
  {
    name: "arp-ignore",
    title: { en: "With and without arp_ignore", zh: "有没有 arp_ignore" },
    question: {
      en: "Who answers for the address, and who serves?",
      zh: "谁替这个地址应答，谁在服务？",
    },
    base: "arp-problem",
    begin: 9.6,
    end: 24,
    steps: [],
    a: {
      label: same("arp_ignore=1"),
      changes: [
        { kind: "sysctl", name: "arp_ignore", value: "1" },
        { kind: "sysctl", name: "arp_announce", value: "2" },
      ],
    },
    b: { label: same("arp_ignore=0"), changes: [] },
  },
  {
    name: "wrr-lc",
    title: { en: "wrr against lc, long requests", zh: "wrr 与 lc，遇到长连接" },
    question: {
      en: "Six long connections lie on node-1, then node-2 joins: who gets the new requests?",
      zh: "node-1 上有六个长连接，这时 node-2 加入：新请求给谁？",
    },
    base: "article",
    own: { web: ["node-1"] },
    begin: 19,
    end: 46,
    steps: [
      { t: 14, host: "client", run: `hold 6 ${VIP} --secs 90 --timeout 30`, bg: true },
      typed(20, "node-2", "systemctl start openresty"),
    ],
    a: { label: same("wrr"), changes: [scheduler("wrr")] },
    b: { label: same("lc"), changes: [scheduler("lc")] },
  },
  {
    name: "weights",
    title: { en: "wlc, weights 3:1 against 1:1", zh: "wlc，权重 3:1 与 1:1" },
    question: { en: "Who gets how many?", zh: "各得多少？" },
    base: "article",
    begin: 9,
    end: 29,
    steps: [],
    a: {
      label: same("3:1"),
      changes: [weight("192.168.88.10", "3"), weight("192.168.88.11", "1")],
    },
    b: {
      label: same("1:1"),
      changes: [weight("192.168.88.10", "1"), weight("192.168.88.11", "1")],
    },
  },
  {
    name: "dr-nat",
    title: { en: "DR against NAT", zh: "DR 与 NAT" },
    question: {
      en: "The master loses power. The servers' way back leads by it: which loses more?",
      zh: "主调度器断电，而服务器的回程要经过它：哪一边丢得更多？",
    },
    base: "article",
    begin: 9,
    end: 24,
    steps: [{ t: 14, op: "power-off", host: "keepalived" }],
    a: { label: same("DR"), changes: [] },
    b: {
      label: same("NAT"),
      base: "nat-one-subnet",
      changes: [
        does(
          typed(0.3, "node-1", "ip route add 192.168.88.2/32 via 192.168.88.8"),
          typed(0.3, "node-2", "ip route add 192.168.88.2/32 via 192.168.88.8"),
        ),
      ],
    },
  },
  {
    name: "rr-sh",
    title: { en: "rr against sh, two clients", zh: "rr 与 sh，两个客户端" },
    question: { en: "Who meets which server?", zh: "谁遇到哪台服务器？" },
    base: "article",
    ...second,
    begin: 9,
    end: 24,
    a: { label: same("rr"), changes: [scheduler("rr")] },
    b: { label: same("sh"), changes: [scheduler("sh")] },
  },
  {
    name: "persistence",
    title: { en: "rr, with persistence and without", zh: "rr，有没有会话保持" },
    question: {
      en: "node-1's web server stops: what does the client that was kept there lose?",
      zh: "node-1 的 Web 服务停了：被固定在那里的客户端丢了什么？",
    },
    base: "article",
    ...second,
    begin: 9,
    end: 28,
    steps: [...second.steps, typed(12, "node-1", "systemctl stop openresty")],
    a: { label: same("rr"), changes: [scheduler("rr")] },
    b: {
      label: same("persistence_timeout 50"),
      changes: [scheduler("rr"), { kind: "persistence", seconds: 50 }],
    },
  },
];
