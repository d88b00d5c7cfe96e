// What a virtual_server_group holds (K155): addresses with ports, ranges of them, firewall marks.
import type { ServiceName } from "../ipvs/admin.ts";
import { parseIp } from "../wire/address.ts";
import type { Statement } from "./tree.ts";
import { word } from "./values.ts";
import { numberFault } from "./value-shapes.ts";

export interface GroupAddress {
  readonly address: string;
  /** 0 when it is left out. */
  readonly port: number;
}

/** Undefined: it is none, or not one that keepalived takes. */
export function groupAddress({ words }: Statement): GroupAddress | undefined {
  const [address = "", port = "0"] = words.map(({ text }) => text);
  const [first = "", end = "0", more] = address.split("-");
  const isRange = /^\d+$/.test(end) && Number(end) <= 255 && more === undefined;
  if (parseIp(first) === undefined || !isRange || !/^\d+$/.test(port)) return undefined;
  return { address: first, port: Number(port) };
}

/** A service for each address, those of a range too, and for each mark. */
export function groupServices(
  entries: readonly Statement[],
  protocol: "tcp" | "udp",
): ServiceName[] {
  return entries.flatMap((entry): ServiceName[] => {
    const mark = word(entry) ?? "";
    if (entry.keyword === "fwmark") {
      return markFault(mark) === undefined ? [{ mark: Number(mark) }] : [];
    }
    const first = groupAddress(entry);
    if (first === undefined) return [];
    const start = first.address.split(".").map(Number);
    const end = Number(entry.keyword.split("-")[1] ?? start[3]);
    const octets = Array.from({ length: Math.max(1, end - (start[3] ?? 0) + 1) }, (_, i) => i);
    return octets.map((i) => {
      const address = [...start.slice(0, 3), (start[3] ?? 0) + i].join(".");
      return { protocol, address, port: first.port };
    });
  });
}

export function markFault(mark: string): string | undefined {
  return numberFault(mark, "unsigned", [0, 4_294_967_295])?.line;
}

/** Addresses and marks of the group that a virtual_server names. */
export function groupContents(
  statement: Statement,
  groups: readonly Statement[],
): { readonly addresses: readonly GroupAddress[]; readonly hasMark: boolean } {
  const entries = groups.find((each) => word(each) === word(statement, 2))?.block ?? [];
  return {
    addresses: entries.map(groupAddress).filter((each) => each !== undefined),
    hasMark: entries.some(
      (each) => each.keyword === "fwmark" && markFault(word(each) ?? "") === undefined,
    ),
  };
}
