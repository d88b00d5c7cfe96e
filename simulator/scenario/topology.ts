// The two ways in which the article's hosts are joined (recordings: "What a host is").
import { inSubnet } from "../wire/address.ts";
import type { Role, Topology } from "./types.ts";

interface Subnet {
  readonly network: string;
  /** The interface that every host has in this network. */
  readonly device: string;
  readonly subnet: string;
}

interface TopologyHost {
  readonly name: string;
  readonly role: Role;
  readonly addresses: readonly string[];
}

interface TopologyTable {
  readonly subnets: readonly Subnet[];
  /** In the order in which their cables are plugged in. */
  readonly hosts: readonly TopologyHost[];
}

const INSIDE: Subnet = { network: "lan", device: "eth1", subnet: "192.168.88.0/24" };
const OUTSIDE: Subnet = { network: "outside", device: "eth0", subnet: "192.168.1.0/24" };

const NODES: readonly TopologyHost[] = [
  { name: "node-1", role: "node", addresses: ["192.168.88.10/24"] },
  { name: "node-2", role: "node", addresses: ["192.168.88.11/24"] },
];

export const TOPOLOGIES: Readonly<Record<Topology, TopologyTable>> = {
  flat: {
    subnets: [INSIDE],
    hosts: [
      { name: "keepalived", role: "director", addresses: ["192.168.88.8/24"] },
      { name: "keepalived-backup", role: "director", addresses: ["192.168.88.9/24"] },
      ...NODES,
      { name: "client", role: "client", addresses: ["192.168.88.2/24"] },
    ],
  },
  "two-subnet": {
    subnets: [OUTSIDE, INSIDE],
    hosts: [
      {
        name: "keepalived",
        role: "director",
        addresses: ["192.168.1.8/24", "192.168.88.8/24"],
      },
      {
        name: "keepalived-backup",
        role: "director",
        addresses: ["192.168.1.9/24", "192.168.88.9/24"],
      },
      ...NODES,
      { name: "client", role: "client", addresses: ["192.168.1.2/24"] },
    ],
  },
};

/** The subnet of a topology to which an address ("192.168.88.12/24") belongs. */
export function subnetOf(topology: Topology, address: string): Subnet | undefined {
  const [ip = ""] = address.split("/");
  return TOPOLOGIES[topology].subnets.find(({ subnet }) => {
    const [network = "", prefix] = subnet.split("/");
    return inSubnet(ip, network, Number(prefix));
  });
}
