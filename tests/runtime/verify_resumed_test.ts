import { equal } from "node:assert/strict";
import { createServer } from "../../rides/server/server.ts";
import { issue, makeAuthority } from "../../rides/tls/authority.ts";
import { fromFileUrl, TemporaryFolder } from "../support/paths.ts";
import { available } from "../support/tools.ts";

const PYTHON = "/usr/bin/python3";
const HOSTS = { kind: "server", hosts: ["localhost"] } as const;
const listen = ["127.0.0.1:0"];

/** A client that has a session with a server, and resumes it when it is told to. */
class ResumingClient implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #stdout: ReadableStreamDefaultReader<string>;

  private constructor(args: string[]) {
    const program = fromFileUrl(new URL("fixtures/resuming_client.py", import.meta.url));
    this.#child = new Deno.Command(PYTHON, {
      args: [program, ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#stdin = this.#child.stdin.getWriter();
    this.#stdout = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async start(port: number, version: string, clientPem: string): Promise<ResumingClient> {
    const client = new ResumingClient([`${port}`, version, clientPem]);
    equal(await client.#line(), "ready");
    return client;
  }

  /** Whether the server resumed the session, and whether it spoke to the client then. */
  async resume(): Promise<string> {
    await this.#stdin.write(new TextEncoder().encode("\n"));
    const [resumed, answered] = (await this.#line()).split(" ");
    return `${resumed === "1" ? "resumed" : "not resumed"}, ${
      answered === "1" ? "" : "not "
    }answered`;
  }

  async #line(): Promise<string> {
    let text = "";
    while (!text.endsWith("\n")) {
      const { done, value } = await this.#stdout.read();
      if (done) throw new Error("the client has ended");
      text += value;
    }
    return text.trimEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stdin.close();
    await this.#child.status;
    await this.#stdout.cancel();
  }
}

const CASES = (["engine", "node"] as const).flatMap((transport) =>
  ["TLSv1_2", "TLSv1_3"].flatMap((version) =>
    [false, true].map((clientOptional) => ({ transport, version, clientOptional }))
  )
);

for (const { transport, version, clientOptional } of CASES) {
  const how = `${version}, ${transport}${clientOptional ? ", certificates optional" : ""}`;
  Deno.test({
    name: `a resumed session - is of a client that is trusted today (${how})`,
    ignore: !available(PYTHON, "-c", "import ssl"),
  }, async () => {
    await using folder = await TemporaryFolder.make();
    const [ca, before, after] = [
      await makeAuthority(),
      await makeAuthority(),
      await makeAuthority(),
    ];
    const alice = await issue(before, { kind: "client", name: "alice" });
    const pem = `${folder.path}/alice.pem`;
    await Deno.writeTextFile(pem, alice.cert + alice.key);
    const tls = { ...await issue(ca, HOSTS), clientCa: before.cert, clientOptional };
    await using server = await createServer({ listen, tls, transport });
    await using client = await ResumingClient.start(server.listeners[0]!.port, version, pem);

    equal(await client.resume(), "resumed, answered");
    // Other certificates of the server are no reason to forget its clients.
    server.certificate!.replace({ ...await issue(ca, HOSTS), clientCa: before.cert + ca.cert });
    equal(await client.resume(), "resumed, answered");
    server.certificate!.replace({ ...tls, clientCa: after.cert });
    equal(await client.resume(), "resumed, not answered");
  });
}
