/**
 * What the servers of this run stand on, in a list for the loops of the tests that hold over all of them: the
 * engine, and the runtime's HTTP/2 in `deno task test:node`, by the variable of `rides serve`.
 */
export const TRANSPORTS: readonly ("engine" | "node")[] = Deno.env.get("RIDES_TRANSPORT") === "node"
  ? ["node"]
  : ["engine"];
