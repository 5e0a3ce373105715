import { type Command, Option } from "commander";
import { RidesClient } from "../client/client.ts";
import { isExposed } from "../client/token.ts";
import type { ClientTls } from "../client/options.ts";
import { loadAuthorities, loadPair } from "../tls/load.ts";
import { DEFAULT_PORT, parseAddress } from "../wire/address.ts";
import { parseTraceparent } from "../wire/trace_context.ts";
import { checkCipherSuites } from "./cipher_suites.ts";
import { CommandError, UsageError } from "./failure.ts";
import { tokenOf } from "./client_token.ts";
import { elsewhereCalled } from "./option_problems.ts";
import { address, duration, fileOption, formatOption, switchOption } from "./options.ts";
import type { OutputFormat } from "./output.ts";
import { VariableError } from "./variables.ts";

/** What every command of `rides client` takes. */
export interface ConnectionFlags {
  address: string;
  tls?: boolean;
  ca?: string;
  cert?: string;
  key?: string;
  tokenFile?: string;
  plaintextToken?: boolean;
  timeout: number;
  format: OutputFormat;
}

/** Adds the options of {@linkcode ConnectionFlags} to a command. */
export function withConnectionOptions(command: Command): Command {
  return command
    .optionsGroup("Connection:")
    .addOption(
      elsewhereCalled(
        new Option("--address <address>", "host:port of the server").argParser(address)
          .default(`localhost:${DEFAULT_PORT}`).env("RIDES_ADDRESS"),
        ["host", "port", "server", "target", "endpoint"],
        (value) => /^.+:\d+$/.test(value) ? value : undefined,
      ),
    )
    .addOption(switchOption("--tls", "connect with TLS", "RIDES_TLS"))
    .addOption(fileOption("--ca <file>", "the CA to trust, PEM", "RIDES_CA"))
    .addOption(fileOption("--cert <file>", "the client's certificate, PEM", "RIDES_CERT"))
    .addOption(fileOption("--key <file>", "its private key, PEM", "RIDES_KEY"))
    .addOption(
      fileOption(
        "--token-file <file>",
        "the file with the client's token; RIDES_TOKEN is the token itself",
        "RIDES_TOKEN_FILE",
      ),
    )
    .addOption(
      switchOption(
        "--plaintext-token",
        "send the token without TLS even to another machine",
        "RIDES_PLAINTEXT_TOKEN",
      ),
    )
    .addOption(
      new Option("--timeout <duration>", "how long to wait for the server").argParser(duration)
        .default(5_000, "5s").env("RIDES_TIMEOUT"),
    )
    .addOption(formatOption());
}

/** Short, since a person is waiting, who may have got the address or the CA wrong. */
const RETRY = { maxBackoffMs: 300 };

/** A client for what the flags say. */
export async function connect(flags: ConnectionFlags): Promise<RidesClient> {
  const { address, timeout } = flags;
  if (timeout < 1) throw new UsageError("--timeout: give at least 1ms");
  const [tls, token] = await Promise.all([tlsOf(flags), tokenOf(flags)]);
  const exposed = token !== undefined && isExposed(parseAddress(address).host, tls);
  if (exposed && !flags.plaintextToken) {
    throw new UsageError(
      `the token would go to ${address} in plaintext; connect with --tls, or allow it with ` +
        "--plaintext-token",
    );
  }
  const { plaintextToken } = flags;
  const traceparent = callersTrace();
  const options = { address, timeoutMs: timeout, tls, token, plaintextToken, traceparent };
  try {
    return new RidesClient({ ...options, retry: RETRY });
  } catch (error) {
    if (!tls || error instanceof VariableError) throw error;
    const { message } = error as Error;
    throw new CommandError(
      `Cannot set up TLS: ${message}; check GRPC_DEFAULT_SSL_ROOTS_FILE_PATH`,
      { cause: error },
    );
  }
}

/**
 * The trace of whoever runs the program, from the variable TRACEPARENT by OpenTelemetry's convention.
 * Undefined if that is not a valid trace, which is no fault of the command.
 */
function callersTrace(): string | undefined {
  const value = Deno.env.get("TRACEPARENT");
  return parseTraceparent(value) && value;
}

async function tlsOf({ tls, ca, cert, key }: ConnectionFlags): Promise<ClientTls | undefined> {
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError("--cert and --key go together: give both or none");
  }
  if (!tls) {
    if (ca ?? cert) throw new UsageError("--ca, --cert and --key are for TLS: add --tls");
    return undefined;
  }
  checkCipherSuites();
  return {
    ca: ca === undefined ? undefined : await loadAuthorities(ca),
    identity: cert && key ? await loadPair(cert, key) : undefined,
  };
}
