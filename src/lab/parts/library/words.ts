import type { Language } from "../../../i18n/language.ts";

const en = {
  scenario: "Scenario",
  search: "Find a scenario",
  none: "Nothing in the library fits “{text}”.",
  notFetched: "The scenario could not be fetched; the run you have stays as it is.",
  retry: "Try again",
  found: "{n} scenarios",
  mechanisms: {
    article: "The article, step by step",
    failover: "Failover",
    "split-brain": "Split brain",
    balancing: "Balancing",
    forwarding: "Forwarding",
    checks: "Health checks",
    several: "Several of them",
  } as Readonly<Record<string, string>>,
};

export type LibraryWords = typeof en;

const zh: LibraryWords = {
  scenario: "场景",
  search: "查找场景",
  none: "场景库里没有与“{text}”相符的场景。",
  notFetched: "场景未能加载；你现有的运行不受影响。",
  retry: "重试",
  found: "{n} 个场景",
  mechanisms: {
    article: "文章的步骤",
    failover: "故障切换",
    "split-brain": "脑裂",
    balancing: "负载均衡",
    forwarding: "转发方式",
    checks: "健康检查",
    several: "不止两台，不止一个",
  },
};

export const libraryWords: Readonly<Record<Language, LibraryWords>> = { en, zh };
