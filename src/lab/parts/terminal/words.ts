import type { Language } from "../../../i18n/language.ts";

const en = {
  host: "Host",
  console: "Console of {host}",
  copy: "Copy as text",
  copied: "Copied.",
  runs: "A command runs; Ctrl-C ends it.",
  loading: "The console is fetched …",
  notFetched: "The console could not be fetched.",
  retry: "Try again",
  allDirectors: "all directors",
  filter: "Filter",
  timeOfDay: "time of day",
  nothing: "No line yet that fits.",
  earlier: "{n} earlier lines",
};

export type TerminalWords = typeof en;

const zh: TerminalWords = {
  host: "主机",
  console: "{host} 的控制台",
  copy: "复制为文本",
  copied: "已复制。",
  runs: "有命令在运行；按 Ctrl-C 结束。",
  loading: "正在加载控制台……",
  notFetched: "控制台未能加载。",
  retry: "重试",
  allDirectors: "所有调度器",
  filter: "筛选",
  timeOfDay: "钟点",
  nothing: "还没有符合的行。",
  earlier: "更早还有 {n} 行",
};

export const terminalWords: Readonly<Record<Language, TerminalWords>> = { en, zh };
