import { digestOf, newToken } from "../../rides/server/auth/tokens.ts";
import type { ExchangeOptions } from "./exchange.ts";

/** A file of tokens that a test writes, and the tokens themselves, by the names of their owners. */
export class TokensFile {
  readonly #tokens = new Map<string, string>();

  constructor(readonly path: string) {}

  /** The token of that name; the same each time. */
  token(name: string): string {
    const token = this.#tokens.get(name) ?? newToken();
    this.#tokens.set(name, token);
    return token;
  }

  /** What a call of that name sends. */
  as(name: string): ExchangeOptions {
    return { metadata: { authorization: `Bearer ${this.token(name)}` } };
  }

  /** Writes the file whole: who has which scopes, separated by commas. */
  async write(scopes: Readonly<Record<string, string>>): Promise<this> {
    const lines = Object.entries(scopes)
      .map(([name, scopes]) => `${name} ${scopes} ${digestOf(this.token(name))}\n`);
    await Deno.writeTextFile(this.path, `# Who may call what\n\n${lines.join("")}`, {
      mode: 0o600,
    });
    return this;
  }
}
