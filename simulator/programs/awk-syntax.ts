// awk's language as data, as plain data (POSIX awk's grammar). Left out:
// functions of one's own, getline, output to commands.

export type AwkExpression =
  | { readonly is: "number"; readonly value: number }
  | { readonly is: "text"; readonly value: string }
  /** Alone it is a match against the whole line. */
  | { readonly is: "pattern"; readonly source: string }
  | AwkTarget
  | {
      readonly is: "assign";
      readonly to: AwkTarget;
      readonly by: string;
      readonly value: AwkExpression;
    }
  | { readonly is: "step"; readonly to: AwkTarget; readonly by: 1 | -1; readonly isBefore: boolean }
  | {
      readonly is: "binary";
      readonly by: string;
      readonly left: AwkExpression;
      readonly right: AwkExpression;
    }
  | { readonly is: "unary"; readonly by: "!" | "-" | "+"; readonly value: AwkExpression }
  | {
      readonly is: "choose";
      readonly test: AwkExpression;
      readonly yes: AwkExpression;
      readonly no: AwkExpression;
    }
  | { readonly is: "in"; readonly key: readonly AwkExpression[]; readonly array: string }
  | { readonly is: "call"; readonly name: string; readonly args: readonly AwkExpression[] };

/** What can be assigned to. */
export type AwkTarget =
  | { readonly is: "variable"; readonly name: string }
  | { readonly is: "element"; readonly array: string; readonly key: readonly AwkExpression[] }
  | { readonly is: "field"; readonly index: AwkExpression };

export type AwkStatement =
  | { readonly do: "expression"; readonly value: AwkExpression }
  | {
      readonly do: "print";
      readonly isFormatted: boolean;
      readonly values: readonly AwkExpression[];
      readonly to: { readonly appends: boolean; readonly path: AwkExpression } | undefined;
    }
  | {
      readonly do: "if";
      readonly test: AwkExpression;
      readonly yes: AwkStatement;
      readonly no: AwkStatement | undefined;
    }
  | {
      readonly do: "loop";
      readonly first: AwkStatement | undefined;
      readonly test: AwkExpression | undefined;
      readonly next: AwkStatement | undefined;
      readonly body: AwkStatement;
      /** `do … while`: the body comes before the test. */
      readonly bodyFirst: boolean;
    }
  | {
      readonly do: "each";
      readonly name: string;
      readonly array: string;
      readonly body: AwkStatement;
    }
  | { readonly do: "block"; readonly statements: readonly AwkStatement[] }
  | { readonly do: "next" | "break" | "continue" }
  | { readonly do: "exit"; readonly code: AwkExpression | undefined }
  | {
      readonly do: "delete";
      readonly array: string;
      readonly key: readonly AwkExpression[] | undefined;
    };

export interface AwkRule {
  readonly when: "BEGIN" | "END" | "line";
  readonly from: AwkExpression | undefined;
  /** The end of a range. */
  readonly to: AwkExpression | undefined;
  readonly body: AwkStatement | undefined;
}

export interface AwkProgram {
  readonly rules: readonly AwkRule[];
}

export const AWK_FUNCTIONS: readonly string[] =
  "length substr index split sub gsub match tolower toupper sprintf int sqrt systime".split(" ");
