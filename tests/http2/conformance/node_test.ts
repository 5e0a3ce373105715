import { type Deviations, type Server, testConformance } from "./conformance.ts";

const DEVIATIONS: Deviations = {};

async function start(): Promise<Server> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--allow-env", new URL("./node_server.ts", import.meta.url).href],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    host: "127.0.0.1",
    port: Number(new TextDecoder().decode(value)),
    async [Symbol.asyncDispose]() {
      child.kill();
      await reader.cancel();
      await child.status;
    },
  };
}

Deno.test("HTTP/2 conformance of node:http2", (context) =>
  testConformance(context, { name: "node:http2", start }, DEVIATIONS));
