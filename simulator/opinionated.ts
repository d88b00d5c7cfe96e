// The second door for pages: all that keepalived says of a file. It weighs, so a page opens it when a
// file is about to be changed.
import { notActedOn } from "./keepalived/not-acted.ts";
import { readConfiguration } from "./keepalived/opinions.ts";

export { KEYWORDS, type Diagnostic, type Keyword } from "./keepalived/diagnostics.ts";
export { type KeywordNote, noteOn } from "./keepalived/keyword-notes.ts";
export { notActedOn, readConfiguration };
