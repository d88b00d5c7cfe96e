// What keepalived says on SIGUSR1 and SIGUSR2, and the packet counters that it writes on SIGUSR2
// (K18, K56). The state of its instances, a longer text, has its own file: state-file.ts.
import { writeFile } from "../host/files.ts";
import type { Process } from "../host/process.ts";
import type { System } from "../host/system.ts";
import type { VrrpInstance, VrrpMemory } from "./instance.ts";
import { say, type Voice } from "./log.ts";

const STATISTICS_FILE = "/tmp/keepalived.stats";

/** Each process says so, with the same remark about the user of its scripts. */
export function sayPrinting(system: System, process: Process, voice: Voice, what: string): void {
  say(system, process, voice, `Printing ${what} data for process(${process.pid}) on signal`);
  say(system, process, voice, "Script user 'keepalived_script' does not exist");
}

export function writeStatistics(
  system: System,
  process: Process,
  voice: Voice,
  memory: VrrpMemory,
): void {
  say(system, process, voice, `Printing VRRP stats for process(${process.pid}) on signal`);
  const text = [...memory.instances.values()].map(statisticsOf).join("");
  writeFile(system, STATISTICS_FILE, text);
}

function statisticsOf({ name, counters }: VrrpInstance): string {
  return [
    `VRRP Instance: ${name}`,
    "  Advertisements:",
    `    Received: ${counters.received}`,
    `    Sent: ${counters.sent}`,
    `  Became master: ${counters.becameMaster}`,
    `  Released master: ${counters.releasedMaster}`,
    "  Packet Errors:",
    "    Length: 0",
    `    TTL: ${counters.ttl}`,
    "    Invalid Type: 0",
    `    Advertisement Interval: ${counters.interval}`,
    `    Address List: ${counters.addressList}`,
    "  Authentication Errors:",
    `    Invalid Type: ${counters.authType}`,
    `    Type Mismatch: ${counters.authMismatch}`,
    `    Failure: ${counters.authFailure}`,
    "  Priority Zero:",
    `    Received: ${counters.zeroReceived}`,
    `    Sent: ${counters.zeroSent}`,
    "",
  ].join("\n");
}
