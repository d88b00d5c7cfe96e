// Any file that a command may read, those that the kernel makes under /proc too.
import { ipvsProcFile } from "../ipvs/proc.ts";
import type { Sim } from "../kernel/sim.ts";
import { plainFile, SYSCTL_ROOT } from "./files.ts";
import type { Host } from "./host.ts";
import { arpProcFile, igmpProcFile } from "./net-proc.ts";
import { getSysctl } from "./sysctl.ts";

/** The text of a file, or undefined when there is none. */
export function readFile(host: Host, path: string, sim: Sim): string | undefined {
  if (path.startsWith(SYSCTL_ROOT)) {
    const value = getSysctl(host, path.slice(SYSCTL_ROOT.length).replaceAll("/", "."));
    return value === undefined ? undefined : `${value}\n`;
  }
  if (path === "/proc/net/igmp") return igmpProcFile(host);
  if (path === "/proc/net/arp") return arpProcFile(host);
  if (path.startsWith("/proc/net/ip_vs")) return ipvsProcFile(host, path, sim);
  return plainFile(host, path, sim);
}
