/** What is for eyes, at a terminal that `script` (util-linux) makes. */
import { equal, match, ok } from "node:assert/strict";
import { RidesClient } from "../../rides/client/client.ts";
import { programLine, run, ServingProgram } from "../support/program.ts";
import { available } from "../support/tools.ts";

const BOLD = "\x1b[1m";
const CYAN = "\x1b[36m";
const RESET = "\x1b[0m";

const DRIVER = "a driver with a long name";

/** What a command writes to a terminal of that width. */
async function atTerminal(columns: number, args: string[], noColor: string): Promise<string> {
  const line = [...programLine(), ...args].join(" ");
  const { stdout } = await run(
    ["script", "-qec", `stty cols ${columns}; ${line}`, "/dev/null"],
    { env: { NO_COLOR: noColor } },
  );
  return stdout.replaceAll("\r", "");
}

Deno.test({
  name: "terminal - a table is coloured unless NO_COLOR is set, and cut at the edge",
  ignore: !available("script", "-qec", "true", "/dev/null"),
  async fn() {
    await using server = await ServingProgram.start(["--store", "memory"]);
    await using client = new RidesClient({ address: server.address });
    await client.rides.create({ carId: 7n, driverId: DRIVER, passengersIds: [], type: "POOL" });
    const list = ["client", "ride", "list", "--address", server.address];
    const coloured = await atTerminal(80, list, "");
    ok(coloured.startsWith(`${BOLD}RIDE${RESET}${" ".repeat(34)}${BOLD}STATE${RESET}`), coloured);
    ok(coloured.includes(`${CYAN}ASSIGNED${RESET}`), coloured);
    const bare = [BOLD, CYAN, RESET].reduce((text, code) => text.replaceAll(code, ""), coloured);
    ok(bare.split("\n").every((line) => line.length <= 80), bare);
    match(bare, /7 {2}a dri.*…\n$/);
    const plain = await atTerminal(200, list, "1");
    equal(plain.includes("\x1b"), false);
    match(plain, new RegExp(`7  ${DRIVER}\n$`));
  },
});

Deno.test({
  name: "terminal - help is shown there, as wide as it is",
  ignore: !available("script", "-qec", "true", "/dev/null"),
  async fn() {
    for (const args of [["--help"], ["help"], [], ["client", "track", "--help"]]) {
      const help = await atTerminal(60, args, "");
      match(help, /^Usage: rides/);
      const [options = ""] = help.split(/\n(?:Examples?|Start here):/);
      ok(options.split("\n").every((line) => line.length <= 60), help);
    }
  },
});
