// sysctl of procps: reads and sets kernel keys (I209). Left out: --system, patterns.
import { readFile } from "../host/read-file.ts";
import type { Host } from "../host/host.ts";
import { getSysctl, setSysctl, sysctlNames } from "../host/sysctl.ts";
import { type Call, immediate, type Output } from "./immediate.ts";
import { resolvePath } from "./directory.ts";

export const sysctl = immediate(5_000, (call) => {
  const { host, args } = call;
  const options = args.filter((arg) => arg.startsWith("-"));
  const letters = options.join("");
  const words = args.filter((arg) => !arg.startsWith("-"));
  if (letters.includes("a")) {
    const lines = sysctlNames(host).map((name) => show(call, name, letters).stdout ?? "");
    return { stdout: lines.join("") };
  }
  if (options.includes("-p")) return loadFile(call, words[0] ?? "/etc/sysctl.conf", letters);
  if (words.length === 0) {
    return { stderr: "sysctl: no variables specified\n", code: 1 };
  }
  const outputs = words.map((word) => {
    const equals = word.indexOf("=");
    if (equals >= 0) return set(call, word.slice(0, equals), word.slice(equals + 1), letters);
    if (letters.includes("w")) {
      return { stderr: "sysctl: command line(0): invalid syntax, continuing...\n", code: 1 };
    }
    return show(call, word, letters);
  });
  return joined(outputs);
});

function joined(outputs: readonly Output[]): Output {
  return {
    stdout: outputs.map(({ stdout = "" }) => stdout).join(""),
    stderr: outputs.map(({ stderr = "" }) => stderr).join(""),
    code: Math.max(0, ...outputs.map(({ code = 0 }) => code)),
  };
}

/** "net/ipv4/ip_forward" and "net.ipv4.ip_forward" are the same key. */
function keyOf(word: string): string {
  return word.trim().replaceAll("/", ".");
}

function show({ host }: Call, word: string, letters: string): Output {
  const key = keyOf(word);
  const value = getSysctl(host, key);
  if (value === undefined) return showAll(host, key, letters) ?? missing(key, letters);
  return { stdout: letters.includes("n") ? `${value}\n` : `${key} = ${value}\n` };
}

/** A directory's name shows all that is in it. */
function showAll(host: Host, prefix: string, letters: string): Output | undefined {
  const names = sysctlNames(host).filter((name) => name.startsWith(`${prefix}.`));
  if (names.length === 0) return undefined;
  const lines = names.map((name) => {
    const value = getSysctl(host, name) ?? "";
    return letters.includes("n") ? `${value}\n` : `${name} = ${value}\n`;
  });
  return { stdout: lines.join("") };
}

function set({ host }: Call, word: string, value: string, letters: string): Output {
  const key = keyOf(word);
  switch (setSysctl(host, key, value)) {
    case "no-such-key":
      return missing(key, letters);
    case "invalid":
      return { stderr: `sysctl: setting key "${key}": Invalid argument\n`, code: 1 };
    case "ok":
      if (letters.includes("q")) return {};
      return { stdout: letters.includes("n") ? `${value}\n` : `${key} = ${value.trim()}\n` };
  }
}

function missing(key: string, letters: string): Output {
  if (letters.includes("e")) return {};
  const path = `/proc/sys/${key.replaceAll(".", "/")}`;
  return { stderr: `sysctl: cannot stat ${path}: No such file or directory\n`, code: 1 };
}

function loadFile(call: Call, name: string, letters: string): Output {
  const text = readFile(call.host, resolvePath(call.process.directory, name), call.sim);
  if (text === undefined) {
    return { stderr: `sysctl: cannot open "${name}": No such file or directory\n`, code: 1 };
  }
  const outputs: Output[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    const plain = line.trim();
    if (plain === "" || plain.startsWith("#") || plain.startsWith(";")) continue;
    const equals = plain.indexOf("=");
    if (equals < 0) {
      const stderr = `sysctl: ${name}(${i + 1}): invalid syntax, continuing...\n`;
      outputs.push({ stderr });
    } else {
      outputs.push(set(call, plain.slice(0, equals), plain.slice(equals + 1), letters));
    }
  }
  return joined(outputs);
}
