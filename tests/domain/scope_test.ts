import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  covers,
  coversCar,
  formatScopes,
  parseScopes,
  type Scope,
  SCOPES,
} from "../../rides/domain/scope.ts";

const LARGEST = 2n ** 63n - 1n;

Deno.test("parseScopes - reads what formatScopes writes", () => {
  const plain = fc.constantFrom(...SCOPES);
  const ofCar = fc.bigInt(1n, LARGEST).map((car) => `position:write:car=${car}`);
  const words = fc.array(fc.oneof(plain, ofCar), { minLength: 1 });
  fc.assert(fc.property(words, (words) => {
    const grants = parseScopes(words.join());
    deepEqual(parseScopes(formatScopes(grants)), grants);
  }));
});

const REFUSED = [
  "",
  ",ride:read",
  "ride:read,",
  "ride:read, ride:write",
  "RIDE:READ",
  "ride",
  "constructor",
  "position:read:car=7",
  "position:write:car=",
  "position:write:car=0",
  "position:write:car=-7",
  "position:write:car=07",
  `position:write:car=${LARGEST + 1n}`,
];

for (const text of REFUSED) {
  Deno.test(`parseScopes - refuses ${JSON.stringify(text)}, and does not repeat it`, () => {
    throws(() => parseScopes(text), {
      name: "TypeError",
      message: /^scope [12] is not one of ride:read, ride:write, position:read, position:write, /,
    });
  });
}

Deno.test("covers - a scope covers itself alone, admin all of them", () => {
  for (const granted of SCOPES) {
    const covered = SCOPES.filter((scope: Scope) => covers(parseScopes(granted), scope));
    deepEqual(covered, granted === "admin" ? SCOPES : [granted]);
  }
});

const CARS: [scopes: string, car7: boolean, car8: boolean][] = [
  ["position:write:car=7", true, false],
  ["position:write:car=7,position:write:car=8", true, true],
  ["position:write:car=7,position:write", true, true],
  ["position:write:car=7,admin", true, true],
  ["position:write", true, true],
  ["admin", true, true],
  ["position:read,ride:write", false, false],
];

for (const [scopes, car7, car8] of CARS) {
  Deno.test(`coversCar - ${scopes}`, () => {
    const grants = parseScopes(scopes);
    equal(coversCar(grants, 7n), car7);
    equal(coversCar(grants, 8n), car8);
  });
}
