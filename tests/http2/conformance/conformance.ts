/**
 * An HTTP/2 server's conformance to RFC 9113 and RFC 7541, shown in raw frames over a socket: one
 * case per rule, in a file per section, run against any server that serves the site.
 */

import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";
import { Connection } from "./connection.ts";
import { describe, type Frame } from "./frame.ts";
import { ready } from "./state.ts";

/** How many cases run at a time, each on a connection of its own. */
const CONCURRENCY = 16;

/** A running server. */
export interface Server extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}

/** A kind of server that serves the site over HTTP/2 in plaintext. */
export interface Target {
  readonly name: string;
  start(): Promise<Server>;
}

/** What a target does otherwise, and the titles of the cases that it does not pass for it. */
export type Deviations = Readonly<Record<string, readonly string[]>>;

/** Runs every case against a target; the ones that fail must be its deviations, no more, no less. */
export async function testConformance(
  context: Deno.TestContext,
  target: Target,
  deviations: Deviations,
): Promise<void> {
  const deviating = new Set(Object.values(deviations).flat());
  for (const title of deviating) {
    assert(CASES.some((each) => each.title === title), `no case is titled "${title}"`);
  }
  const failures = await runAll(target);
  for (const each of CASES) {
    await context.step(`${target.name}: ${each.title}`, () => {
      const failure = failures.get(each);
      if (deviating.has(each.title)) {
        assert(failure, "passes, but is listed as a deviation: take it from the list");
      } else if (failure) {
        throw failure;
      }
    });
  }
  report(
    `${target.name}: ${CASES.length - failures.size} of ${CASES.length} cases passed, ` +
      `${deviating.size} known deviations`,
    ...Object.entries(deviations).flatMap(([reason, titles]) => [
      `  ${reason}:`,
      ...titles.map((title) => `    ${title}`),
    ]),
  );
}

async function runAll(target: Target): Promise<Map<Case, Error>> {
  await using server = await target.start();
  const failures = new Map<Case, Error>();
  const waiting = CASES.values();
  const work = async () => {
    for (const each of waiting) {
      const failure = await run(each, server);
      if (failure) failures.set(each, failure);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return failures;
}

async function run({ given = ready, send = [], expect }: Case, server: Server) {
  let received: readonly Frame[] = [];
  try {
    await using connection = await Connection.open(server);
    received = connection.received;
    await given(connection);
    await connection.send(...send);
    await expect(connection);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return new Error([message, ...received.slice(-20).map(describe)].join("\n  "), { cause });
  }
}

function report(...lines: string[]): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
}
