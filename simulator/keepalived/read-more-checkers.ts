// The meaning of the checkers that few files have (K131). They stand apart, so that a page's first
// figure is light. Left out: BFD_CHECK.
import type {
  DnsCheckerConfig,
  FileCheckerConfig,
  SmtpCheckerConfig,
  UdpCheckerConfig,
} from "./config.ts";
import type { Common, ReadMore } from "./read-checkers.ts";
import type { Statement } from "./tree.ts";
import { all, integer, last, word } from "./values.ts";

const MAX_COUNT = 2 ** 31 - 1;
const MAX_LENGTH = 65_535;
/** The numbers of DNS question types (RFC 1035, 3596, 4034). */
const QUERY_TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  RRSIG: 46,
  DNSKEY: 48,
};

/** `files` are the track_file blocks of the whole text. */
export function readMoreCheckers(files: readonly Statement[]): ReadMore {
  return (statement, commonOf) => {
    const common = (): Common => commonOf(statement);
    switch (statement.keyword) {
      case "PING_CHECK":
        return [{ type: "PING_CHECK", ...common() }];
      case "UDP_CHECK":
        return [readUdp(statement, common())];
      case "DNS_CHECK":
        return [readDns(statement, common())];
      case "SMTP_CHECK":
        return readSmtp(statement, commonOf);
      case "FILE_CHECK":
        return readFileCheck(statement, common(), files);
      default:
        return [];
    }
  };
}

/** One checker, and one more for each `host` block in it (K159, measured). */
function readSmtp(
  statement: Statement,
  commonOf: (...blocks: Statement[]) => Common,
): SmtpCheckerConfig[] {
  const helo = word(last(statement.block, "helo_name")) ?? "smtpchecker.keepalived.org";
  const hosts = all(statement.block, "host").map((host) => commonOf(host, statement));
  return [commonOf(statement), ...hosts].map((common) => ({ type: "SMTP_CHECK", ...common, helo }));
}

/** What the lengths and contents of a reply must be counts only where contents are given. */
function readUdp({ block }: Statement, common: Common): UdpCheckerConfig {
  const length = (key: string, byDefault: number): number =>
    integer(last(block, key), { min: 0, max: MAX_LENGTH, default: byDefault });
  const required = last(block, "require_reply");
  return {
    type: "UDP_CHECK",
    ...common,
    payload: hexBytes(last(block, "payload")),
    needsReply: required !== undefined,
    reply: hexBytes(required),
    minimumReply: length("min_reply_length", 0),
    maximumReply: length("max_reply_length", 255),
  };
}

/**
 * "0102 03": the bytes as characters; undefined for anything else. keepalived 2.2.7 refuses a
 * closing "ff", too, and every mask (measured).
 */
export function hexBytes(statement: Statement | undefined): string | undefined {
  const words = statement?.words.slice(1).flatMap(({ text }) => text.trim().split(/\s+/)) ?? [];
  const isHex = words.length > 0 && words.every((each) => /^[\da-f]+$/i.test(each));
  if (!isHex) return undefined;
  const bytes = words.flatMap((each) => each.match(/../g) ?? [each]);
  const codes = bytes.map((each) => Number.parseInt(each, 16));
  return codes.at(-1) === 255 ? undefined : String.fromCharCode(...codes);
}

/** An unknown type stands for SOA, a name with an empty label for the root. */
function readDns({ block }: Statement, common: Common): DnsCheckerConfig {
  const type = word(last(block, "type")) ?? "";
  const queryType = QUERY_TYPES[type] ?? 6;
  const name = word(last(block, "name")) ?? "";
  return { type: "DNS_CHECK", ...common, queryType, name: hasEmptyLabel(name) ? "" : name };
}

/** A first label of one character counts as empty, too (measured). */
function hasEmptyLabel(name: string): boolean {
  return name !== "." && /^.?\.|\.\./.test(name);
}

/** A checker's own weight, else its file's, else 1 (K110). */
function readFileCheck(
  { block }: Statement,
  common: Common,
  files: readonly Statement[],
): FileCheckerConfig[] {
  const name = word(last(block, "track_file"));
  const file = files.find((each) => word(each) === name);
  const path = word(last(file?.block, "file"));
  if (name === undefined || path === undefined) return [];
  const weight = last(block, "weight") ?? last(file?.block, "weight");
  const start = last(file?.block, "init_file");
  const config: FileCheckerConfig = {
    type: "FILE_CHECK",
    ...common,
    alpha: false,
    name,
    path,
    weight: integer(weight, { min: -MAX_COUNT, max: MAX_COUNT, default: 1 }),
    reverse: word(weight, 2) === "reverse",
    initial: start === undefined ? undefined : Number.parseInt(word(start) ?? "0", 10) || 0,
    overwrites: start?.words.some(({ text }) => text === "overwrite") ?? false,
  };
  return [config];
}
