// A learning Ethernet switch without spanning tree or IGMP snooping: multicast goes everywhere.
import { isGroupMac, type Mac } from "./wire/address.ts";
import type { Frame } from "./wire/ethernet.ts";

/** How long a learned address is believed without being heard again (Linux bridge: 300 s). */
const AGEING_US = 300_000_000;

export interface Switch {
  readonly name: string;
  /** By port number. A flooded frame leaves by the highest port first, as the recorded bridge. */
  readonly ports: Map<number, SwitchPort>;
  readonly learned: Map<Mac, { port: number; at: number }>;
  walls: readonly Wall[];
}

export interface SwitchPort {
  readonly number: number;
  readonly host: string;
  readonly nic: string;
  /** False when the switch's end of the cable is down. */
  up: boolean;
  /** Extra time a frame from this port's host takes. */
  delayUs: number;
  /** Share of the frames from this port's host that are lost, 0 to 1. */
  loss: number;
}

/** Stops frames from some hosts to others: a partition, of everything or of VRRP alone. */
export interface Wall {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly protocol: "all" | "vrrp";
}

/** Learns the sender's port and gives the ports that the frame leaves by, in that order. */
export function forwardFrame(
  sw: Switch,
  port: number,
  frame: Frame,
  now: number,
): readonly SwitchPort[] {
  if (!isGroupMac(frame.source)) learn(sw, frame.source, port, now);
  if (!isGroupMac(frame.destination)) {
    const known = sw.learned.get(frame.destination);
    if (known !== undefined && now - known.at < AGEING_US) {
      const target = sw.ports.get(known.port);
      const usable = target !== undefined && target.up && target.number !== port;
      return usable ? [target] : [];
    }
  }
  const out = [...sw.ports.values()].filter((other) => other.number !== port && other.up);
  return out.reverse();
}

function learn(sw: Switch, mac: Mac, port: number, now: number): void {
  const known = sw.learned.get(mac);
  if (known === undefined) {
    sw.learned.set(mac, { port, at: now });
  } else {
    known.port = port;
    known.at = now;
  }
}

/** A port whose carrier goes forgets what was learned behind it (I233). */
export function setPortUp(sw: Switch, port: SwitchPort, up: boolean): void {
  port.up = up;
  if (up) return;
  for (const [mac, known] of sw.learned) {
    if (known.port === port.number) sw.learned.delete(mac);
  }
}

/** Whether a wall stands between two hosts for this frame. */
export function isWalled(sw: Switch, from: string, to: string, frame: Frame): boolean {
  if (sw.walls.length === 0) return false;
  const isVrrp = frame.payload.protocol === "ipv4" && frame.payload.payload.protocol === "vrrp";
  return sw.walls.some(
    (wall) =>
      (wall.protocol === "all" || isVrrp) && wall.from.includes(from) && wall.to.includes(to),
  );
}
