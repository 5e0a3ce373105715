import { equal, ok } from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { parseEntries } from "../../../rides/server/auth/auth_file.ts";
import { parseDigest } from "../../../rides/server/auth/tokens.ts";

Deno.test("parseEntries - lets others have their turn while a long list is read", async () => {
  const digests = Array.from({ length: 20_000 }, (_, i) => i.toString(16).padStart(64, "0"));
  const lines = digests.map((digest, i) => `car-${i} position:write:car=${i + 1} ${digest}\n`);
  let read = 0;
  const reading = parseEntries(lines.join(""), "tokens", parseDigest)
    .then((entries) => read = entries.length);
  let turns = 0;
  for (; read === 0; turns++) await setImmediate();
  await reading;
  equal(read, 20_000);
  ok(turns >= 40, `${turns} turns`);
});
