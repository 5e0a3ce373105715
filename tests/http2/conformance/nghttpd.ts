import { dirname, join } from "node:path";
import type { Target } from "./conformance.ts";
import { FILES, TRAILER } from "./site.ts";

const HOST = "127.0.0.1";

/** nghttp2's example server, by which the suite itself is checked. */
export const nghttpd: Target & { isInstalled(): Promise<boolean> } = {
  name: "nghttpd",

  async isInstalled() {
    try {
      return (await new Deno.Command("nghttpd", { args: ["--version"] }).output()).success;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  },

  async start() {
    const directory = await Deno.makeTempDir();
    for (const [path, content] of FILES) {
      const file = join(directory, path.endsWith("/") ? "index.html" : path);
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeFile(file, content);
    }
    const port = freePort();
    const child = new Deno.Command("nghttpd", {
      args: [
        "--no-tls",
        "--echo-upload",
        `--trailer=${TRAILER.join(": ")}`,
        `--address=${HOST}`,
        `--htdocs=${directory}`,
        `${port}`,
      ],
      stdout: "null",
    }).spawn();
    await listening(port);
    return {
      host: HOST,
      port,
      async [Symbol.asyncDispose]() {
        await child[Symbol.asyncDispose]();
        await Deno.remove(directory, { recursive: true });
      },
    };
  },
};

/** nghttpd takes no port 0; between this and its start, another process may take the port. */
function freePort(): number {
  using listener = Deno.listen({ hostname: HOST, port: 0 });
  return listener.addr.port;
}

async function listening(port: number): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      (await Deno.connect({ hostname: HOST, port })).close();
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
