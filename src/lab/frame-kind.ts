// How a frame is drawn: its colour, its line and its glyph, by what it carries.
import { type FrameKind, type FrameRecord, summarizeFrame } from "#sim/index.ts";
import { VIP } from "./view.ts";

export type Drawn = "advert" | "arp-request" | "arp-reply" | "garp" | "request" | "reply" | "check";

const DRAWN: Readonly<Partial<Record<FrameKind, Drawn>>> = {
  vrrp: "advert",
  "arp-request": "arp-request",
  "arp-reply": "arp-reply",
  "gratuitous-arp": "garp",
  "tcp-request": "request",
  "tcp-reply": "reply",
};

export interface Style {
  readonly colour: string;
  readonly dash: string;
}

export const STYLES: Readonly<Record<Drawn, Style>> = {
  advert: { colour: "var(--vrrp)", dash: ".1 8" },
  "arp-request": { colour: "var(--arp)", dash: "8 5" },
  "arp-reply": { colour: "var(--arp)", dash: "8 5" },
  garp: { colour: "var(--arp)", dash: "8 5" },
  request: { colour: "var(--req)", dash: "" },
  reply: { colour: "var(--rep)", dash: "" },
  check: { colour: "var(--chk)", dash: "2 4" },
};

export function drawnAs(record: FrameRecord): Drawn | undefined {
  const kind = DRAWN[summarizeFrame(record.frame).kind];
  const isTcp = kind === "request" || kind === "reply";
  return isTcp && !isForVip(record) ? "check" : kind;
}

function isForVip({ frame }: FrameRecord): boolean {
  const { payload } = frame;
  if (payload.protocol === "arp") return payload.targetIp === VIP || payload.senderIp === VIP;
  return payload.destination === VIP || payload.source === VIP;
}

/**
 * What the front figure stops for: adverts, the first of a burst of gratuitous ARPs, the client's
 * questions about the address, and of a request its first packet each way.
 */
export function isWorthSeeing(record: FrameRecord, before: FrameRecord | undefined): boolean {
  const { payload } = record.frame;
  switch (drawnAs(record)) {
    case "advert":
      return true;
    case "garp": {
      const old = before?.frame.payload;
      return !(
        old?.protocol === "arp" &&
        old.senderIp === old.targetIp &&
        before?.at === record.at
      );
    }
    case "arp-request":
    case "arp-reply":
      return isForVip(record) && payload.protocol === "arp";
    case "request":
    case "reply": {
      if (payload.protocol !== "ipv4" || payload.payload.protocol !== "tcp") return false;
      const { flags, data } = payload.payload;
      const isSyn = (flags & 0x12) === 0x02;
      return isSyn || (data.length > 0 && payload.source === VIP);
    }
    default:
      return false;
  }
}
