import { FileWatch } from "../../files/file_watch.ts";
import type { Fields, Log } from "../../server/log.ts";

/** Something that was read from files at startup, and that a running server can read again. */
export interface Reloadable {
  /** What it is, as the log calls it: "the certificate". */
  readonly what: string;
  /** The files that it is read from. */
  readonly files: readonly string[];
  /**
   * Reads the files and replaces what was read before.
   *
   * @returns what the log says of it; undefined where nothing has changed
   * @throws if the files hold nothing that can be used; the server then goes on with what it has
   */
  reload(): Promise<Fields | undefined>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const HAS_HANG_UP = Deno.build.os !== "windows";

/**
 * Keeps SIGHUP from ending the process, until it is disposed of: also before there is a {@linkcode Reloader},
 * which reads everything anew when it starts, and while a server waits for another to end.
 */
export function outliveHangUp(): Disposable {
  const outlive = () => {};
  if (HAS_HANG_UP) Deno.addSignalListener("SIGHUP", outlive);
  return {
    [Symbol.dispose]() {
      if (HAS_HANG_UP) Deno.removeSignalListener("SIGHUP", outlive);
    },
  };
}

/**
 * Reloads things when their files change, on SIGHUP, and once a day, since certificates expire by themselves.
 * If something cannot be used, the log says so and the old one stays. Disposing of it ends it.
 */
export class Reloader implements AsyncDisposable {
  readonly #daily: ReturnType<typeof setInterval>;
  readonly #watches: FileWatch[] = [];
  /** Those whose files were no good when they were last read. */
  readonly #bad = new Set<Reloadable>();
  /** One after the other: of two at once, the older one might win. */
  #last: Promise<void> = Promise.resolve();

  private constructor(
    private readonly things: readonly Reloadable[],
    private readonly log: Log,
    everyMs: number,
  ) {
    this.#daily = setInterval(this.#reloadAll, everyMs);
    if (HAS_HANG_UP) Deno.addSignalListener("SIGHUP", this.#onHangUp);
  }

  /**
   * Begins with a reload, since files may have changed after they were read.
   *
   * @param everyMs how often all is reloaded without a cause; default daily
   */
  static async start(
    things: readonly Reloadable[],
    log: Log,
    everyMs: number = DAY_MS,
  ): Promise<Reloader> {
    const reloader = new Reloader(things, log, everyMs);
    for (const thing of things) {
      const watch = await FileWatch.start(thing.files, () => reloader.#reload(thing));
      reloader.#watches.push(watch);
    }
    reloader.#reloadAll();
    return reloader;
  }

  readonly #onHangUp = (): void => {
    this.log("info", "SIGHUP: reading files anew");
    this.#reloadAll();
  };

  readonly #reloadAll = (): void => {
    for (const thing of this.things) this.#reload(thing);
  };

  #reload(thing: Reloadable): void {
    this.#last = this.#last.then(async () => {
      try {
        const fields = await thing.reload();
        const wasBad = this.#bad.delete(thing);
        if (fields) this.log("info", `${thing.what} has been replaced`, fields);
        else if (wasBad) {
          this.log("info", `${thing.what} can be read again; it is still the one in use`);
        }
      } catch (error) {
        this.#bad.add(thing);
        const reason = error instanceof Error ? error.message : String(error);
        this.log("error", `${thing.what} cannot be reloaded; the old one stays`, { reason });
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (HAS_HANG_UP) Deno.removeSignalListener("SIGHUP", this.#onHangUp);
    clearInterval(this.#daily);
    for (const watch of this.#watches) await watch[Symbol.asyncDispose]();
    await this.#last;
  }
}
