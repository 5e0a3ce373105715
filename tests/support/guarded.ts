import type { Channel } from "./exchange.ts";
import { faultyService } from "./faulty_service.ts";
import { TemporaryFolder } from "./paths.ts";
import { Serving } from "./serving.ts";
import { TokensFile } from "./tokens.ts";

/** A server in this process with everything turned on, and a file of tokens: who has which scopes. */
export class Guarded implements AsyncDisposable {
  private constructor(
    readonly folder: TemporaryFolder,
    readonly tokens: TokensFile,
    readonly serving: Serving,
  ) {}

  static async start(scopes: Record<string, string>): Promise<Guarded> {
    const folder = await TemporaryFolder.make();
    const tokens = await new TokensFile(`${folder.path}/tokens`).write(scopes);
    const auth = { tokensFile: tokens.path };
    return new Guarded(
      folder,
      tokens,
      await Serving.start({ auth, reflection: true, channelz: true, services: [faultyService] }),
    );
  }

  get channel(): Channel {
    return this.serving.channel;
  }

  /** Has the server read its file again. */
  reload(): Promise<unknown> | undefined {
    return this.serving.server.callers?.reload();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.serving[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}
