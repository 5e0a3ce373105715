import { Argument, Command } from "commander";
import { connect, type ConnectionFlags, withConnectionOptions } from "./connection.ts";
import { CommandError } from "./failure.ts";
import { print } from "./output.ts";

/** `rides client health` */
export function healthCommand(): Command {
  const command = new Command("health")
    .description(
      "Ask whether a server is ready for calls (grpc.health.v1); exits 0 if it is, 1 if not, and with 64 " +
        "plus the gRPC code if it cannot be asked.",
    )
    .addArgument(
      new Argument("[service]", "one of its services, such as rides.v1.RideService").default(
        "",
        "all",
      ),
    )
    .addHelpText("after", "\nExample:\n  $ rides client health --timeout 1s");
  return withConnectionOptions(command).action(health);
}

async function health(service: string, flags: ConnectionFlags): Promise<void> {
  await using client = await connect(flags);
  const status = await client.health(service);
  print(flags.format, status, { service, status });
  if (status !== "SERVING") throw new CommandError(`${service || "The server"} is ${status}`);
}
