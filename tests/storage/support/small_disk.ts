import { run } from "../../support/program.ts";
import { TemporaryFolder } from "../../support/paths.ts";

/** A disk of a few MB (tmpfs), with a ballast that can be thrown out. Making one takes root. */
export class SmallDisk implements AsyncDisposable {
  private constructor(private readonly folder: TemporaryFolder) {}

  /** Undefined where this user may not mount. */
  static async mount(megabytes: number, ballastMegabytes: number): Promise<SmallDisk | undefined> {
    const folder = await TemporaryFolder.make();
    const options = ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs"];
    const { code } = await run(["mount", ...options, folder.path])
      .catch(() => ({ code: 1 }));
    if (code !== 0) {
      await folder[Symbol.asyncDispose]();
      return undefined;
    }
    const disk = new SmallDisk(folder);
    await Deno.writeFile(disk.#ballast, new Uint8Array(ballastMegabytes * 1024 * 1024));
    return disk;
  }

  /** Whether this user may mount one. */
  static async isPossible(): Promise<boolean> {
    const disk = await SmallDisk.mount(1, 0);
    await disk?.[Symbol.asyncDispose]();
    return disk !== undefined;
  }

  get path(): string {
    return this.folder.path;
  }

  get #ballast(): string {
    return `${this.path}/ballast`;
  }

  async throwOutBallast(): Promise<void> {
    await Deno.remove(this.#ballast);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run(["umount", "--lazy", this.path]);
    await this.folder[Symbol.asyncDispose]();
  }
}
