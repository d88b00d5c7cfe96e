// The words of the charts.
import type { Language } from "../../../i18n/language.ts";

const en = {
  views: { requests: "Requests", connections: "Connections", client: "Client" },
  viewsLabel: "What is drawn over time",
  copy: "Copy as CSV",
  copied: "Copied: {n} lines",
  notCopied: "The browser did not let us copy.",
  reading: "Reading the run: {percent} %",
  none: {
    requests:
      "No director has passed a request on yet. Under Traffic set requests a second, then play.",
    connections:
      "No connection is in a director's table yet. Under Traffic set requests a second, then play.",
    client: "Nobody has asked yet. Under Traffic set requests a second, then play.",
  },
  aside: "No director passed a request on, and yet {n} were answered: they did not come that way.",
  marks: {
    requests: "Each mark: one connection given",
    client: "Each mark: a request, at the time it was asked",
  },
  bars: {
    requests: "Connections per {step}, up to {most}",
    client: "Requests per {step}, up to {most}",
  },
  swept: "tick: by weight",
  tables: "Above: active, up to {active}. Below: inactive, up to {inactive}.",
  active: "{n} active",
  inactive: "{n} inactive",
  notListed: "not in the table",
  results: { answered: "answered", "timed-out": "no answer", refused: "refused" },
  gap: "the gap",
  summary: {
    requests: "Requests per server up to {time} s. {rows}",
    share: "{server}: {count} of {total}, by weight {fair}.",
    connections: "Connections per server at {time} s, in the table of {director}. {rows}",
    counts: "{server}: {active} active, {inactive} inactive.",
    notListed: "{server}: not in the table.",
    client: "Requests of the client up to {time} s: {rows}. {gaps}",
    gap: "{time} s without an answer from {from} s on.",
    noGap: "Never without an answer.",
  },
  shares: "What share of the connections each server was given",
  nobody: "nobody",
  seconds: "{n} s",
  between: ", ",
};

export type ChartWords = typeof en;

const zh: ChartWords = {
  views: { requests: "请求", connections: "连接", client: "客户端" },
  viewsLabel: "画出哪一项随时间的变化",
  copy: "复制为 CSV",
  copied: "已复制 {n} 行",
  notCopied: "浏览器不允许复制。",
  reading: "正在读取运行记录：{percent}%",
  none: {
    requests: "还没有调度器转发过请求。在“流量”里设好每秒请求数，再播放。",
    connections: "调度器的表里还没有连接。在“流量”里设好每秒请求数，再播放。",
    client: "还没有人发过请求。在“流量”里设好每秒请求数，再播放。",
  },
  aside: "调度器没有转发过请求，却有 {n} 个得到了应答：它们没有走这条路。",
  marks: {
    requests: "每个记号：分给这台服务器的一个连接",
    client: "每个记号：一个请求，画在发出的时刻",
  },
  bars: {
    requests: "每 {step}的连接数，最多 {most}",
    client: "每 {step}的请求数，最多 {most}",
  },
  swept: "竖线：按权重应得",
  tables: "线上：活动连接，最多 {active}；线下：非活动连接，最多 {inactive}。",
  active: "{n} 活动",
  inactive: "{n} 非活动",
  notListed: "不在表中",
  results: { answered: "有应答", "timed-out": "无应答", refused: "被拒绝" },
  gap: "中断",
  summary: {
    requests: "到 {time} 秒为止各服务器的请求数。{rows}",
    share: "{server}：{total} 个中的 {count} 个，按权重应为 {fair}。",
    connections: "{time} 秒时 {director} 表中各服务器的连接数。{rows}",
    counts: "{server}：活动 {active}，非活动 {inactive}。",
    notListed: "{server}：不在表中。",
    client: "到 {time} 秒为止客户端的请求：{rows}。{gaps}",
    gap: "从 {from} 秒起有 {time} 秒没有应答。",
    noGap: "一直有应答。",
  },
  shares: "各服务器分到的连接占多少",
  nobody: "无人",
  seconds: "{n} 秒",
  between: "，",
};

export const chartWords: Readonly<Record<Language, ChartWords>> = { en, zh };
