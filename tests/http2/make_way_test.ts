import { ok } from "node:assert/strict";
import { hasCommand, onCore } from "../support/measured_server.ts";
import { fromFileUrl } from "../support/paths.ts";
import { run } from "../support/program.ts";

Deno.test({
  name: "makeWay - on the only core, a thread need not wait until the event loop is made to stop",
  ignore: !hasCommand("taskset"),
  async fn() {
    const program = fromFileUrl(new URL("support/one_core.ts", import.meta.url));
    const line = onCore(0, [Deno.execPath(), "run", "--allow-env", program]);
    const { stdout } = await run(line);
    const [without, withWay] = JSON.parse(stdout) as [number, number];
    ok(withWay < without, `${without} turns without, ${withWay} with it`);
  },
});
