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

test("checkers act, but for BFD_CHECK; who only tracks a file by VRRP is told", () => {
  const checker = (name: string): string => `${name} {\n }\n`;
  const names = "SMTP_CHECK DNS_CHECK UDP_CHECK PING_CHECK FILE_CHECK BFD_CHECK".split(" ");
  const text = `track_file F1 {
  file /tmp/f1
}
virtual_server 10.0.0.1 80 {
  real_server 10.0.0.2 80 {
    ${names.map(checker).join("")}
  }
}
vrrp_instance VI_1 {
  track_file {
    F1
  }
}
`;
  expect(notActedOn(text).map(({ keyword, reason }) => [keyword, reason])).toEqual([
    ["BFD_CHECK", "bfd"],
    ["track_file", "tracking"],
  ]);
});
