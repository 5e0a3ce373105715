import { FIX_FLAGS } from "../../domain/fix.ts";

const NAMES: readonly (readonly [bit: number, name: string])[] = [
  [FIX_FLAGS.conflict, "CONFLICT"],
  [FIX_FLAGS.tooFast, "TOO_FAST"],
  [FIX_FLAGS.nullIsland, "NULL_ISLAND"],
];

/** What is odd about a fix, by the names of `rides.v1.PositionFlag` without what they share. */
export function flagNames(flags: number): string[] {
  return NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
}
