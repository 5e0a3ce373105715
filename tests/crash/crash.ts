/** The long version of the crash test: --rounds N, default 200. Exit code 1 if anything is wrong. */
import { parseArgs } from "node:util";
import { crash } from "./crashes.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "200" } } });
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
let round = 0;
const { problems } = await crash(Number(values.rounds), ({ positions, rides, problems }) => {
  const wrong = problems.length === 0 ? "all there" : problems.join("; ");
  say(`round ${++round}: ${positions} positions and ${rides} rides acknowledged, ${wrong}`);
});
if (problems.length > 0) {
  say(problems.join("\n"));
  Deno.exit(1);
}
