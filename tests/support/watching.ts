import type { ServerOptions } from "../../rides/server/options.ts";
import { openStorage, type Storage } from "../../rides/storage/mod.ts";
import { Serving } from "./serving.ts";

/** A server with its store, which a test can write to. */
export class Watching implements AsyncDisposable {
  private constructor(readonly storage: Storage, readonly serving: Serving) {}

  static async start(options: ServerOptions = {}, spec = "memory"): Promise<Watching> {
    const storage = await openStorage(spec);
    return new Watching(storage, await Serving.start({ ...options, storage }));
  }

  get channel() {
    return this.serving.channel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.serving[Symbol.asyncDispose]();
    await this.storage[Symbol.asyncDispose]();
  }
}
