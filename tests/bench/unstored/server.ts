/**
 * `rides serve` without a store, for measurements of what is above it: `[--node] [--tls FOLDER]`.
 * Says where it listens as `rides serve` does, logs as it does, and serves until it is killed.
 */
import { parseArgs } from "node:util";
import { StderrLog } from "../../../rides/cli/serve/log.ts";
import { createServer } from "../../../rides/server/server.ts";
import { developmentCertificates } from "../../../rides/tls/development.ts";
import { NoStorage } from "./no_storage.ts";

const { values: { node = false, tls: folder } } = parseArgs({
  args: Deno.args,
  options: { node: { type: "boolean" }, tls: { type: "string" } },
});
const certificates = folder === undefined
  ? undefined
  : await developmentCertificates(folder, ["127.0.0.1", "localhost"]);

const { listeners: [listener] } = await createServer({
  listen: ["127.0.0.1:0"],
  transport: node ? "node" : "engine",
  tls: certificates?.server,
  // All of the load comes from one address.
  limits: { maxConnectionsPerAddress: 0 },
  storage: new NoStorage(),
  log: new StderrLog({ logLevel: "info" }).write,
});
// deno-lint-ignore no-console -- whoever starts it reads this
console.log(`listening on 127.0.0.1:${listener!.port} (${certificates ? "tls" : "plaintext"})`);
