import type { Command } from "commander";
import type { Log } from "../../server/log.ts";
import type { ServerTls } from "../../server/options.ts";
import { developmentCertificates } from "../../tls/development.ts";
import { loadAuthorities, loadPair } from "../../tls/load.ts";
import { inFolder, newCaNotice, ownHosts } from "../certs.ts";
import { checkCipherSuites } from "../cipher_suites.ts";
import { UsageError } from "../failure.ts";
import { certsDirOption, fileOption, switchOption } from "../options.ts";

/** The flags of TLS. */
export interface TlsFlags {
  readonly tls?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
  readonly tlsClientOptional?: boolean;
  readonly certsDir: string;
}

/** Where a server's certificate comes from; it can be read again at any time. */
export interface CertificateSource {
  /** The file of the certificate. */
  readonly certFile: string;
  /** The file of its private key. */
  readonly keyFile: string;
  /** With mutual TLS: the file of the CA of clients. */
  readonly clientCaFile?: string;
  /** All files that are read. */
  readonly files: readonly string[];
  /**
   * Reads the files. Development certificates that are missing or near their end are made first.
   *
   * @throws {TlsFileError} if a file holds nothing that can be used
   * @throws {CommandError} if the folder of development certificates cannot be written
   */
  load(): Promise<ServerTls>;
}

/** Adds the flags of TLS to a command that serves. */
export function withTlsOptions(command: Command): Command {
  return command
    .optionsGroup("TLS:")
    .addOption(
      switchOption(
        "--tls",
        "serve TLS; makes development certificates unless others are given",
        "RIDES_TLS",
      ),
    )
    .addOption(fileOption("--tls-cert <file>", "certificate, PEM", "RIDES_TLS_CERT"))
    .addOption(fileOption("--tls-key <file>", "its private key, PEM", "RIDES_TLS_KEY"))
    .addOption(
      fileOption(
        "--tls-client-ca <file>",
        "refuse clients without a certificate from this CA",
        "RIDES_TLS_CLIENT_CA",
      ),
    )
    .addOption(
      switchOption(
        "--tls-client-optional",
        "also serve clients without a certificate, which may have tokens",
        "RIDES_TLS_CLIENT_OPTIONAL",
      ),
    )
    .addOption(certsDirOption());
}

/**
 * Where the certificate is that the flags ask for; undefined where they ask for plaintext.
 *
 * @throws {UsageError} if there is a certificate without its key or the other way round, or no cipher
 */
export function certificateSource(flags: TlsFlags, log: Log): CertificateSource | undefined {
  const { tls, tlsCert, tlsKey, tlsClientCa, tlsClientOptional: clientOptional } = flags;
  if (clientOptional && tlsClientCa === undefined) {
    throw new UsageError("--tls-client-optional is for --tls-client-ca: add it, or leave both out");
  }
  if (!tls && !tlsCert && !tlsKey && !tlsClientCa) return undefined;
  checkCipherSuites();
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError("--tls-cert and --tls-key go together: give both, or --tls alone");
  }
  const pair = tlsCert && tlsKey ? given(tlsCert, tlsKey) : development(flags.certsDir, log);
  if (tlsClientCa === undefined) return pair;
  return {
    ...pair,
    clientCaFile: tlsClientCa,
    files: [...pair.files, tlsClientCa],
    // The pair first: if it is a development one, the CA may be made along with it.
    load: async () => ({
      ...await pair.load(),
      clientCa: await loadAuthorities(tlsClientCa),
      clientOptional,
    }),
  };
}

function given(certFile: string, keyFile: string): CertificateSource {
  return {
    certFile,
    keyFile,
    files: [certFile, keyFile],
    load: () => loadPair(certFile, keyFile),
  };
}

function development(folder: string, log: Log): CertificateSource {
  const files = ["ca", "server", "server-key"].map((name) => `${folder}/${name}.pem`);
  let told: string | undefined;
  return {
    certFile: `${folder}/server.pem`,
    keyFile: `${folder}/server-key.pem`,
    files,
    load: async () => {
      const { caFile, caFingerprint, caReplaced, server } = await inFolder(
        folder,
        developmentCertificates(folder, ownHosts()),
      );
      if (caReplaced !== undefined) log("warn", newCaNotice(caFile, caReplaced));
      if (caFingerprint !== told) {
        log("info", `development CA: ${caFile}, SHA-256 ${caFingerprint}`);
        told = caFingerprint;
      }
      return server;
    },
  };
}
