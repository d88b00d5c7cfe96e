import { expect, test } from "vitest";
import {
  editValue,
  hasStatement,
  insertLine,
  namesAt,
  readValue,
  removeStatement,
  setValue,
  virtualAddresses,
} from "./edit.ts";

const TEXT = `vrrp_instance A { # first
    priority 100   ! keep me
    virtual_ipaddress {
        10.0.0.1/24 dev eth0
    }
}
virtual_server 10.0.0.1 80 {
    real_server 10.0.0.2 80 {
        weight 3
    }
    real_server 10.0.0.3 80 {
        weight 4
    }
}
`;

test("a value is read and replaced, spacing and comments stay", () => {
  expect(readValue(TEXT, ["vrrp_instance", "priority"])).toBe("100");
  expect(editValue(TEXT, ["vrrp_instance", "priority"], "9")).toBe(
    TEXT.replace("priority 100   !", "priority 9   !"),
  );
  expect(editValue(TEXT, ["vrrp_instance", "nopreempt"], "9")).toBeUndefined();
});

test("one of several blocks is named by its first word", () => {
  const path = ["virtual_server", "real_server 10.0.0.3", "weight"];
  expect(readValue(TEXT, path)).toBe("4");
  expect(setValue(TEXT, path, "0")).toBe(TEXT.replace("weight 4", "weight 0"));
  expect(namesAt(TEXT, ["virtual_server", "real_server"])).toEqual(["10.0.0.2", "10.0.0.3"]);
});

test("a line that is not there is written first in its block, and taken out again", () => {
  const longer = setValue(TEXT, ["vrrp_instance", "advert_int"], "2") ?? "";
  expect(longer).toBe(TEXT.replace("    priority", "    advert_int 2\n    priority"));
  expect(removeStatement(longer, ["vrrp_instance", "advert_int"])).toBe(TEXT);
  expect(insertLine(TEXT, ["nothing"], "x")).toBeUndefined();
  const flag = insertLine(TEXT, ["vrrp_instance"], "nopreempt") ?? "";
  expect(hasStatement(flag, ["vrrp_instance", "nopreempt"])).toBe(true);
});

test("a block goes with its braces", () => {
  const left = removeStatement(TEXT, ["virtual_server", "real_server 10.0.0.2"]);
  expect(namesAt(left, ["virtual_server", "real_server"])).toEqual(["10.0.0.3"]);
  expect(left.split("\n")).toHaveLength(TEXT.split("\n").length - 3);
});

test("floating addresses", () => {
  expect(virtualAddresses(TEXT)).toEqual(["10.0.0.1"]);
});
