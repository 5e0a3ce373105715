/** Files that can be sealed: nobody can change them then, not even who has them open to write. */
export class SealableFiles implements Disposable {
  readonly #files: readonly string[];

  /** Whether this user may seal temporary files, and their file system heeds it. */
  static get isAllowed(): boolean {
    if (Deno.build.os !== "linux") return false;
    const path = Deno.makeTempFileSync({ prefix: "rides-test-" });
    try {
      using file = Deno.openSync(path, { write: true });
      using sealable = new SealableFiles([path]);
      sealable.seal();
      file.writeSync(new Uint8Array(1));
      return false;
    } catch (error) {
      return error instanceof Deno.errors.PermissionDenied;
    } finally {
      Deno.removeSync(path);
    }
  }

  constructor(files: readonly string[]) {
    this.#files = files;
  }

  seal(): void {
    if (!this.#chattr("+i")) throw new Error(`Cannot seal ${this.#files}`);
  }

  unseal(): void {
    this.#chattr("-i");
  }

  #chattr(change: "+i" | "-i"): boolean {
    const args = [change, ...this.#files];
    try {
      return new Deno.Command("chattr", { args, stdout: "null", stderr: "null" }).outputSync()
        .success;
    } catch {
      // There is no such command.
      return false;
    }
  }

  [Symbol.dispose](): void {
    this.unseal();
  }
}
