// A command in a page's text that types itself into a figure's terminal.
export const TYPE_COMMAND = "type-command";

export interface TypedCommand {
  readonly host: string;
  readonly line: string;
}
