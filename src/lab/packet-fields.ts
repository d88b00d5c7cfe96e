// A frame's fields by layer, as the packet card shows them.
import type { FrameRecord } from "#sim/index.ts";
import type { Words } from "../i18n/language.ts";

export interface Field {
  /** Tells the same field of two frames. */
  readonly key: string;
  readonly name: string;
  readonly value: string;
}

export interface Layer {
  readonly name: string;
  readonly fields: readonly Field[];
}

const FLAGS = [
  [0x02, "SYN"],
  [0x10, "ACK"],
  [0x01, "FIN"],
  [0x04, "RST"],
  [0x08, "PSH"],
] as const;

export function layersOf({ frame }: FrameRecord, words: Words["lab"]): Layer[] {
  const { payload } = frame;
  const type = payload.protocol === "arp" ? "0x0806 ARP" : "0x0800 IPv4";
  const ethernet: Layer = {
    name: words.ethernet,
    fields: [
      { key: "mac-destination", name: words.fieldDestination, value: frame.destination },
      { key: "mac-source", name: words.fieldSource, value: frame.source },
      { key: "type", name: words.fieldType, value: type },
    ],
  };
  if (payload.protocol === "arp") return [ethernet, arpLayer(payload, words)];
  const ip: Layer = {
    name: "IP",
    fields: [
      { key: "ttl", name: words.fieldTtl, value: String(payload.ttl) },
      { key: "ip-source", name: words.fieldSource, value: payload.source },
      { key: "ip-destination", name: words.fieldDestination, value: payload.destination },
    ],
  };
  return [ethernet, ip, ...transportLayers(payload.payload, words)];
}

type Payload = FrameRecord["frame"]["payload"];
type Arp = Extract<Payload, { protocol: "arp" }>;
type Inner = Extract<Payload, { protocol: "ipv4" }>["payload"];

function arpLayer(arp: Arp, words: Words["lab"]): Layer {
  return {
    name: "ARP",
    fields: [
      { key: "operation", name: words.fieldType, value: arp.operation },
      { key: "sender", name: words.fieldSource, value: arp.senderIp },
      { key: "sender-mac", name: words.fieldIsAt, value: arp.senderMac },
      { key: "target", name: words.fieldAsks, value: arp.targetIp },
    ],
  };
}

function transportLayers(inner: Inner, words: Words["lab"]): Layer[] {
  if (inner.protocol === "tcp") {
    const flags = FLAGS.filter(([bit]) => (inner.flags & bit) !== 0).map(([, name]) => name);
    const ports = `${inner.sourcePort} → ${inner.destinationPort}`;
    return [
      {
        name: "TCP",
        fields: [
          { key: "ports", name: words.fieldPorts, value: ports },
          { key: "flags", name: words.fieldFlags, value: flags.join(", ") },
        ],
      },
    ];
  }
  if (inner.protocol !== "vrrp") return [];
  return [
    {
      name: "VRRP",
      fields: [
        { key: "router", name: words.fieldRouter, value: String(inner.virtualRouterId) },
        { key: "priority", name: words.fieldPriority, value: String(inner.priority) },
        { key: "interval", name: words.fieldInterval, value: `${inner.advertInterval} s` },
        { key: "address", name: words.fieldAddress, value: inner.addresses.join(", ") },
        { key: "password", name: words.fieldPassword, value: inner.password },
      ],
    },
  ];
}
