import { Command, Option } from "commander";
import type { Log } from "../server/log.ts";
import type { ServerOptions } from "../server/options.ts";
import { createServer } from "../server/server.ts";
import { wholeError } from "../server/whole_error.ts";
import { DEFAULT_PORT, formatAddress } from "../wire/address.ts";
import { Interrupted, NotDrained } from "./failure.ts";
import { elsewhereCalled } from "./option_problems.ts";
import { listenAddress, repeated, switchOption } from "./options.ts";
import { print } from "./output.ts";
import {
  type AdminFlags,
  adminOf,
  channelzOf,
  metricsOf,
  openTelemetryOf,
  withAdminOptions,
} from "./serve/admin.ts";
import {
  type AuthFlags,
  authOf,
  servedCallers,
  warnIfOpen,
  withAuthOptions,
} from "./serve/auth.ts";
import { check, tryPorts } from "./serve/check.ts";
import { withConfigFile } from "./serve/config_file.ts";
import { type LimitFlags, limitOption, limitsOf } from "./serve/limits.ts";
import { type LogFlags, StderrLog, withLogOptions } from "./serve/log.ts";
import { outliveHangUp, Reloader } from "./serve/reloader.ts";
import { servedCertificate } from "./serve/served_certificate.ts";
import {
  longestEndMs,
  openStorageOf,
  type ReplacingFlags,
  type StorageFlags,
  withStorageOptions,
} from "./serve/storage.ts";
import { refuseMistypedVariables } from "./serve/mistyped_variables.ts";
import { settingsOf, withSettings } from "./serve/settings.ts";
import { certificateSource, type TlsFlags, withTlsOptions } from "./serve/tls.ts";
import { Systemd } from "./serve/systemd.ts";
import { type SignalName, Signals } from "./signals.ts";

interface ServeFlags
  extends AdminFlags, AuthFlags, LimitFlags, LogFlags, ReplacingFlags, StorageFlags, TlsFlags {
  listen: string[];
  check?: boolean;
  reflection?: boolean;
  requireDeadline?: boolean;
  transport: "engine" | "node";
}

/** `rides serve` */
export function serveCommand(): Command {
  const command = new Command("serve")
    .description("Serve rides until SIGINT or SIGTERM, then let running calls finish.")
    .addOption(
      elsewhereCalled(
        new Option(
          "--listen <address...>",
          "host:port to listen on, [::] for every network; repeatable; port 0 takes a free one",
        )
          .argParser(repeated(listenAddress)).default([`[::]:${DEFAULT_PORT}`]).env("RIDES_LISTEN"),
        ["port", "host", "bind", "addr", "address"],
        (value) => value.replace(/^:?(\d+)$/, "[::]:$1").match(/^.+:\d+$/)?.[0],
      ),
    )
    .addOption(
      switchOption(
        "--reuse-port",
        "let another server listen on the same port, to take over without a gap",
        "RIDES_REUSE_PORT",
      ),
    )
    .addOption(
      switchOption(
        "--reflection",
        "let clients ask for the contracts (default: only without TLS)",
        "RIDES_REFLECTION",
      ),
    )
    .option("--no-reflection", "do not let them")
    .addOption(
      switchOption(
        "--require-deadline",
        "refuse unary calls without a deadline",
        "RIDES_REQUIRE_DEADLINE",
      ),
    )
    .addOption(
      new Option("--transport <transport>", "what carries HTTP/2: our engine, or the runtime's own")
        .choices(["engine", "node"]).default("engine").env("RIDES_TRANSPORT"),
    )
    .addOption(limitOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ rides serve --tls --listen 127.0.0.1:8888 --listen '[::1]:8888'",
    )
    .action((flags: ServeFlags) => flags.check ? check(flags) : serve(flags));
  withAdminOptions(
    withLogOptions(withSettings(withAuthOptions(withStorageOptions(withTlsOptions(command))))),
  );
  return refuseMistypedVariables(withConfigFile(command))
    .option("--check", "report everything that would keep the server from starting, and exit");
}

async function serve(flags: ServeFlags): Promise<void> {
  using _hangUp = outliveHangUp();
  await using stderr = new StderrLog(flags);
  const log = stderr.write;
  const source = certificateSource(flags, log);
  const tls = await source?.load();
  const metrics = metricsOf(flags);
  const options: ServerOptions = {
    listen: flags.listen,
    reusePort: flags.reusePort,
    tls,
    transport: flags.transport,
    admin: adminOf(flags),
    channelz: channelzOf(flags),
    metrics,
    openTelemetry: await openTelemetryOf(),
    auth: authOf(flags),
    limits: limitsOf(flags),
    reflection: flags.reflection,
    requireDeadline: flags.requireDeadline,
    log,
    ...settingsOf({ ...flags }),
  };
  // Before a store is made, which would be left by a server that cannot start.
  await tryPorts(flags);
  await using storage = await openStorageOf(flags, log, metrics?.store);
  const server = await createServer({ ...options, storage });
  using _survival = surviveStrayErrors(log);
  let stoppedBy: SignalName | undefined;
  using signals = new Signals((signal) => {
    stoppedBy = signal;
    void server.shutdown(0);
  });
  const { certificate, callers } = server;
  await using _reloader = await Reloader.start([
    ...(source && tls && certificate ? [servedCertificate(source, tls, certificate, log)] : []),
    ...(callers ? [servedCallers(callers)] : []),
  ], log);
  warnIfOpen(server.listeners, server.admin, flags, log);
  const lines = server.listeners.map(({ secure, ...at }) =>
    `listening on ${formatAddress(at)} (${secure ? "tls" : "plaintext"})`
  );
  for (const line of lines) print("text", line, {});
  if (server.admin) print("text", `admin on http://${formatAddress(server.admin)}`, {});
  await using systemd = await Systemd.open(log);
  systemd.ready(lines.join(", "));
  log("info", `${await signals.first}: draining; a second signal stops at once`);
  systemd.stopping(longestEndMs(flags));
  const cut = await server.shutdown();
  // Whoever takes over has the store before a collector that does not answer is given up.
  await storage[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  log("info", cut === 0 ? "stopped" : `stopped; running calls that were cut: ${cut}`);
  if (stoppedBy) throw new Interrupted(stoppedBy);
  if (cut > 0) throw new NotDrained();
}

/**
 * A stray error, outside of any call, must not end everybody's rides: it is logged in full, and the server
 * carries on.
 */
function surviveStrayErrors(log: Log): Disposable {
  const survive = (event: ErrorEvent | PromiseRejectionEvent) => {
    event.preventDefault();
    const error: unknown = "reason" in event ? event.reason : event.error;
    log("error", "an error outside of every call", { stack: wholeError(error) });
  };
  addEventListener("error", survive);
  addEventListener("unhandledrejection", survive);
  return {
    [Symbol.dispose]() {
      removeEventListener("error", survive);
      removeEventListener("unhandledrejection", survive);
    },
  };
}
