import { Buffer } from "node:buffer";

export interface CorpusCase {
  readonly title: string;
  /** Everything that a client sends. */
  readonly bytes: Buffer;
}

/** The `*.hex` files beside this one: byte streams that once broke a session. */
export function corpus(): CorpusCase[] {
  const folder = new URL(".", import.meta.url);
  return [...Deno.readDirSync(folder)]
    .filter(({ name }) => name.endsWith(".hex"))
    .map(({ name }) => ({
      title: name.slice(0, -".hex".length).replaceAll("_", " "),
      bytes: Buffer.from(Deno.readTextFileSync(new URL(name, folder)).replace(/\s/g, ""), "hex"),
    }))
    .sort((a, b) => a.title < b.title ? -1 : 1);
}
