/** How fast calls may come, over both transports. */
import { equal, match, ok, rejects } from "node:assert/strict";
import type { CallFailure } from "../../rides/client/call_failure.ts";
import { RidesClient } from "../../rides/client/client.ts";
import { retryAfterMsOf } from "../../rides/wire/error_details.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { Channel, type Ended, type ExchangeOptions } from "../support/exchange.ts";
import { TemporaryFolder } from "../support/paths.ts";
import { RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TokensFile } from "../support/tokens.ts";
import { TRANSPORTS } from "../support/transports.ts";

const { Start } = ridesDefinition;

/** Calls until one is refused, which a rate of one a second must do long before the last. */
async function untilRefused(channel: Channel, options?: ExchangeOptions): Promise<Ended<unknown>> {
  for (let call = 0; call < 1_000; call++) {
    const ended = await channel.call(Start, RIDE, options);
    if (ended.status !== "OK") return ended;
  }
  throw new Error("every call was taken");
}

for (const transport of TRANSPORTS) {
  Deno.test(`ratePerAddress - refuses calls beyond it, and says when to come again (${transport})`, async () => {
    await using serving = await Serving.start({ transport, ratePerAddress: 1, rateBurst: 2 });
    using again = new Channel(serving.port, "127.0.0.1");
    equal((await serving.channel.call(Start, RIDE)).status, "OK");
    const { status, details, trailers } = await untilRefused(serving.channel);
    equal(status, "RESOURCE_EXHAUSTED");
    match(details, /^too many calls of this address; the next one is taken in \d+ ms$/);
    const retryAfterMs = retryAfterMsOf(trailers) ?? NaN;
    ok(retryAfterMs > 0 && retryAfterMs <= 1_000, `${retryAfterMs}`);
    equal(
      (await untilRefused(again)).status,
      "RESOURCE_EXHAUSTED",
      "a new connection is no way out",
    );
  });
}

Deno.test("RidesClient - tells when a call beyond a rate can be made again", async () => {
  await using serving = await Serving.start({ ratePerAddress: 1, rateBurst: 1 });
  await using client = new RidesClient({ address: serving.address });
  await untilRefused(serving.channel);
  await rejects(client.start(RIDE), ({ status, retryAfterMs = 0 }: CallFailure) => {
    return status === "RESOURCE_EXHAUSTED" && retryAfterMs > 0 && retryAfterMs <= 1_000;
  });
});

Deno.test("ratePerIdentity - counts each caller by itself", async () => {
  await using folder = await TemporaryFolder.make();
  const tokens = await new TokensFile(`${folder.path}/tokens`).write({
    alice: "ride:write",
    bob: "ride:write",
  });
  const auth = { tokensFile: tokens.path };
  await using serving = await Serving.start({ auth, ratePerIdentity: 1, rateBurst: 1 });

  const { status, details } = await untilRefused(serving.channel, tokens.as("alice"));
  equal(status, "RESOURCE_EXHAUSTED");
  match(details, /^too many calls of this identity; /);
  equal(
    (await serving.channel.call(Start, RIDE, tokens.as("bob"))).status,
    "OK",
    "on the same connection",
  );
  equal((await serving.channel.call(Start, RIDE)).status, "UNAUTHENTICATED");
});

Deno.test("ratePerAddress - counts calls without a valid credential, so that guessing is slow", async () => {
  await using folder = await TemporaryFolder.make();
  const tokens = await new TokensFile(`${folder.path}/tokens`).write({ alice: "ride:write" });
  const auth = { tokensFile: tokens.path };
  await using serving = await Serving.start({ auth, ratePerAddress: 1, rateBurst: 1 });
  const guesses: string[] = [];
  while (guesses.length < 1_000 && guesses.at(-1) !== "RESOURCE_EXHAUSTED") {
    const metadata = { authorization: `Bearer rides_${guesses.length}` };
    guesses.push((await serving.channel.call(Start, RIDE, { metadata })).status);
  }
  equal(guesses.at(-1), "RESOURCE_EXHAUSTED");
});
