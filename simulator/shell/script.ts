// A parsed shell script as plain frozen data: a flat list of steps with jumps between them, so that
// "where a shell is" is one number. `parse.ts` makes it, `interpret.ts` walks it.

export interface Script {
  /** The text it was made from: printed in "Killed" messages and complaints. */
  readonly source: string;
  readonly steps: readonly Step[];
}

export type Step =
  | SimpleCommand
  /** `a | b | c`: each stage is a script of its own, run beside the others. */
  | {
      readonly do: "pipeline";
      readonly stages: readonly Script[];
      /** Stages joined to the next by `|&`: their complaints go down the pipe too. */
      readonly merged: readonly boolean[];
      readonly line: number;
    }
  | { readonly do: "background"; readonly script: Script; readonly line: number }
  | { readonly do: "subshell"; readonly script: Script; readonly line: number }
  /** Around `time a | b`: remembers the moment, then says how long it took. */
  | { readonly do: "time"; readonly begins: boolean }
  /** With `set -e`, a command that failed ends the shell. */
  | { readonly do: "check" }
  /** `!`: success becomes failure. */
  | { readonly do: "negate" }
  | { readonly do: "jump"; readonly to: number }
  /** Jumps when the last command succeeded (`success`) or failed. */
  | { readonly do: "jump-on"; readonly success: boolean; readonly to: number }
  /** Begins a loop: `continue` goes to step `next`, `break` to step `end`, an "end-loop". */
  | {
      readonly do: "loop";
      readonly name: string | undefined;
      /** What `for` walks; undefined with a name means the positional parameters. */
      readonly words: readonly Word[] | undefined;
      readonly next: number;
      readonly end: number;
      readonly line: number;
    }
  /** `for`: the next value into the variable, or on to the loop's end. */
  | { readonly do: "next-item" }
  /** Keeps the body's status, which is the loop's when it ends. */
  | { readonly do: "body-done"; readonly to: number }
  | { readonly do: "end-loop" }
  | {
      readonly do: "case";
      readonly subject: Word;
      readonly branches: readonly { readonly patterns: readonly Word[]; readonly to: number }[];
      readonly otherwise: number;
      readonly line: number;
    }
  | { readonly do: "test"; readonly expression: TestExpression; readonly line: number }
  | { readonly do: "arithmetic"; readonly expression: Arithmetic; readonly line: number }
  | {
      readonly do: "redirect";
      readonly redirections: readonly Redirection[];
      readonly line: number;
    }
  | { readonly do: "restore" }
  | { readonly do: "define"; readonly name: string; readonly body: Script }
  /** Sets the status to 0: an `if` of which no branch was taken. */
  | { readonly do: "succeed" };

export interface SimpleCommand {
  readonly do: "command";
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
  readonly line: number;
}

export interface Assignment {
  readonly name: string;
  readonly value: Word;
  /** `name+=value`. */
  readonly append: boolean;
}

export type Redirection =
  | { readonly to: "file"; readonly fd: number; readonly target: Word; readonly append: boolean }
  | { readonly to: "input"; readonly fd: number; readonly target: Word }
  /** `&>file`: output and complaints alike. */
  | { readonly to: "both"; readonly target: Word; readonly append: boolean }
  /** `2>&1`; the target "-" closes. */
  | { readonly to: "copy"; readonly fd: number; readonly target: Word }
  /** `<<< word` and here-documents. */
  | { readonly to: "text"; readonly fd: number; readonly text: Word };

export interface Word {
  readonly parts: readonly Part[];
}

/** A quoted part is neither split into fields nor matched against file names. */
export type Part =
  | { readonly part: "text"; readonly text: string; readonly quoted: boolean }
  | Variable
  | { readonly part: "command"; readonly script: Script; readonly quoted: boolean }
  | { readonly part: "arithmetic"; readonly expression: Arithmetic; readonly quoted: boolean };

export interface Variable {
  readonly part: "variable";
  readonly name: string;
  readonly quoted: boolean;
  /** `${#name}`. */
  readonly length: boolean;
  readonly operation: Operation | undefined;
}

export type Operation =
  | { readonly kind: "default"; readonly operator: string; readonly operand: Word }
  | { readonly kind: "remove"; readonly operator: string; readonly pattern: Word }
  | {
      readonly kind: "replace";
      readonly operator: string;
      readonly pattern: Word;
      readonly replacement: Word;
    }
  | { readonly kind: "slice"; readonly offset: Word; readonly length: Word | undefined }
  | { readonly kind: "case"; readonly operator: string };

export type Arithmetic =
  /** A number, a variable's name, or something to expand first (`$x`). */
  | { readonly op: "word"; readonly word: Word }
  | { readonly op: "unary"; readonly operator: string; readonly operand: Arithmetic }
  /** `i++` and `i--`; `++i` is "unary". */
  | { readonly op: "postfix"; readonly operator: string; readonly operand: Arithmetic }
  | {
      readonly op: "binary";
      readonly operator: string;
      readonly left: Arithmetic;
      readonly right: Arithmetic;
    }
  | {
      readonly op: "choice";
      readonly test: Arithmetic;
      readonly yes: Arithmetic;
      readonly no: Arithmetic;
    };

/** What `[[ … ]]` decides. */
export type TestExpression =
  | { readonly test: "unary"; readonly operator: string; readonly operand: Word }
  | {
      readonly test: "binary";
      readonly operator: string;
      readonly left: Word;
      readonly right: Word;
    }
  | { readonly test: "and" | "or"; readonly operands: readonly TestExpression[] }
  | { readonly test: "not"; readonly operand: TestExpression };
