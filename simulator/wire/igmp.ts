// IGMPv3 membership reports (RFC 3376 4.2), the only IGMP message of these recordings.
// Left out: sources, for these hosts join and leave whole groups.
import type { Ip } from "./address.ts";
import { hex, readIp, readUint16, readUint8, type WireError } from "./bytes.ts";
import { writeIp, writeUint16 } from "./bytes.ts";
import { checksumError, internetChecksum } from "./checksum.ts";

export const IGMP_PROTOCOL = 2;
/** The type of a version 3 membership report. */
export const IGMP_REPORT = 0x22;
const IGMP_HEADER_LENGTH = 8;
const RECORD_LENGTH = 8;

/** A host joins a group by change-to-exclude and leaves it by change-to-include with no source. */
export const CHANGE_TO_INCLUDE = 3;
export const CHANGE_TO_EXCLUDE = 4;

/** The words of tcpdump for the record types of RFC 3376 4.2.12. */
const RECORD_NAMES = ["", "is_in", "is_ex", "to_in", "to_ex", "allow", "block"];

export interface IgmpReport {
  readonly protocol: "igmp";
  readonly records: readonly { readonly type: number; readonly group: Ip }[];
}

export function igmpLength(report: IgmpReport): number {
  return IGMP_HEADER_LENGTH + RECORD_LENGTH * report.records.length;
}

export function encodeIgmp(report: IgmpReport): Uint8Array {
  const bytes = new Uint8Array(igmpLength(report));
  bytes[0] = IGMP_REPORT;
  writeUint16(bytes, 6, report.records.length);
  report.records.forEach((record, i) => {
    const at = IGMP_HEADER_LENGTH + i * RECORD_LENGTH;
    bytes[at] = record.type;
    writeIp(bytes, at + 4, record.group);
  });
  writeUint16(bytes, 2, internetChecksum(bytes, 0, bytes.length));
  return bytes;
}

export function decodeIgmp(bytes: Uint8Array, start: number, end: number): IgmpReport | WireError {
  if (end - start < IGMP_HEADER_LENGTH) return { error: "IGMP message cut short", at: end };
  const type = readUint8(bytes, start);
  if (type !== IGMP_REPORT) return { error: `unknown IGMP type 0x${hex(type, 2)}`, at: start };
  const count = readUint16(bytes, start + 6);
  if (end - start !== IGMP_HEADER_LENGTH + count * RECORD_LENGTH) {
    return { error: `IGMP report of ${end - start} bytes with ${count} records`, at: start + 6 };
  }
  const wrong = checksumError(bytes, { start, end, at: start + 2 }, "IGMP");
  if (wrong) return wrong;
  const records: { type: number; group: Ip }[] = [];
  for (let at = start + IGMP_HEADER_LENGTH; at < end; at += RECORD_LENGTH) {
    if (readUint16(bytes, at + 1) !== 0 || readUint8(bytes, at + 3) !== 0) {
      return { error: "IGMP record with sources or auxiliary data", at: at + 1 };
    }
    records.push({ type: readUint8(bytes, at), group: readIp(bytes, at + 4) });
  }
  return { protocol: "igmp", records };
}

/** As tcpdump prints what follows the addresses. */
export function describeIgmp(report: IgmpReport, verbose: boolean): string {
  const line = `igmp v3 report, ${report.records.length} group record(s)`;
  if (!verbose) return line;
  const records = report.records.map(
    ({ type, group }) =>
      ` [gaddr ${group} ${RECORD_NAMES[type] || ` [v3-report-#${type}]`}, 0 source(s)]`,
  );
  return line + records.join("");
}
