import { deepEqual } from "node:assert/strict";
import { Reloader } from "../../../rides/cli/serve/reloader.ts";
import { eventually } from "../../support/eventually.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { RecordedLog } from "../../support/recorded_log.ts";

/** As good as never, in a test. */
const NEVER_MS = 2 ** 31 - 1;

/** A file that is reloaded, and what it held each time. */
class ReloadedFile implements AsyncDisposable {
  readonly read: string[] = [];
  readonly log = new RecordedLog();
  #reloader: Reloader | undefined;

  private constructor(private readonly folder: TemporaryFolder) {}

  static async start(everyMs = NEVER_MS): Promise<ReloadedFile> {
    const file = new ReloadedFile(await TemporaryFolder.make());
    await Deno.writeTextFile(file.path, "first");
    const thing = { what: "the file", files: [file.path], reload: () => file.#reload() };
    file.#reloader = await Reloader.start([thing], file.log.write, everyMs);
    await eventually("it is read at the start", () => file.read.length >= 1);
    return file;
  }

  get path(): string {
    return `${this.folder.path}/file`;
  }

  async #reload() {
    const text = await Deno.readTextFile(this.path);
    this.read.push(text);
    if (text === "bad") throw new Error("it is bad");
    return text === "same" ? undefined : { text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reloader?.[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

Deno.test({
  name: "reloader - reloads on SIGHUP, without a change",
  ignore: Deno.build.os === "windows",
}, async () => {
  await using file = await ReloadedFile.start();
  Deno.kill(Deno.pid, "SIGHUP");
  await eventually("it is read", () => file.read.length === 2);
  deepEqual(file.read, ["first", "first"]);
});

Deno.test("reloader - reloads now and then without a cause, since time alone can ask for it", async () => {
  await using file = await ReloadedFile.start(5);
  await eventually("it is read again", () => file.read.length >= 3);
});

Deno.test("reloader - tells what is new, what is bad, and nothing where nothing has changed", async () => {
  await using file = await ReloadedFile.start();
  for (const text of ["bad", "same", "last"]) {
    await Deno.writeTextFile(file.path, text);
    await eventually("it is read", () => file.read.at(-1) === text);
  }
  await eventually("the last line", () => file.log.lines.at(-1)?.fields.text === "last");
  const lines = file.log.lines.map(({ level, message, fields }) => ({ level, message, ...fields }));
  const isNew = { level: "info", message: "the file has been replaced" };
  const isBad = { level: "error", message: "the file cannot be reloaded; the old one stays" };
  deepEqual(lines, [
    { ...isNew, text: "first" },
    { ...isBad, reason: "it is bad" },
    { level: "info", message: "the file can be read again; it is still the one in use" },
    { ...isNew, text: "last" },
  ]);
  deepEqual(file.read, ["first", "bad", "same", "last"]);
});

Deno.test("reloader - reads one thing after the other, so that nothing older can win", async () => {
  const read: string[] = [];
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const thing = (what: string, until?: Promise<undefined>) => ({
    what,
    files: [],
    reload: () => (read.push(what), until ?? Promise.resolve(undefined)),
  });
  const things = [thing("the slow one", promise), thing("the next one")];
  await using _reloader = await Reloader.start(things, new RecordedLog().write, NEVER_MS);
  await new Promise((resolve) => setTimeout(resolve));
  deepEqual(read, ["the slow one"]);
  resolve(undefined);
  await eventually("the next one is read", () => read.length === 2);
});
