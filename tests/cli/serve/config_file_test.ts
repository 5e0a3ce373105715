/** `rides serve --config FILE`, shown with --check where nothing has to be served. */
import { deepEqual, equal, match } from "node:assert/strict";
import { formatQuantity, quantityOf } from "../../../rides/cli/quantity.ts";
import { boundsOf } from "../../../rides/cli/serve/settings.ts";
import { type Setting, SETTINGS } from "../../../rides/server/settings.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { type Finished, rides, ServingProgram } from "../../support/program.ts";
import { ridesHere } from "../../support/rides_here.ts";

/** Runs `rides serve --config FILE --check ARGS` with a file that holds `text`. */
async function checked(
  text: string,
  { name = "rides.toml", args = [] as string[], env = {} } = {},
): Promise<Finished> {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/${name}`, text);
  return await rides(["serve", "--config", name, "--check", ...args], { cwd: folder.path, env });
}

/** Runs it with a file that is refused, whose folder is left out of what is said. */
async function refused(text: string, name = "rides.toml"): Promise<Finished> {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/${name}`;
  await Deno.writeTextFile(file, text);
  const finished = await ridesHere(["serve", "--config", file, "--check"]);
  return { ...finished, stderr: finished.stderr.replaceAll(`${folder.path}/`, "") };
}

const QUIET = `listen = "127.0.0.1:0"\nstore = "memory"\n`;

const ALL = `# Everything that a file can say.
listen = ["127.0.0.1:0", "127.0.0.2:0"]
store = "memory"
tls = true
reflection = false
limit = ["maxConnections=100", "maxConcurrentStreams=10"]
grace = "1s"
max-message = "1MiB"
log-level = "error"
admin = "127.0.0.1:0"
`;

Deno.test("config - takes options of every kind from TOML", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/rides.toml`;
  await Deno.writeTextFile(file, ALL);
  await using serving = await ServingProgram.start(
    ["--config", file, "--listen", "127.0.0.3:0"],
    { cwd: folder.path },
  );
  match(serving.lines[0] ?? "", /^listening on 127\.0\.0\.3:\d+ \(tls\)$/);
  serving.signal("SIGTERM");
  const { code, stderr } = await serving.ended();
  equal(code, 0);
  equal(stderr, "");
});

Deno.test("config - takes them from JSON, where the name ends so", async () => {
  const text = JSON.stringify({ listen: ["127.0.0.1:0"], store: "memory", tls: false });
  const { code, stdout, stderr } = await checked(text, { name: "rides.json" });
  equal(stderr, "");
  equal(stdout, "the server can start\n");
  equal(code, 0);
});

for (
  const [name, text] of [["rides.toml", QUIET], [
    "rides.json",
    '{"listen": "127.0.0.1:0", "store": "memory"}',
  ]] as const
) {
  Deno.test(`config - takes ${name} with a byte order mark`, async () => {
    const { code, stderr } = await checked(`\uFEFF${text}`, { name });
    equal(stderr, "");
    equal(code, 0);
  });
}

Deno.test("config - a flag goes before a variable, and that before the file", async () => {
  const text = `${QUIET}tls-client-ca = "file.pem"\n`;
  const [fromFile, fromVariable, fromFlag] = await Promise.all([
    checked(text),
    checked(text, { env: { RIDES_TLS_CLIENT_CA: "variable.pem" } }),
    checked(text, {
      env: { RIDES_TLS_CLIENT_CA: "variable.pem" },
      args: ["--tls-client-ca", "flag.pem"],
    }),
  ]);
  match(fromFile.stderr, /^Cannot read file\.pem: /);
  match(fromVariable.stderr, /^Cannot read variable\.pem: /);
  match(fromFlag.stderr, /^Cannot read flag\.pem: /);
});

Deno.test("config - a switch of a variable goes before the file, also where it is off", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/rides.toml`, "store = 'memory'\ntls = true\n");
  await using serving = await ServingProgram.start(
    ["--config", "rides.toml"],
    { cwd: folder.path, env: { RIDES_TLS: "0" } },
  );
  match(serving.lines[0] ?? "", /\(plaintext\)$/);
});

Deno.test("config - the file may be named by RIDES_CONFIG", async () => {
  const { code, stderr } = await rides(["serve"], { env: { RIDES_CONFIG: "nowhere.toml" } });
  equal(stderr, "Cannot read nowhere.toml: there is no such file or folder\n");
  equal(code, 2);
});

Deno.test("config - a device, which may never end, is no file of options", async () => {
  const { code, stderr } = await ridesHere(["serve", "--check", "--config", "/dev/zero"]);
  equal(stderr, "Cannot read /dev/zero: it is a pipe or a device, and no file\n");
  equal(code, 2);
});

const WRONG: [string, string, RegExp][] = [
  [
    "an unknown key",
    "grase = '1s'",
    /^rides\.toml: grase: There is no such option; did you mean grace\?$/m,
  ],
  ["a key with underscores", "log_format = 'json'", /log_format: .*; did you mean log-format\?$/m],
  ["a key like nothing", "xylophone = 1", /^rides\.toml: xylophone: There is no such option$/m],
  ["a key that makes no sense in it", "check = true", /check: There is no such option/],
  ["a section", "[tls]\ncert = 'x'", /^rides\.toml: tls: Write true or false\.$/m],
  ["a text for a switch", "tls = 'yes'", /^rides\.toml: tls: Write true or false\.$/m],
  ["a switch for a text", "store = true", /^rides\.toml: store: Write a text or a number\.$/m],
  ["an array for one value", "grace = ['1s']", /^rides\.toml: grace: Write a text or a number\.$/m],
  ["an array of tables", "[[listen]]\nport = 1", /listen: Write a text, or an array of texts\.$/m],
  ["an empty array", "listen = []", /listen: There is nothing in it\.$/m],
  ["a duration without a unit", "grace = 10", /^rides\.toml: grace: Write a duration from /m],
  ["an address that is none", "listen = 'here'", /^rides\.toml: listen: "here" is not an address/m],
  ["a choice that is none", "transport = 'tcp'", /transport: Allowed choices are engine, node\.$/m],
  ["no TOML", "tls = = 1", /^rides\.toml:1:\d+: /],
  [
    "a secret where the syntax is wrong",
    "a = 'ok'\nhunter2 hunter2",
    /^rides\.toml:2:\d+: (?!.*hunter2)/,
  ],
];

for (const [what, text, stderr] of WRONG) {
  Deno.test(`config - ${what} is wrong usage`, async () => {
    const finished = await refused(text);
    match(finished.stderr, stderr);
    equal(finished.code, 2);
    equal(finished.stdout, "");
  });
}

Deno.test("config - everything that is wrong is said at once", async () => {
  const { stderr } = await refused("grase = 1\ntls = 1\nlisten = 'x'\n");
  equal(stderr.trimEnd().split("\n").length, 3, stderr);
});

for (
  const [beyond, valueOf] of [
    ["below", ({ min }: Setting) => min - 1],
    ["above", ({ max }: Setting) => max + 1],
  ] as const
) {
  Deno.test(`config - a number ${beyond} its bounds is told with them, from TOML and JSON`, async () => {
    const settings = Object.entries<Setting>(SETTINGS).map(([name, setting]) => {
      const quantity = quantityOf(name);
      const text = formatQuantity(quantity, valueOf(setting));
      const value = quantity === "number" ? Number(text) : text;
      const key = setting.flag.slice(2);
      return { key, value, line: `${key}: Write a ${quantity} from ${boundsOf(name, setting)}` };
    });
    const values = Object.fromEntries(settings.map(({ key, value }) => [key, value]));
    const toml = settings.map(({ key, value }) => `${key} = ${JSON.stringify(value)}\n`).join("");
    for (const [file, text] of [["rides.toml", toml], ["rides.json", JSON.stringify(values)]]) {
      const { code, stderr } = await refused(text!, file);
      const told = stderr.trimEnd().split("\n").map((line) => line.replace(/,.*/, ""));
      deepEqual(told, settings.map(({ line }) => `${file}: ${line}`));
      equal(code, 2);
    }
  });
}

const WRONG_JSON: [string, string][] = [
  ["{", "rides.json: this is no JSON"],
  ["[1]", "rides.json: there is no JSON object in it"],
  ['{"a": hunter2}', "rides.json: this is no JSON"],
];

for (const [text, message] of WRONG_JSON) {
  Deno.test(`config - ${text} is no file of options`, async () => {
    const { code, stderr } = await refused(text, "rides.json");
    equal(stderr.startsWith(message) && !stderr.includes("hunter2"), true, stderr);
    equal(code, 2);
  });
}
