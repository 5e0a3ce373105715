import { newToken } from "../../rides/server/auth/tokens.ts";
import { BODIES } from "../bench/bodies.ts";
import { type Attack, borneBut } from "./definition.ts";
import { RawCalls } from "./raw_calls.ts";

const AT_ONCE = 50;

/** Credentials that are no token, each with what a parser may stumble over. */
const GARBAGE: readonly string[] = [
  "",
  "Bearer",
  "Bearer ",
  "Basic cmlkZXM6cmlkZXM=",
  `Bearer ${"A".repeat(4_000)}`,
  "Bearer rides_\x7f\xff",
  "bearer rides_ rides_",
];

/** Tokens at random, as fast as the server says no. Nobody may come in, and nobody else notice. */
export const guessedTokens: Attack = {
  name: "tokens guessed",
  tokens: true,
  async go({ port, until }) {
    await using calls = await RawCalls.open(port);
    const wrong: string[] = [];
    const guess = async (credential: string, ...answers: string[]) => {
      const fields = [["authorization", credential]] as const;
      const answer = await calls.call("/Rides/Start", BODIES.Start(), { fields });
      if (!answers.includes(answer)) wrong.push(`a guess was answered with ${answer}`);
    };
    // A field with a space at its end is a malformed request (RFC 9113, 8.2.1), and reset.
    for (const credential of GARBAGE) await guess(credential, "UNAUTHENTICATED", "reset");
    while (performance.now() < until && wrong.length === 0) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, () => guess(`Bearer ${newToken()}`, "UNAUTHENTICATED")),
      );
    }
    return [borneBut(wrong)];
  },
};
