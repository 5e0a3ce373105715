/** `limited_client.py` against `rides serve` with a rate. */
import { deepEqual, ok } from "node:assert/strict";
import { TemporaryFolder } from "../support/paths.ts";
import { ServingProgram } from "../support/program.ts";
import { generateStubs, hasPython, runClient, unlessPython } from "./stubs.ts";

Deno.test({
  name: `Python client - reads in a RetryInfo when its call will be taken${unlessPython}`,
  ignore: !hasPython,
  async fn() {
    await using folder = await TemporaryFolder.make();
    await generateStubs(folder.path);
    const rate = ["--rate-per-address", "1", "--rate-burst", "1"];
    await using serving = await ServingProgram.start(rate);
    const port = ["--port", String(serving.port)];
    const answers = await runClient("limited_client.py", folder.path, port);
    const { delay, ...others } = Object.fromEntries(answers);
    deepEqual(others, {
      "refused": "RESOURCE_EXHAUSTED",
      "status": { code: 8, message: true },
      "details": ["google.rpc.RetryInfo"],
      "is RetryInfo": true,
      "again": "trung",
    });
    ok(typeof delay === "number" && delay > 0 && delay <= 1, `${delay} s`);
  },
});
