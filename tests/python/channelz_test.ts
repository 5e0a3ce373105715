/** `channelz_client.py` against `rides serve` with mutual TLS, over both transports. */
import { deepEqual, equal, match } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, ServingProgram } from "../support/program.ts";
import { TRANSPORTS } from "../support/transports.ts";
import { generateStubs, hasPython, runClient, unlessPython } from "./stubs.ts";

Deno.test({
  name: `Python client - finds its own connection in channelz${unlessPython}`,
  ignore: !hasPython,
  async fn(test) {
    await using folder = await TemporaryFolder.make();
    const cwd = folder.path;
    await generateStubs(cwd);
    const client = await rides(["certs", "--certs-dir", ".", "--client", "alice"], { cwd });
    equal(client.code, 0, client.stderr);
    await Deno.writeTextFile(`${cwd}/callers`, "alice admin CN=alice\n");
    const fingerprintOf = async (file: string) =>
      new X509Certificate(await Deno.readTextFile(`${cwd}/${file}`)).fingerprint256
        .replaceAll(":", "").toLowerCase();
    for (const transport of TRANSPORTS) {
      await test.step(`over ${transport}`, async () => {
        const tls = ["--tls", "--certs-dir", ".", "--tls-client-ca", "ca.pem"];
        const auth = ["--auth-certs", "callers", "--channelz"];
        await using serving = await ServingProgram.start(
          [...tls, ...auth, "--transport", transport, "--store", "memory"],
          { cwd },
        );
        const port = ["--port", String(serving.port)];
        const own = ["--cert", `${cwd}/alice.pem`, "--key", `${cwd}/alice-key.pem`];
        const answers = await runClient(
          "channelz_client.py",
          cwd,
          [...port, "--ca", `${cwd}/ca.pem`, ...own],
        );
        const { cipher, ...rest } = Object.fromEntries(answers);
        match(String(cipher), /^TLS_/);
        deepEqual(rest, {
          "bad Start": "INVALID_ARGUMENT",
          "calls": [1, 1],
          "sockets": 1,
          "port": serving.port,
          "streams": 5,
          "messages": [3, 5],
          "server": await fingerprintOf("server.pem"),
          "client": await fingerprintOf("alice.pem"),
        });
      });
    }
  },
});
