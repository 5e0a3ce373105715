import { dirname, join } from "node:path";
import { freePort } from "../../support/free_port.ts";
import { available } from "../../support/tools.ts";
import type { Target } from "./conformance.ts";
import { FILES, TRAILER } from "./site.ts";

const HOST = "127.0.0.1";

/** nghttp2's example server, by which the suite itself is checked. */
export const nghttpd: Target & { readonly isInstalled: boolean } = {
  name: "nghttpd",

  isInstalled: available("nghttpd", "--version"),

  async start() {
    const directory = await Deno.makeTempDir();
    for (const [path, content] of FILES) {
      const file = join(directory, path.endsWith("/") ? "index.html" : path);
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeFile(file, content);
    }
    // nghttpd takes no port 0.
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
