import { Command, InvalidArgumentError, Option } from "commander";
import { hostname } from "node:os";
import { clientCertificate, developmentCertificates, isClientName } from "../tls/development.ts";
import { fileProblem } from "../files/file_problem.ts";
import { TlsFileError } from "../tls/load.ts";
import { dayOf, type Validity, validityOf } from "../tls/validity.ts";
import { CommandError } from "./failure.ts";
import { mayBeMeant } from "./option_problems.ts";
import { certsDirOption, formatOption } from "./options.ts";
import { type OutputFormat, print, tell } from "./output.ts";

interface CertsFlags {
  certsDir: string;
  client?: string;
  renew?: boolean;
  format: OutputFormat;
}

/** `rides certs` */
export function certsCommand(): Command {
  return new Command("certs")
    .description("Make or renew the development CA and certificates of the server and of clients.")
    .addOption(certsDirOption())
    .addOption(
      mayBeMeant(
        new Option("--client <name>", "make a certificate for the client of that name")
          .argParser(clientName),
        (word) => isClientName(word) ? word : undefined,
      ),
    )
    .option("--renew", "renew the server's certificate, even if it is not near its end")
    .addOption(formatOption())
    .addHelpText("after", "\nExample:\n  $ rides certs --client alice")
    .action(certs);
}

async function certs({ certsDir, client, renew, format }: CertsFlags): Promise<void> {
  const { caFile, caFingerprint, caReplaced } = await inFolder(
    certsDir,
    developmentCertificates(certsDir, ownHosts(), renew),
  );
  if (caReplaced !== undefined) tell(newCaNotice(caFile, caReplaced));
  const made = client === undefined
    ? { certFile: `${certsDir}/server.pem`, keyFile: `${certsDir}/server-key.pem` }
    : await inFolder(certsDir, clientCertificate(certsDir, client));
  const [ca, certificate] = await Promise.all([caFile, made.certFile].map(ends));
  print(
    format,
    `CA:          ${caFile}\nSHA-256:     ${caFingerprint}\ngood until:  ${inWords(ca!)}\n` +
      `certificate: ${made.certFile}\nkey:         ${made.keyFile}\n` +
      `good until:  ${inWords(certificate!)}`,
    {
      ca: caFile,
      ca_sha256: caFingerprint,
      ca_days_left: ca!.daysLeft,
      cert: made.certFile,
      key: made.keyFile,
      not_after: dayOf(certificate!.notAfter),
      days_left: certificate!.daysLeft,
    },
  );
}

async function ends(certFile: string): Promise<Validity> {
  return validityOf(await Deno.readTextFile(certFile));
}

function inWords({ notAfter, daysLeft }: Validity): string {
  return `${dayOf(notAfter)}, ${daysLeft} days`;
}

/** What to tell of a CA that had to be replaced: else clients would find out, and not know why. */
export function newCaNotice(caFile: string, reason: string): string {
  return `${caFile} is a new CA, since ${reason}; give it to every client, and renew their ` +
    "certificates with rides certs --client NAME";
}

/** The names and addresses that this machine is reached under. */
export function ownHosts(): string[] {
  return [...new Set(["localhost", "127.0.0.1", "::1", hostname().toLowerCase()])];
}

/** Waits for work on files in `folder`; if they cannot be written, the error says what to do. */
export async function inFolder<Value>(folder: string, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TlsFileError) throw error;
    throw new CommandError(
      `Cannot keep certificates in ${folder}: ${
        fileProblem(error)
      }; choose another folder with --certs-dir`,
      { cause: error },
    );
  }
}

function clientName(name: string): string {
  if (isClientName(name)) return name;
  throw new InvalidArgumentError(
    "Write up to 64 letters, digits, dots, dashes and underscores; not ca, server or …-key.",
  );
}
