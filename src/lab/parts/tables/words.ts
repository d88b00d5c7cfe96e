import type { Language } from "../../../i18n/language.ts";

const en = {
  table: "Table",
  host: "Host",
  changed: "last change {time} s",
  names: {
    services: "ipvsadm -Ln",
    connections: "ipvsadm -Lnc",
    stats: "ipvsadm -Ln --stats",
    rate: "ipvsadm -Ln --rate",
    arp: "ip neigh",
    addresses: "ip addr",
    routes: "ip route",
    processes: "ps",
    switch: "switch",
    timers: "VRRP timers",
  },
  nothing: "{host}: {command} prints nothing.",
  noPower: "{host} has no power.",
  cut: "{n} lines in all, the first {shown} shown",
  mac: "MAC",
  port: "port",
  behind: "behind it",
  age: "heard",
  ago: "{time} s ago",
  network: "switch {name}",
  left: "{time} s left",
  of: "of {time} s",
  noTimer: "No director is waiting.",
};

export type TableWords = typeof en;

const zh: TableWords = {
  table: "表",
  host: "主机",
  changed: "最近变化 {time} 秒",
  names: {
    services: "ipvsadm -Ln",
    connections: "ipvsadm -Lnc",
    stats: "ipvsadm -Ln --stats",
    rate: "ipvsadm -Ln --rate",
    arp: "ip neigh",
    addresses: "ip addr",
    routes: "ip route",
    processes: "ps",
    switch: "交换机",
    timers: "VRRP 计时器",
  },
  nothing: "{host}：{command} 没有输出。",
  noPower: "{host} 没有电。",
  cut: "共 {n} 行，显示前 {shown} 行",
  mac: "MAC",
  port: "端口",
  behind: "接着",
  age: "听到",
  ago: "{time} 秒前",
  network: "交换机 {name}",
  left: "还剩 {time} 秒",
  of: "共 {time} 秒",
  noTimer: "没有调度器在等待。",
};

export const tableWords: Readonly<Record<Language, TableWords>> = { en, zh };
