import { expect, test } from "vitest";
import { notActedOn } from "./not-acted.ts";

test("names what a file asks for and the simulator does not do", () => {
  const text = `global_defs {
  router_id LVS
  enable_snmp_vrrp
}
vrrp_instance VI_1 {
  interface eth0
  use_vmac
  priority 100
  track_bfd {
    B1
  }
}
bfd_instance B1 {
  neighbor_ip 10.0.0.2
}
nonsense
`;
  const found = notActedOn(text);
  expect(found.map(({ keyword, reason }) => [keyword, reason])).toEqual([
    ["enable_snmp_vrrp", "snmp"],
    ["use_vmac", "vmac"],
    ["track_bfd", "bfd"],
    ["bfd_instance", "bfd"],
  ]);
  for (const { keyword, offset } of found) expect(text.startsWith(keyword, offset)).toBe(true);
});
