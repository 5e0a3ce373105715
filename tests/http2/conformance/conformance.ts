import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";
import { Connection } from "./connection.ts";
import { describe } from "./frame.ts";
import { ready } from "./state.ts";

/** How many cases run at a time: each has a connection of its own. */
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

/** By the title of a case that a target does not pass: why that is so. */
export type Deviations = Readonly<Record<string, string>>;

/** Runs every case against a target; the ones that fail must be its deviations, no more, no less. */
export async function testConformance(
  context: Deno.TestContext,
  target: Target,
  deviations: Deviations,
): Promise<void> {
  for (const title of Object.keys(deviations)) {
    assert(CASES.some((each) => each.title === title), `no case is titled "${title}"`);
  }
  const failures = await runAll(target);
  for (const { title } of CASES) {
    await context.step(`${target.name}: ${title}`, () => {
      const failure = failures.get(title);
      if (title in deviations) {
        assert(failure, "passes, but is listed as a deviation: take it from the list");
      } else if (failure) {
        throw failure;
      }
    });
  }
  const deviating = Object.entries(deviations).map(([title, reason]) => `\n  ${title}: ${reason}`);
  report(
    `${target.name}: ${CASES.length - failures.size} of ${CASES.length} cases passed, ` +
      `${deviating.length} known deviations${deviating.join("")}`,
  );
}

async function runAll(target: Target): Promise<Map<string, Error>> {
  await using server = await target.start();
  const failures = new Map<string, Error>();
  const waiting = CASES.values();
  const work = async () => {
    for (const each of waiting) {
      const failure = await run(each, server);
      if (failure) failures.set(each.title, failure);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return failures;
}

async function run({ given = ready, send = [], expect }: Case, server: Server) {
  await using connection = await Connection.open(server);
  try {
    await given(connection);
    await connection.send(...send);
    await expect(connection);
  } catch (cause) {
    const received = connection.received.slice(-20).map(describe).join("\n  ");
    return new Error(`${cause instanceof Error ? cause.message : cause}\n  ${received}`, { cause });
  }
}

function report(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
