import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { formatScopes, parseScopes, SCOPES_AS_WRITTEN } from "../domain/scope.ts";
import { fileProblem } from "../files/file_problem.ts";
import { isIdentityName } from "../server/auth/auth_file.ts";
import { digestOf, newToken } from "../server/auth/tokens.ts";
import { addToken, readTokens, withdrawLine, withdrawTokens } from "../server/auth/tokens_file.ts";
import { CommandError } from "./failure.ts";
import { mayBeMeant } from "./option_problems.ts";
import { fileOption, formatOption, repeated } from "./options.ts";
import { type OutputFormat, print, show, tell } from "./output.ts";

/** `rides token` */
export function tokenCommand(): Command {
  return new Command("token")
    .description("Make, list and revoke the tokens of rides serve --auth-tokens.")
    .addHelpText("after", "\nExample:\n  $ rides token new alice --scope ride:read,ride:write")
    .addCommand(newCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand());
}

function newCommand(): Command {
  return new Command("new")
    .description(
      "Make a token, and print it only this once. The file of tokens holds only its digest.",
    )
    .addArgument(identity())
    .addOption(
      new Option("--scope <scope>", `what it is for: ${SCOPES_AS_WRITTEN}; repeatable`)
        .argParser(repeated(scope)).makeOptionMandatory(),
    )
    .addOption(
      mayBeMeant(
        fileOption("--file <file>", "add its line to this file; default: print it on stderr"),
      ),
    )
    .addOption(
      fileOption(
        "--out <file>",
        "write the token to this new file, mode 0600, instead of stdout",
      ),
    )
    .addOption(formatOption())
    .addHelpText(
      "after",
      "\nExamples:\n  $ rides token new alice --scope ride:read,ride:write --file tokens " +
        "--out alice.token\n" +
        "  $ rides token new van-7 --scope position:write:car=7 --file tokens",
    )
    .action(makeToken);
}

function listCommand(): Command {
  return new Command("list")
    .description("Print who has a token, and what it is for.")
    .addOption(tokensFileOption())
    .addOption(formatOption())
    .addHelpText("after", "\nExample:\n  $ rides token list --file tokens")
    .action(list);
}

function revokeCommand(): Command {
  return new Command("revoke")
    .description(
      "Remove every token of that name from the file. A running server ends its calls.",
    )
    .addArgument(identity())
    .addOption(tokensFileOption())
    .addOption(formatOption())
    .addHelpText("after", "\nExample:\n  $ rides token revoke alice --file tokens")
    .action(revoke);
}

function tokensFileOption(): Option {
  return mayBeMeant(fileOption("--file <file>", "the file of tokens").makeOptionMandatory());
}

async function makeToken(
  name: string,
  flags: { scope: string[]; file?: string; out?: string; format: OutputFormat },
): Promise<void> {
  const scopes = formatScopes(parseScopes(flags.scope.join(",")));
  const token = newToken();
  const line = `${name} ${scopes} ${digestOf(token)}`;
  const { file, out, format } = flags;
  if (out !== undefined) await writeToken(out, token);
  try {
    if (file !== undefined) await addToken(file, line);
  } catch (error) {
    // No server takes the token, and the next try shall have its file.
    if (out !== undefined) await Deno.remove(out);
    throw error;
  }
  const made = { name, scopes: scopes.split(","), line };
  if (out !== undefined) print(format, `${name}: the token is in ${out}`, made);
  else await handOver(format === "json" ? JSON.stringify({ token, ...made }) : token, file, line);
  if (format === "json") return;
  tell(file === undefined ? line : `${file} has its digest; the token cannot be shown again`);
}

/** A token that nobody has read is not one that somebody could have. */
async function handOver(result: string, file: string | undefined, line: string): Promise<void> {
  let isRead = false;
  try {
    isRead = show(result);
  } finally {
    if (!isRead && file !== undefined) await withdrawLine(file, line);
  }
  if (!isRead) throw new CommandError("Nobody has read the token, so there is none; make another");
}

/** A file that is there may hold the token of somebody else, or be open to others. */
async function writeToken(file: string, token: string): Promise<void> {
  try {
    (await Deno.open(file, { write: true, createNew: true, mode: 0o600 })).close();
    await Deno.writeTextFile(file, `${token}\n`, { create: false }).catch(async (error) => {
      // A full disk leaves a file that has no token.
      await Deno.remove(file);
      throw error;
    });
  } catch (error) {
    const isThere = error instanceof Deno.errors.AlreadyExists;
    const reason = isThere ? "it is there already; give a new file" : fileProblem(error);
    throw new CommandError(`Cannot write the token to ${file}: ${reason}`, { cause: error });
  }
}

async function list({ file, format }: { file: string; format: OutputFormat }): Promise<void> {
  const entries = await readTokens(file);
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  for (const { name, grants } of entries) {
    const scopes = formatScopes(grants);
    print(format, `${name.padEnd(width)}  ${scopes}`, { name, scopes: scopes.split(",") });
  }
}

async function revoke(
  name: string,
  { file, format }: { file: string; format: OutputFormat },
): Promise<void> {
  const revoked = await withdrawTokens(file, name);
  if (revoked === 0) {
    throw new CommandError(`${file} has no token of ${name}; rides token list shows whose it has`);
  }
  print(format, `${name}: revoked ${revoked}`, { name, revoked });
}

function identity(): Argument {
  return new Argument("<name>", "whose token it is").argParser((name: string) => {
    if (isIdentityName(name)) return name;
    throw new InvalidArgumentError("Write up to 64 letters, digits and . _ @ -");
  });
}

function scope(word: string): string {
  try {
    parseScopes(word);
    return word;
  } catch {
    throw new InvalidArgumentError(`Write ${SCOPES_AS_WRITTEN}.`);
  }
}
