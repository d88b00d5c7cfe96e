// The door for whoever looks into packets: a frame's bytes, its line as tcpdump prints it, and the
// numbers that its headers carry.
export { isGratuitous } from "./wire/arp.ts";
export { encodeFrame, type Frame } from "./wire/ethernet.ts";
export { icmpNumbers, isIcmpError, type IcmpMessage } from "./wire/icmp.ts";
export type { Ipv4Packet } from "./wire/ipv4.ts";
export { type SeenConnections, tcpdumpLine } from "./wire/summary.ts";
export type { TcpSegment } from "./wire/tcp.ts";
export { type CapturedPacket, encodePcap } from "./wire/pcap.ts";
