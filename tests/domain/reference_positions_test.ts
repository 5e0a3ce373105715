import { equal, throws } from "node:assert/strict";
import { InvalidArgument } from "../../rides/domain/failure.ts";
import { REFERENCE_POSITIONS, referencePositions } from "../../rides/domain/reference_positions.ts";
import { validatePosition } from "../../rides/domain/position.ts";

Deno.test("referencePositions - are valid as far as is said, and no further", () => {
  const positions = referencePositions(REFERENCE_POSITIONS + 1);
  const check = () => {
    for (const position of positions) {
      validatePosition(position, Date.now());
      valid++;
    }
  };
  let valid = 0;
  throws(check, InvalidArgument);
  equal(valid, REFERENCE_POSITIONS);
});
