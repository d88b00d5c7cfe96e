// Which blocks keepalived takes by their names, and what it says of one when it ends: names that are
// missing, wrong or taken (K197, K198), blocks without what they must hold (K208).
import type { Statement } from "./tree.ts";
import { isAddress, numberFault } from "./value-shapes.ts";

/** What comes of a block's beginning or end. */
export interface Verdict {
  readonly lines: readonly string[];
  /** Its inside is passed over. */
  readonly skipped?: boolean;
  /** A parameter is missing at this word, counted from 1: the process exits. */
  readonly missingWord?: number;
  /** The real one dies of a segmentation fault here (K145). */
  readonly crashes?: boolean;
}

const TAKEN: Verdict = { lines: [] };

/** Blocks whose name is a parameter that must be there. */
const NAMED = ["vrrp_script", "vrrp_track_process", "track_file", "vrrp_track_file"];
const NAMELESS: Readonly<Record<string, string>> = {
  vrrp_instance: "vrrp_instance must have a name",
  vrrp_sync_group: "vrrp_sync_group must have a name - skipping",
  track_group: "track_group must have a name - skipping",
};
const DISTINCT: Readonly<Record<string, string>> = {
  vrrp_instance: "vrrp instance",
  vrrp_sync_group: "vrrp sync group",
};

/** `taken`: names of blocks so far, as "keyword name"; the block's own is added. */
export function blockBegins({ keyword, words }: Statement, taken: Set<string>): Verdict {
  const names = words.slice(1).map(({ text }) => text);
  const [name] = names;
  if (keyword === "virtual_server") return virtualServerBegins(names);
  if (keyword === "real_server") return realServerBegins(names);
  if (keyword in NAMELESS && names.length !== 1) return skip(NAMELESS[keyword] ?? "");
  if (keyword === "bfd_instance" && name === undefined) return { lines: [], crashes: true };
  if (name === undefined) {
    return NAMED.includes(keyword) || keyword === "virtual_server_group"
      ? { lines: [], missingWord: 2 }
      : TAKEN;
  }
  const key = `${keyword} ${name}`;
  if (taken.has(key) && keyword in DISTINCT) {
    return skip(`${DISTINCT[keyword] ?? ""} ${name} already defined`);
  }
  taken.add(key);
  return TAKEN;
}

function skip(...lines: string[]): Verdict {
  return { lines, skipped: true };
}

function virtualServerBegins([address, port]: readonly string[]): Verdict {
  if (address === undefined) return { lines: [], missingWord: 2 };
  if (address === "group") return port === undefined ? { lines: [], missingWord: 3 } : TAKEN;
  if (address === "fwmark") {
    if (port === undefined) return { lines: [], crashes: true };
    const fault = rangeFault(port, 0, 4_294_967_295);
    if (fault === undefined) return TAKEN;
    return skip(fault, `virtual server fwmark '${port}' must be in [0, 4294967295] - ignoring`);
  }
  if (!isAddress(address)) {
    return skip(`Invalid virtual server IP address${shown(address, port)} - skipping`);
  }
  const fault = port === undefined ? undefined : rangeFault(port, isZero(port) ? 0 : 1, 65_535);
  if (fault === undefined) return TAKEN;
  return skip(fault, `Invalid virtual server IP address/port ${address}/${port ?? ""} - skipping`);
}

function shown(address: string, port: string | undefined): string {
  return port === undefined ? ` ${address}` : `/port ${address}/${port}`;
}

function realServerBegins([address, port]: readonly string[]): Verdict {
  if (address === undefined) return { lines: [], missingWord: 2 };
  const text = `Invalid real server ip address/port ${address}/${port ?? "(null)"} - skipping`;
  const fault = port === undefined ? undefined : rangeFault(port, isZero(port) ? 0 : 1, 65_535);
  if (fault !== undefined) return skip(fault, text);
  return isAddress(address) ? TAKEN : skip(text);
}

function isZero(text: string): boolean {
  return /^0+$/.test(text);
}

function rangeFault(text: string, min: number, max: number): string | undefined {
  return numberFault(text, "unsigned", [min, max])?.line;
}

/** What is said where a block closes. */
export function blockEnds({ keyword, words, block = [] }: Statement): Verdict {
  const name = words[1]?.text ?? "";
  const has = (inner: string): boolean => block.some((each) => each.keyword === inner);
  switch (keyword) {
    case "vrrp_script":
      return block.some((each) => each.keyword === "script" && (each.words[1]?.text ?? "") !== "")
        ? TAKEN
        : { lines: [`No script set for vrrp_script ${name} - removing`] };
    case "vrrp_track_process":
      return has("process")
        ? TAKEN
        : { lines: [`track process '${name}' process name not specified`] };
    case "track_file":
    case "vrrp_track_file":
      return has("file") ? TAKEN : { lines: [`No file set for track_file ${name} - ignoring`] };
    case "virtual_server_group":
      return block.some(isGroupEntry)
        ? TAKEN
        : { lines: [`virtual server group ${name} has no entries - removing`] };
    case "url":
      return has("path") ? TAKEN : { lines: ["HTTP/SSL_GET checker url has no path - ignoring"] };
    case "HTTP_GET":
    case "SSL_GET":
      return hasUrl(block)
        ? TAKEN
        : { lines: ["HTTP/SSL_GET checker has no urls specified - ignoring"], crashes: true };
    case "MISC_CHECK":
      return block.some((each) => each.keyword === "misc_path" && each.words.length > 1)
        ? TAKEN
        : { lines: ["No script path has been specified for MISC_CHECKER - skipping"] };
    case "FILE_CHECK":
      return has("track_file")
        ? TAKEN
        : { lines: ["FILE_CHECK has no track_file specified - ignoring"] };
    case "vrrp_instance": {
      const isGiven = block.some(
        (each) =>
          each.keyword === "unicast_ttl" &&
          /^(1?\d?\d|2[0-4]\d|25[0-5])$/.test(each.words[1]?.text ?? ""),
      );
      const isLost = isGiven && !has("unicast_peer");
      const text = "Cannot use unicast_ttl without unicast peers - resetting";
      return isLost ? { lines: [`(${name}): ${text}`] } : TAKEN;
    }
    case "garp_group": {
      const isSet = has("garp_interval") || has("gna_interval");
      return isSet ? TAKEN : { lines: ["garp group 0 does not have any delay set - removing"] };
    }
    case "bfd_instance": {
      const text = `BFD instance ${name} has no neighbor address set, disabling instance`;
      const isSet = has("neighbor_ip") || has("neighbour_ip");
      return isSet ? TAKEN : { lines: [`Configuration error: ${text}`] };
    }
    default:
      return TAKEN;
  }
}

function isGroupEntry({ words }: Statement): boolean {
  const [first = "", second = ""] = words.map(({ text }) => text);
  if (first === "fwmark") return numberFault(second, "unsigned") === undefined;
  const [address = "", end = "0", more] = first.split("-");
  return isAddress(address) && Number(end) <= 255 && more === undefined && /^\d*$/.test(second);
}

function hasUrl(block: readonly Statement[]): boolean {
  return block.some(
    (each) => each.keyword === "url" && each.block?.some(({ keyword }) => keyword === "path"),
  );
}
