import { equal, ok } from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import { RecentCommits, toLive } from "../../rides/live/recent_commits.ts";
import { fixAt } from "../support/fixes.ts";

const FIXES = 100;

Deno.test("RecentCommits - lets go of a commit that there is no more room for", async () => {
  // Room for two of them, at 600 bytes a fix.
  const recent = new RecentCommits(2 * FIXES * 600, 1);
  const commits = Array.from({ length: 5 }, (_, index) => add(recent, index + 1));
  await collected();
  equal(recent.oldest, 4);
  const kept = commits.map((commit) => commit.deref() !== undefined);
  ok(recent.get(4) && recent.get(5) && !recent.get(3));
  equal(kept.join(), "false,false,false,true,true");
});

/** Adds a commit that nothing else refers to. */
function add(recent: RecentCommits, sequence: number): WeakRef<object> {
  const changes = Array.from({ length: FIXES }, (_, index) => {
    const fix = fixAt(7n, sequence * 1_000 + index);
    return { kind: "fix" as const, carId: fix.carId, fix, before: undefined };
  });
  const commit = toLive({ sequence, changes, latest: [] }, 0);
  recent.add(commit);
  return new WeakRef(commit);
}

/** Resolves after a full collection; what a `WeakRef` was made of lives to the end of its turn. */
async function collected(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  v8.setFlagsFromString("--expose-gc");
  vm.runInNewContext("gc")();
}
