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

test("of what a checker may be told, few things are left out", () => {
  const text = `global_defs {
  checker_log_all_failures
}
SSL {
  ca /etc/ca
}
virtual_server 10.0.0.1 80 {
  virtualhost a.org
  real_server 10.0.0.2 80 {
    virtualhost b.org
    HTTP_GET {
      url {
        path /
        virtualhost c.org
        status_code 200
        regex hello
      }
      connect_ip 10.0.0.3
      bindto 10.0.0.4
      fwmark 3
      fast_recovery
      http_protocol 1.0C
    }
    SSL_GET {
      url {
        path /
      }
      enable_sni
    }
    SMTP_CHECK {
      helo_name a
      host {
        connect_port 26
        bind_if eth0
      }
    }
    MISC_CHECK {
      misc_path /bin/true
      misc_dynamic
      user nobody
    }
  }
}
`;
  expect(notActedOn(text).map(({ keyword, reason }) => [keyword, reason])).toEqual([
    ["SSL", "tls"],
    ["regex", "other"],
    ["bindto", "other"],
    ["fwmark", "other"],
    ["enable_sni", "tls"],
    ["bind_if", "other"],
    ["user", "process"],
  ]);
});
