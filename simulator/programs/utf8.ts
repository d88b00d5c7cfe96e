// Bytes on the wire are strings of characters 0-255; what people read is text. An incomplete
// character at the end is given back, for its other bytes are still on their way.

export function decodeUtf8(bytes: string): { readonly text: string; readonly rest: string } {
  let text = "";
  for (let i = 0; i < bytes.length;) {
    const first = bytes.charCodeAt(i);
    const length = lengthOf(first);
    if (length === 1) {
      text += bytes[i];
      i++;
      continue;
    }
    if (i + length > bytes.length) return { text, rest: bytes.slice(i) };
    let code = first & (0xff >> (length + 1));
    for (let j = 1; j < length; j++) code = (code << 6) | (bytes.charCodeAt(i + j) & 0x3f);
    text += String.fromCodePoint(Math.min(code, 0x10ffff));
    i += length;
  }
  return { text, rest: "" };
}

function lengthOf(first: number): number {
  if (first >= 0xf0 && first < 0xf8) return 4;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xc0 && first < 0xe0 ? 2 : 1;
}

/** UTF-8 bytes, one character each. */
export function bytesOf(text: string): string {
  return unescape(encodeURIComponent(text));
}
