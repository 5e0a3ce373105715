import { eventually } from "./eventually.ts";

/** A disk of a few hundred kilobytes, in memory. Disposing of it unmounts and removes it. */
export class SmallDisk implements AsyncDisposable {
  private constructor(readonly path: string) {}

  /** Whether this user may mount one here. */
  static get isAllowed(): boolean {
    if (Deno.build.os !== "linux") return false;
    const path = Deno.makeTempDirSync({ prefix: "rides-test-" });
    try {
      return mount(path, 1) && sh("umount", path);
    } finally {
      Deno.removeSync(path);
    }
  }

  static async make(kibibytes: number): Promise<SmallDisk> {
    const path = await Deno.makeTempDir({ prefix: "rides-test-" });
    if (!mount(path, kibibytes)) throw new Error(`Cannot mount a tmpfs at ${path}`);
    return new SmallDisk(path);
  }

  /** Takes room, until {@linkcode throwOutBallast}. */
  async takeBallast(kibibytes: number): Promise<void> {
    await Deno.writeFile(`${this.path}/ballast`, new Uint8Array(kibibytes * 1024));
  }

  async throwOutBallast(): Promise<void> {
    await Deno.remove(`${this.path}/ballast`);
  }

  /** From now on nothing on it can be changed; nobody may have a file open to write. */
  makeReadOnly(): void {
    if (!sh("mount", "-o", "remount,ro", this.path)) throw new Error(`${this.path} is in use`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A process that was on it may take a moment to go.
    await eventually("the disk can be unmounted", () => sh("umount", this.path));
    await Deno.remove(this.path);
  }
}

function mount(path: string, kibibytes: number): boolean {
  return sh("mount", "-t", "tmpfs", "-o", `size=${kibibytes}k`, "tmpfs", path);
}

function sh(command: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    // There is no such command.
    return false;
  }
}
