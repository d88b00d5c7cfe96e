// Changing one value in a keepalived.conf and nothing else: comments and spacing survive. This is
// what a switch on the page does.
import { parseTree, type Statement } from "./tree.ts";

/**
 * The text with the value of the keyword at `path` replaced: `["vrrp_instance", "advert_int"]`.
 * Undefined when the file has no such line.
 */
export function editValue(
  text: string,
  path: readonly string[],
  value: string,
): string | undefined {
  const place = valueAt(text, path);
  if (place === undefined) return undefined;
  return text.slice(0, place.from) + value + text.slice(place.to);
}

/** The value as it stands in the file. */
export function readValue(text: string, path: readonly string[]): string | undefined {
  const place = valueAt(text, path);
  return place === undefined ? undefined : text.slice(place.from, place.to);
}

function valueAt(text: string, path: readonly string[]): { from: number; to: number } | undefined {
  let statements: readonly Statement[] | undefined = parseTree(text);
  let found: Statement | undefined;
  for (const keyword of path) {
    found = statements?.find((statement) => statement.keyword === keyword);
    statements = found?.block;
  }
  return found?.words[1];
}

/** The addresses in every `virtual_ipaddress` list, without prefix and device. */
export function virtualAddresses(text: string): string[] {
  return parseTree(text)
    .filter(({ keyword }) => keyword === "vrrp_instance")
    .flatMap(({ block }) => block ?? [])
    .filter(({ keyword }) => keyword === "virtual_ipaddress")
    .flatMap(({ block }) => block ?? [])
    .map(({ keyword }) => keyword.split("/")[0] ?? "");
}
