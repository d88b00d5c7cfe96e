/** A sentence cut at floating addresses: every second part is one. */
export function partsOf(text: string, vips: readonly string[]): string[] {
  if (vips.length === 0) return [text];
  const any = vips.map((vip) => vip.replaceAll(".", "\\.")).join("|");
  return text.split(new RegExp(`((?<![\\d.])(?:${any})(?!\\d))`));
}
