import { equal, ok } from "node:assert/strict";
import { SharedPieces } from "../../rides/live/shared_pieces.ts";
import type { Subject } from "../../rides/live/subject.ts";

/** All of it that a piece depends on. */
function subject(key: string): Subject {
  return { key, told: { kind: "cars" } } as Subject;
}

Deno.test("SharedPieces - watches of ever other cars, resumed where nothing happens, fill no memory", () => {
  const pieces = new SharedPieces();
  const from = { sequence: 1, offset: 0 };
  const piece = { message: new Uint8Array(1), next: { sequence: 2, offset: 0 } };
  const subjects = Array.from({ length: 10_000 }, (_, index) => subject(`cars ${index}`));
  for (const each of subjects) {
    pieces.add(each, from, piece);
    equal(pieces.find(each, from), piece);
  }
  const kept = subjects.filter((each) => pieces.find(each, from) !== undefined);
  ok(kept.length <= 256, `${kept.length} are kept`);
});
