import { Command, InvalidArgumentError, Option } from "commander";
import { hostname } from "node:os";
import { clientCertificate, developmentCertificates, isClientName } from "../tls/development.ts";
import { fileProblem } from "../files/file_problem.ts";
import { TlsFileError } from "../tls/load.ts";
import { CommandError } from "./failure.ts";
import { certsDirOption, formatOption } from "./options.ts";
import { type OutputFormat, print } from "./output.ts";

interface CertsFlags {
  certsDir: string;
  client?: string;
  format: OutputFormat;
}

/** `rides certs` */
export function certsCommand(): Command {
  return new Command("certs")
    .description("Make the development CA and the server's certificate, or one for a client.")
    .addOption(certsDirOption())
    .addOption(
      new Option("--client <name>", "make a certificate for the client of that name")
        .argParser(clientName),
    )
    .addOption(formatOption())
    .addHelpText("after", "\nExample:\n  $ rides certs --client alice")
    .action(certs);
}

async function certs({ certsDir, client, format }: CertsFlags): Promise<void> {
  const { caFile, caFingerprint } = await inFolder(
    certsDir,
    developmentCertificates(certsDir, ownHosts()),
  );
  const made = client === undefined
    ? { certFile: `${certsDir}/server.pem`, keyFile: `${certsDir}/server-key.pem` }
    : await inFolder(certsDir, clientCertificate(certsDir, client));
  print(
    format,
    `CA:          ${caFile}\nSHA-256:     ${caFingerprint}\n` +
      `certificate: ${made.certFile}\nkey:         ${made.keyFile}`,
    { ca: caFile, ca_sha256: caFingerprint, cert: made.certFile, key: made.keyFile },
  );
}

/** What this machine is reached under. */
export function ownHosts(): string[] {
  return [...new Set(["localhost", "127.0.0.1", "::1", hostname().toLowerCase()])];
}

/** Waits for work on files in `folder`; where they cannot be written, says what to do. */
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
