// What keepalived logs when the kernel refuses a change of its table, for somebody else has been at it
// (measured, 2.2.7).
import type { IpvsError } from "../ipvs/admin.ts";

const COMMANDS = { ADD: 1154, DEL: 1156, ADDDEST: 1159, DELDEST: 1160, EDITDEST: 1161 } as const;

export type TableCommand = keyof typeof COMMANDS;

/** `where` is "192.168.88.100:tcp:80", for a server with " -> 192.168.88.10:80" after it. */
export function refusalText(command: TableCommand, error: IpvsError, where: string): string {
  const what = error === "EEXIST" ? existing(command) : missing(command);
  return `IPVS cmd IP_VS_SO_SET_${command}(${COMMANDS[command]}) error: ${what} (${where})`;
}

function existing(command: TableCommand): string {
  return `${command === "ADD" ? "Service" : "Destination"} already exists(17)`;
}

function missing(command: TableCommand): string {
  const isServer = command === "DELDEST" || command === "EDITDEST";
  return isServer ? "No such destination(2)" : "No such file or directory(2)";
}
