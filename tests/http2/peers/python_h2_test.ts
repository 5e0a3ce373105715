/** python3-h2, an HTTP/2 stack of its own that judges every frame it gets. */
import assert from "node:assert/strict";
import { fromFileUrl } from "../../support/paths.ts";
import { run } from "../../support/program.ts";
import { certificates } from "./support/certificates.ts";
import { InteropServer, type Security } from "./support/interop_server.ts";
import { findPython } from "./support/python.ts";
import { NODE, TARGETS } from "./support/targets.ts";
import { testWith } from "./support/tools.ts";

const CASES: Readonly<Record<string, string>> = {
  alpn: "h2 is chosen over http/1.1",
  refusal: "a TLS client without ALPN is refused",
  settings: "SETTINGS come and are acknowledged",
  ping: "PING comes back with its data",
  small_window: "a window of 100 bytes is kept, and goes on when it opens",
  zero_window: "a window of 0 keeps the message back until SETTINGS open it",
  connection_window: "the connection's window is kept over two streams",
  server_window: "3 MB up pass the server's windows",
  padding: "2 MB up in padded frames leave no window lost",
  frame_size: "3 MB down to a client that takes frames of 1 MB",
  interleaved: "ten requests in turns of 500 bytes are told apart",
  trailers: "a request may end with trailers",
  reset: "after a reset the connection serves on",
  goaway: "after GOAWAY the running call is answered, and the connection ends",
  early_answer: "a call may be answered before the request has ended",
};

/** The cases that a target does not pass, and why. */
const DEVIATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [NODE.name]: { refusal: "Deno's node:http2 serves TLS clients that chose no protocol" },
};

const python = findPython("h2");

for (const { name, transport } of TARGETS) {
  for (const security of ["plaintext", "TLS"] satisfies Security[]) {
    const peers = `python3-h2 on ${name}, ${security}`;
    testWith(python ? undefined : "python3-h2 is missing", `${peers} - frames`, async (context) => {
      await using server = await InteropServer.start({
        transport,
        security,
        serverOptions: { "grpc.max_concurrent_streams": 100 },
      });
      await using files = await certificates.writeFiles();
      const script = fromFileUrl(new URL("./clients/h2_client.py", import.meta.url));
      const ca = security === "TLS" ? files.ca : "";
      const deviations = DEVIATIONS[name] ?? {};
      const wanted = Object.keys(CASES).filter((id) => !deviations[id]).join(" ");
      const port = `${server.port}`;
      const { stdout, stderr } = await run([python!, script, "127.0.0.1", port, ca, wanted]);
      const events = stdout.trim().split("\n").map((line) => JSON.parse(line || "{}"));
      const failures = new Map(events.map(({ case: name, failure }) => [name, failure]));
      for (const [id, criterion] of Object.entries(CASES)) {
        const deviation = deviations[id];
        await context.step({
          name: `${peers} - ${criterion}${deviation ? ` - SKIPPED: ${deviation}` : ""}`,
          ignore: deviation !== undefined,
          fn() {
            assert(failures.has(id), `the client has not come to it: ${stderr}`);
            assert(failures.get(id) === null, failures.get(id));
          },
        });
      }
    });
  }
}
