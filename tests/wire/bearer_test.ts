import { equal } from "node:assert/strict";
import { fromHeader, isToken, toHeader } from "../../rides/wire/bearer.ts";

const HEADERS: [header: string, token: string | undefined][] = [
  [toHeader("rides_aZ09-_"), "rides_aZ09-_"],
  ["bearer   a.b~c+d/e==", "a.b~c+d/e=="],
  ["BEARER x", "x"],
  ["Bearer", undefined],
  ["Bearer =", undefined],
  ["Bearer a=b", undefined],
  ["Bearer a b", undefined],
  ["Bearer a, Bearer b", undefined],
  ["Bearer a,Bearer b", undefined],
  [" Bearer a", undefined],
  ["Basic a", undefined],
  ["a", undefined],
];

for (const [header, token] of HEADERS) {
  Deno.test(`fromHeader - ${JSON.stringify(header)} has ${token ?? "no token"}`, () => {
    equal(fromHeader(header), token);
  });
}

Deno.test("isToken - is what a header has room for", () => {
  equal(isToken("a".repeat(8_192)), true);
  equal(isToken("a".repeat(8_193)), false);
});
