import { run } from "../../rides/cli/mod.ts";
import type { Finished } from "./program.ts";

/**
 * Runs `rides ARGS` in this process, one at a time, which costs nothing beside a process of its own. It has
 * the rights and the variables of the tests, so that it proves nothing of those, and may leave the timers of
 * grpc-js for a server that cannot be reached.
 */
export async function ridesHere(
  args: readonly string[],
  { stdin = "" }: { readonly stdin?: string } = {},
): Promise<Finished> {
  using _input = new Fed(stdin);
  using stdout = new Captured("stdout");
  using stderr = new Captured("stderr");
  const code = await run(args);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** Has standard input be a text until it is disposed of. */
class Fed implements Disposable {
  constructor(text: string) {
    Object.defineProperty(Deno.stdin, "readable", {
      value: new Blob([text]).stream(),
      configurable: true,
    });
  }

  [Symbol.dispose](): void {
    // Its own, which has the prototype's behind it.
    Reflect.deleteProperty(Deno.stdin, "readable");
  }
}

/** What is written until it is disposed of. */
class Captured implements Disposable {
  text = "";
  readonly #name: "stdout" | "stderr";

  constructor(name: "stdout" | "stderr") {
    if (Object.hasOwn(Deno[name], "writeSync")) throw new Error("rides runs here already");
    this.#name = name;
    Deno[name].writeSync = (bytes) => {
      this.text += new TextDecoder().decode(bytes);
      return bytes.length;
    };
  }

  [Symbol.dispose](): void {
    Reflect.deleteProperty(Deno[this.#name], "writeSync");
  }
}
