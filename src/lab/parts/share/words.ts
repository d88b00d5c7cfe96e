import type { Language } from "../../../i18n/language.ts";

const en = {
  share: "Share this moment",
  title: "Take this run with you",
  link: "Copy a link to this second",
  copied: "The link is copied: it opens this run at {time} s.",
  scenario: "Scenario file, with what you did",
  pcap: "Capture of all frames (pcap)",
  picture: "Picture of the map (SVG)",
  transcript: "Transcript of all consoles",
  config: "keepalived.conf of {host}",
  open: "Open a scenario file …",
  drop: "Or drop it anywhere on the page; a keepalived.conf too.",
  password: "It carries a password: {list}. Share it only if that may be read.",
  broken: "This link cannot be read: it is cut short, or of a newer form. Nothing was changed.",
  badFile: "This file cannot be opened; nothing was changed.",
  unknown: "The link speaks of hosts that its scenario does not have: {list}. Nothing was changed.",
  failed: "That could not be fetched; nothing was changed.",
  close: "Close",
};

export type ShareWords = typeof en;

const zh: ShareWords = {
  share: "分享这一刻",
  title: "把这次运行带走",
  link: "复制指向这一秒的链接",
  copied: "链接已复制：打开就是这次运行的第 {time} 秒。",
  scenario: "场景文件，含你做过的操作",
  pcap: "全部帧的抓包文件（pcap）",
  picture: "地图图片（SVG）",
  transcript: "所有控制台的记录",
  config: "{host} 的 keepalived.conf",
  open: "打开场景文件……",
  drop: "也可以直接拖到页面上；keepalived.conf 也行。",
  password: "其中含有密码：{list}。确认可以公开再分享。",
  broken: "这个链接无法读取：不完整，或来自更新的格式。什么都没有改变。",
  badFile: "这个文件打不开；什么都没有改变。",
  unknown: "链接提到了场景里没有的主机：{list}。什么都没有改变。",
  failed: "未能加载；什么都没有改变。",
  close: "关闭",
};

export const shareWords: Readonly<Record<Language, ShareWords>> = { en, zh };
