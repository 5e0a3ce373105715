import { run } from "./rides/cli/mod.ts";

Deno.exit(await run(Deno.args));
