// Import arrows: src → simulator/index.ts → kernel → wire, and nothing back up.

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      comment:
        "Two files that need each other at run time are one file; types may point both ways. " +
        "The network stack is one layer: a packet on its way out meets IPVS and comes back in.",
      from: { pathNot: "^simulator/(host|ipvs)/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "one-door",
      severity: "error",
      comment:
        "The site reads the simulator through simulator/index.ts, what keepalived thinks of a file " +
        "through simulator/opinionated.ts, a frame's bytes through simulator/packets.ts, " +
        "all programs from their table, " +
        "and how far it agrees with its recordings through simulator/fidelity.ts.",
      from: { path: "^(src|content)/" },
      to: {
        path: "^simulator/",
        pathNot:
          "^simulator/((index|opinionated|editing|printed|packets|scenarios|fidelity)[.]ts|programs/index[.]ts|recordings/.*[.]json)$",
      },
    },
    {
      name: "simulator-knows-no-site",
      severity: "error",
      from: { path: "^simulator/", pathNot: "[.]test[.]ts$" },
      to: { path: "^(src|content|scripts)/" },
    },
    {
      name: "wire-at-the-bottom",
      severity: "error",
      comment: "Packet formats import only each other.",
      from: { path: "^simulator/wire/", pathNot: "[.]test[.]ts$" },
      to: { path: "^simulator/", pathNot: "^simulator/wire/" },
    },
    {
      name: "kernel-imports-nothing-above",
      severity: "error",
      comment:
        "Virtual time runs any world: of the protocols it may know types, never code. " +
        "The switch and the shared connection table are part of the world itself.",
      from: { path: "^simulator/kernel/", pathNot: "[.]test[.]ts$" },
      to: {
        path: "^simulator/",
        pathNot: "^simulator/((kernel|wire)/|switch[.]ts|ipvs/connection-table[.]ts)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "simulator-only-unbash",
      severity: "error",
      from: { path: "^simulator/", pathNot: "([.]test|/test-[a-z]+)[.]ts$" },
      to: { dependencyTypes: ["npm", "npm-dev", "npm-no-pkg", "npm-unknown"], pathNot: "/unbash/" },
    },
    {
      name: "simulator-no-node",
      severity: "error",
      comment: "Only the command lines read files.",
      from: { path: "^simulator/", pathNot: "([.]test[.]ts|simulator/replay[.]ts|cli[.]ts)$" },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: "specify",
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default"] },
  },
};
