// What is said of an input by the reader: the words beside Undo.
import type { Input } from "#sim/index.ts";
import { fill } from "../../i18n/language.ts";
import type { LabWords } from "./words.ts";

export function labelOfInput(input: Input, words: LabWords): string {
  const { deeds } = words;
  switch (input.kind) {
    case "command":
      return `${input.host}# ${input.line}`;
    case "interrupt":
      return `${input.host}# ^C`;
    case "link":
      return fill(input.up ? deeds.cableBack : deeds.cable, { host: input.host });
    case "power":
      return fill(input.on ? deeds.powerBack : deeds.power, { host: input.host });
    case "crash":
      return fill(deeds.crash, { host: input.host });
    case "service":
      return fill(input.on ? deeds.start : deeds.stop, { host: input.host });
    case "freeze":
      return fill(input.frozen ? deeds.freeze : deeds.thaw, { host: input.host });
    case "delay":
      return fill(deeds.delay, { host: input.host, ms: input.delayUs / 1000 });
    case "loss":
      return fill(deeds.loss, { host: input.host, share: Math.round(input.share * 100) });
    case "partition":
      return fill(input.protocol === "vrrp" ? deeds.partitionVrrp : deeds.partition, {
        hosts: input.hosts.join(" | "),
      });
    case "heal":
      return deeds.heal;
    case "file":
      return fill(deeds.file, { host: input.host, path: input.path });
  }
}
