import type { Command } from "commander";
import type { AuthOptions } from "../../server/auth/options.ts";
import { fileOption } from "../file_option.ts";

/** The flags that say who may call what. */
export interface AuthFlags {
  authTokens?: string;
}

/** Adds the options of {@linkcode AuthFlags} to a command. */
export function withAuthOptions(command: Command): Command {
  return command.addOption(
    fileOption(
      "--auth-tokens <file>",
      "serve only callers with a token of this file; rides token new makes one",
      "RIDES_AUTH_TOKENS",
    ),
  );
}

/** Who may call what; undefined where everybody may call everything. */
export function authOf({ authTokens }: AuthFlags): AuthOptions | undefined {
  return authTokens === undefined ? undefined : { tokensFile: authTokens };
}
