/** The lock file holds no version of a library that is known to be dangerous, however it came in. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ROOT } from "./support/paths.ts";

/** Versions of a package that must not come back. */
interface Affected {
  readonly name: string;
  /** The first that is affected. */
  readonly from: string;
  /** The first that is not any more. */
  readonly before: string;
  readonly because: string;
}

const AFFECTED: readonly Affected[] = [
  {
    name: "@grpc/grpc-js",
    from: "0.0.0",
    before: "1.14.7",
    because: "CVE-2026-48068 and CVE-2026-48069: a peer can crash the process",
  },
  {
    name: "protobufjs",
    from: "0.0.0",
    before: "7.6.1",
    because: "CVE-2026-44288 to 44294 and CVE-2026-48712: a message can crash the process",
  },
  {
    name: "protobufjs",
    from: "8.0.0",
    before: "8.4.1",
    because: "CVE-2026-44288 to 44294 and CVE-2026-48712: a message can crash the process",
  },
];

/** The packages of a lock file, as `name@version`; the version may be followed by those of its peers. */
function packagesOf(lock: string): string[] {
  return Object.keys((JSON.parse(lock) as { npm: Record<string, unknown> }).npm);
}

/** Why packages must not be used; nothing where all may. */
function dangers(packages: readonly string[]): string[] {
  return packages.flatMap((text) => {
    const [, name, version] = /^(.+?)@(\d+\.\d+\.\d+)/.exec(text) ?? [];
    if (!name || !version) throw new TypeError(`${text} is no package with its version`);
    return AFFECTED
      .filter((one) => one.name === name)
      .filter(({ from, before }) => !isBelow(version, from) && isBelow(version, before))
      .map(({ because }) => `${text}: ${because}`);
  });
}

function isBelow(version: string, limit: string): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, part] of limit.split(".").map(Number).entries()) {
    if (parts[index] !== part) return (parts[index] ?? 0) < part;
  }
  return false;
}

Deno.test("deno.lock - holds no version that is known to be dangerous", async () => {
  const packages = packagesOf(await Deno.readTextFile(new URL("deno.lock", ROOT)));
  for (const { name } of AFFECTED) ok(packages.some((text) => text.startsWith(`${name}@`)), name);
  deepEqual(dangers(packages), []);
});

for (
  const [text, isDangerous] of [
    ["@grpc/grpc-js@1.14.6", true],
    ["@grpc/grpc-js@1.9.15", true],
    ["@grpc/grpc-js@1.14.7", false],
    ["protobufjs@6.11.4", true],
    ["protobufjs@7.6.0", true],
    ["protobufjs@7.6.1", false],
    ["protobufjs@7.10.0", false],
    ["protobufjs@8.4.0_long@5.3.2", true],
    ["protobufjs@8.4.1", false],
    ["@grpc/proto-loader@0.8.1_protobufjs@7.5.4", false],
  ] as const
) {
  Deno.test(`deno.lock - ${text} would ${isDangerous ? "" : "not "}be refused`, () => {
    equal(dangers([text]).length > 0, isDangerous);
  });
}
