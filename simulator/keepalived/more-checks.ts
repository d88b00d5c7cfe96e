// The checkers that few files have. They stand apart, so that a page's first figure is light.
import type { CheckKinds } from "./checker.ts";
import { fileCheck } from "./check-file.ts";
import { miscCheck } from "./check-misc.ts";
import { pingCheck } from "./check-ping.ts";
import { smtpCheck } from "./check-smtp.ts";
import { dnsCheck, udpCheck } from "./check-udp.ts";

export const moreChecks: CheckKinds = {
  DNS_CHECK: dnsCheck,
  FILE_CHECK: fileCheck,
  MISC_CHECK: miscCheck,
  PING_CHECK: pingCheck,
  SMTP_CHECK: smtpCheck,
  UDP_CHECK: udpCheck,
};
