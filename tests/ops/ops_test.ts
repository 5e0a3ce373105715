/** What stands in `ops/`, held to the program and to the tools that read it. */
import { equal, match, ok } from "node:assert/strict";
import { fromFileUrl, ROOT, TemporaryFolder } from "../support/paths.ts";
import { rides, run } from "../support/program.ts";
import { available } from "../support/tools.ts";

const OPS = new URL("ops/", ROOT);
const read = (name: string) => Deno.readTextFile(new URL(name, OPS));

Deno.test("ops/systemd/rides.toml - has options that there are, also those commented out", async () => {
  await using folder = await TemporaryFolder.make();
  const text = await read("systemd/rides.toml");
  const all = text.replaceAll(/^# (?=[\w-]+ = )/gm, "");
  ok(all.includes("\ntls-cert ="), "it shows TLS");
  await Deno.writeTextFile(`${folder.path}/rides.toml`, all);
  const { code, stderr } = await rides(
    ["serve", "--config", "rides.toml", "--check", "--listen", "127.0.0.1:0"],
    { cwd: folder.path },
  );
  // The files are not there, but every option is understood.
  equal(code, 1);
  match(stderr, /^(Cannot (read|use) \S+: .*\n)+$/);
});

Deno.test("ops - every command line of rides has a command and options that there are", async () => {
  const texts = await Promise.all(["systemd/rides.service", "container/Containerfile"].map(read));
  const lines = texts.join("\n").replaceAll('", "', " ").replaceAll("\\\n", " ")
    .matchAll(/(?:ExecStart=|CMD \[")\/usr\/local\/bin\/rides ([^"\n]*)/g);
  const commands = [...lines].map(([, args = ""]) => args.trim().split(" "));
  equal(commands.length, 2);
  for (const args of commands) {
    const { code, stderr } = await rides([...args, "--help"]);
    equal(code, 0, stderr);
    const { stdout } = await rides([...args.slice(0, args[0] === "client" ? 2 : 1), "--help"]);
    for (const flag of args.filter((word) => word.startsWith("--"))) {
      ok(stdout.includes(flag), flag);
    }
  }
});

Deno.test({
  name: "ops/systemd/rides.service - is a unit, and exposes little",
  ignore: !available("systemd-analyze", "--version"),
}, async () => {
  const unit = fromFileUrl(new URL("systemd/rides.service", OPS));
  const verified = await run(["systemd-analyze", "verify", "--man=no", unit]);
  const complaints = verified.stderr.split("\n")
    .filter((line) => line.includes("rides.service") && !/is not executable/.test(line));
  equal(complaints.join("\n"), "");
  const { stdout } = await run(
    ["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
  );
  const exposure = Number(/Overall exposure level for rides.service: ([\d.]+)/.exec(stdout)?.[1]);
  ok(exposure <= 1.5, stdout);
});
