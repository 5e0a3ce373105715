import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = new URL("../../", import.meta.url);

/** The path of a file by its URL. */
export function fromFileUrl(url: URL): string {
  return fileURLToPath(url);
}

/** A new empty folder, removed with all that is in it when it is disposed of. */
export class TemporaryFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<TemporaryFolder> {
    return new TemporaryFolder(await Deno.makeTempDir({ prefix: "rides-test-" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
