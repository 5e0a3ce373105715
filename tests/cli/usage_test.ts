/** What every command shares: help, usage errors, exit codes, formats, variables. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { TemporaryFolder } from "../support/paths.ts";
import { rides, ServingProgram } from "../support/program.ts";
import { ridesHere } from "../support/rides_here.ts";

const COMMANDS = [
  [],
  ["serve"],
  ["client"],
  ["client", "start"],
  ["client", "track"],
  ["client", "person"],
  ["client", "health"],
  ["client", "ride"],
  ["client", "ride", "create"],
  ["client", "ride", "get"],
  ["client", "ride", "list"],
  ["client", "ride", "assign"],
  ["client", "ride", "arrive"],
  ["client", "ride", "begin"],
  ["client", "ride", "complete"],
  ["client", "ride", "cancel"],
  ["client", "ride", "watch"],
  ["client", "car"],
  ["client", "car", "get"],
  ["client", "car", "list"],
  ["client", "car", "near"],
  ["client", "car", "history"],
  ["client", "car", "watch"],
  ["client", "car", "upload"],
  ["demo"],
  ["proto"],
  ["proto", "list"],
  ["proto", "export"],
  ["proto", "descriptor"],
  ["certs"],
  ["token"],
  ["token", "new"],
  ["token", "list"],
  ["token", "revoke"],
  ["store"],
  ["store", "check"],
  ["store", "stats"],
  ["store", "backup"],
  ["store", "export"],
  ["version"],
];

for (const command of COMMANDS) {
  Deno.test(`${["rides", ...command].join(" ")} --help - exits 0 and has an example`, async () => {
    const { code, stdout, stderr } = await ridesHere([...command, "--help"]);
    equal(code, 0);
    equal(stderr, "");
    match(stdout, new RegExp(`^Usage: ${["rides", ...command].join(" ")} `));
    match(stdout, /\n {2}\$ .*rides /);
  });
}

Deno.test("rides --help - also where nothing says whether there are colours", async () => {
  const { code, stdout, stderr } = await rides(["--help"], { env: { NO_COLOR: "" } });
  equal(code, 0, stderr);
  match(stdout, /^Usage: rides /);
});

const WRONG: [string, string[], RegExp][] = [
  ["an unknown command", ["fly"], /^unknown command 'fly'$/m],
  ["an unknown command to help with", ["fly", "--help"], /^unknown command 'fly'$/m],
  ["one to help with below a command", ["help", "client", "fly"], /^unknown command 'fly'$/m],
  ["a mistyped command", ["client", "trcak"], /^unknown command 'trcak'; did you mean track\?$/m],
  [
    "a command without the one above it",
    ["start", "--car-id", "7"],
    /^unknown command 'start'; did you mean rides client start\?$/m,
  ],
  [
    "a command of two others",
    ["client", "watch"],
    /^unknown command 'watch'; did you mean rides client ride watch or rides client car watch\?$/m,
  ],
  ["a mistyped option", ["version", "--fromat"], /^unknown option '--fromat'; .* --format\?$/m],
  [
    "half an option",
    ["client", "ride", "list", "--car", "7"],
    /'--car'; did you mean --car-id\?$/m,
  ],
  [
    "what several options begin with",
    ["serve", "--rate", "5"],
    /'--rate'; did you mean --rate-per-address, --rate-per-identity or --rate-burst\?$/m,
  ],
  [
    "an option as others call it",
    ["serve", "--port", "8888"],
    /^unknown option '--port'; did you mean --listen \[::\]:8888\?$/m,
  ],
  [
    "a host by itself",
    ["serve", "--host", "127.0.0.1"],
    /^unknown option '--host'; did you mean --listen\?$/m,
  ],
  [
    "the file of a store",
    ["store", "check", "--db=x.db"],
    /^unknown option '--db'; did you mean --store sqlite:x\.db\?$/m,
  ],
  [
    "the file of a store, as one",
    ["store", "check", "--db", "sqlite:x.db"],
    /^unknown option '--db'; did you mean --store sqlite:x\.db\?$/m,
  ],
  [
    "a command, mistyped, above its place",
    ["starts"],
    /^unknown command 'starts'; did you mean rides client start\?$/m,
  ],
  [
    "an option above its command",
    ["client", "--address", "host:8888", "start"],
    /^unknown option '--address'; it goes behind the command$/m,
  ],
  ["what many options begin with", ["serve", "--max", "5"], /^unknown option '--max'$/m],
  ["an unknown option", ["client", "ride", "get", "--fly", "x"], /^unknown option '--fly'$/m],
  [
    "an unknown option above its command",
    ["client", "--fly", "start"],
    /^unknown option '--fly'$/m,
  ],
  ["one thing too many", ["client", "person", "x", "y"], /^unexpected argument 'y'$/m],
  [
    "a store as an argument",
    ["store", "check", "rides.db"],
    /^unexpected argument 'rides\.db'; did you mean --store sqlite:rides\.db\?$/m,
  ],
  [
    "a store as an argument after another",
    ["store", "export", "rides", "sqlite:rides.db"],
    /^unexpected argument 'sqlite:rides\.db'; did you mean --store sqlite:rides\.db\?$/m,
  ],
  [
    "a file of tokens as an argument",
    ["token", "list", "tokens"],
    /^unexpected argument 'tokens'; did you mean --file tokens\?$/m,
  ],
  [
    "a client as an argument",
    ["certs", "alice"],
    /^unexpected argument 'alice'; did you mean --client alice\?$/m,
  ],
  [
    "a file of options as an argument",
    ["serve", "rides.toml"],
    /^unexpected argument 'rides\.toml'; did you mean --config rides\.toml\?$/m,
  ],
  ["what no option takes as an argument", ["serve", "x"], /^unexpected argument 'x'$/m],
  [
    "an option after --",
    ["client", "ride", "list", "--", "--format"],
    /^unexpected argument '--fo/,
  ],
  [
    "an option after -- and a name",
    ["client", "person", "x", "--", "-y"],
    /^unexpected argument '-y'/,
  ],
  [
    "a name after --",
    ["client", "person", "--fly", "--", "x"],
    /^unknown option '--fly'\n\(--help/,
  ],
  [
    "an option before --",
    ["version", "--fly", "--", "-x=1"],
    /^unknown option '--fly'\nunexpected argument '-x=1'\n\(--help .*\)\n$/,
  ],
  [
    "nothing after --",
    ["version", "--fromat", "--"],
    /^unknown option '--fromat'; did .*\n\(.*\n$/,
  ],
  ["an option at the end", ["client", "person", "--timeout"], /^--timeout has no value; write --t/],
  ["an unknown format", ["version", "--format", "xml"], /Allowed choices are text, json/],
  ["a missing option", ["client", "start", "--car-id", "7"], /^--driver-id <id> is missing: /],
  ["no number", ["client", "track", "--random", "x"], /Write a whole number/],
  ["a drive over the pole", ["client", "track", "--random", "890001"], /from 0 to 890000\./],
  ["a car beyond 64 bits", ["client", "track", "--car-id", `${2n ** 63n}`], /at most 64 bits/],
  ["a type that is none", ["client", "start", "--type", "TAXI"], /choices are REGULAR, POOL/],
  ["a latitude that is none", ["client", "start", "--lat", "north"], /Write a number/],
  [
    "a latitude in hexadecimal",
    ["client", "car", "near", "--lat", "0x10"],
    /Write a number, as in/,
  ],
  ["a latitude of blanks", ["client", "car", "near", "--lat", " "], /^--lat " ": Write a number/m],
  ["a place in binary", ["client", "ride", "create", "--pickup", "0b1,1"], /Write latitude,longi/],
  ["a box in hexadecimal", ["client", "car", "watch", "--box", "0x1,0,0x2,1"], /Write south,west/],
  ["a box with a gap", ["client", "car", "watch", "--box", "1,,2,1"], /Write south,west/],
  ["a time that is none", ["client", "start", "--time", "noon"], /2022-02-22T14:36:09Z/],
  ["a day that is none", ["client", "start", "--time", "2022-02-30T00:00:00Z"], /Write a time/],
  [
    "a latitude alone",
    ["client", "start", "--car-id", "7", "--driver-id", "x", "--lat", "1"],
    /^--lat and --lng go together/,
  ],
  ["an address without a port", ["client", "person", "x", "--address", "here"], /host:port/],
  ["a duration without a unit", ["client", "person", "x", "--timeout", "5"], /100ms, 5s or 2m/],
  ["no time to wait", ["client", "person", "x", "--timeout", "0s"], /give at least 1ms/],
  [
    "a key alone",
    ["client", "person", "x", "--tls", "--key", "k"],
    /^--cert and --key go together/,
  ],
  ["a CA without TLS", ["client", "person", "x", "--ca", "ca.pem"], /add --tls/],
  ["no place", ["client", "ride", "create", "--pickup", "here"], /Write latitude,longitude/],
  ["half a place", ["client", "ride", "create", "--dropoff", "51.4"], /Write latitude,longitude/],
  ["a state that is none", ["client", "ride", "list", "--state", "LOST"], /REQUESTED, ASSIGNED, /],
  ["nobody to take a ride", ["client", "ride", "assign", "x"], /^Give --car-id and --driver-id/],
  [
    "a car for a ride that is given back",
    ["client", "ride", "assign", "x", "--release", "--car-id", "7"],
    /^--release cannot be used with --car-id <number>$/m,
  ],
  ["no ride", ["client", "ride", "get"], /^<ride> is missing: its id, or rides\/ID$/m],
  ["a car that is no number", ["client", "car", "get", "cars/x"], /at most 64 bits/],
  [
    "a search without a place",
    ["client", "car", "near", "--lat", "1"],
    /^--lng <degrees> is missing/,
  ],
  [
    "a radius without a unit",
    ["client", "car", "near", "--lat", "1", "--lng", "1", "--radius", "500"],
    /Write a length, as in 500m or 2\.5km/,
  ],
  [
    "a line of one position",
    ["client", "car", "history", "7", "--simplify", "1"],
    /from 2 to 10000/,
  ],
  ["a list of nothing", ["client", "car", "list", "--limit", "0"], /number of at least 1\.$/m],
  [
    "a list without end",
    ["client", "car", "list", "--limit", "9".repeat(20)],
    /1 to 9007199254740991/,
  ],
  ["half a box", ["client", "car", "watch", "--box", "1,2,3"], /Write south,west,north,east/],
  [
    "a box of cars",
    ["client", "car", "watch", "--box", "1,2,3,4", "--car", "7"],
    /^--box <s,w,n,e> cannot be used with --car <car\.\.\.>$/m,
  ],
  [
    "a spool without a size",
    ["client", "car", "upload", "-", "--spool-limit", "1G"],
    /Write a size/,
  ],
  [
    "no driver to list",
    ["client", "ride", "list", "--driver-id", ""],
    /^--driver-id "": It is empty/,
  ],
  ["no car to list", ["client", "ride", "list", "--car-id", "0"], /^--car-id "0": No car has this/],
  ["a ride for no car", ["client", "ride", "create", "--car-id", "cars/0"], /No car has this/],
  ["a ride for no driver", ["client", "ride", "create", "--driver-id", ""], /-id "": It is empty/],
  [
    "a ride that is assigned to nobody",
    ["client", "ride", "assign", "x", "--car-id", "0", "--driver-id", ""],
    /^--car-id "0": No car has this .*\n--driver-id "": It is empty; write the id of the driver\.$/m,
  ],
  [
    "a request without an id",
    ["client", "ride", "create", "--request-id", ""],
    /^--request-id "": It is empty; write letters, digits and dashes\.$/m,
  ],
  [
    "a ride's watch that goes on nowhere",
    ["client", "ride", "watch", "x", "--resume", ""],
    /^--resume "": It is empty; write the token of an earlier watch\.$/m,
  ],
  ["a watch that goes on nowhere", ["client", "car", "watch", "--resume", ""], /It is empty/],
  ["nothing to track", ["client", "track"], /^Give a file of JSON lines/],
  ["two things to track", ["client", "track", "-", "--random", "1"], /^Give a file/],
  ["a server's key alone", ["serve", "--tls-key", "k"], /^--tls-cert and --tls-key go together/],
  [
    "callers by certificates alone",
    ["serve", "--store", "memory", "--auth-certs", "c"],
    /^--auth-certs is .*: add --tls-/,
  ],
  ["a bad address to listen on", ["serve", "--listen", "here"], /"here" is not an address/],
  ...["8888", ":8888"].map((port): [string, string[], RegExp] => [
    `no host to listen on: ${port}`,
    ["serve", "--listen", port],
    /: Write host:port: \[::\]:8888 for every network, localhost:8888 for this machine alone\.$/m,
  ]),
  ["a client named ca", ["certs", "--client", "ca"], /not ca, server or …-key/],
  ["an identity with a space", ["token", "new", "a b", "--scope", "admin"], /letters, digits/],
  ["no scope", ["token", "new", "alice"], /^--scope <scope> is missing: what it/],
  [
    "a scope that is none",
    ["token", "new", "a", "--scope", "admin,fly"],
    /Write ride:read, ride:w/,
  ],
  [
    "a car that is none",
    ["token", "new", "a", "--scope", "position:write:car=0"],
    /car=ID or admin/,
  ],
  ["a folder without a name", ["certs", "--certs-dir", ""], /--certs-dir "": It is empty; write/],
  ["a file without a name", ["proto", "descriptor", ""], /^file "": It is empty; write the name/],
  ["a track without a name", ["client", "track", ""], /^file "": It is empty; write the name of a/],
  ["an upload without a name", ["client", "car", "upload", ""], /^file "": It is empty; write the/],
  ["a backup without a name", ["store", "backup", ""], /^file "": It is empty; write the name of/],
  ["an admin port without a name", ["serve", "--admin-name", ""], /^--admin-name "": It is empty/],
  ["a client named as a path", ["certs", "--client", "../x"], /letters, digits/],
];

for (const [what, args, stderr] of WRONG) {
  Deno.test(`usage - ${what} exits 2 and says so`, async () => {
    const finished = await ridesHere(args);
    equal(finished.code, 2, finished.stderr);
    match(finished.stderr, stderr);
    equal(finished.stdout, "");
  });
}

Deno.test("version - prints the version of rides and of its runtime", async () => {
  const { stdout } = await ridesHere(["version"]);
  match(stdout, /^rides \d+\.\d+\.\d+ \(deno \d+\.\d+\.\d+, v8 [\w.-]+\)\n$/);
  equal((await rides(["--version"])).stdout.trim(), stdout.split(" ")[1]);
});

Deno.test("--format json - a result is one JSON object a line", async () => {
  const { stdout } = await ridesHere(["version", "--format", "json"]);
  deepEqual(Object.keys(JSON.parse(stdout)), ["version", "deno", "v8"]);
});

const JSON_WANTED: [string, string[], Record<string, string>][] = [
  ["--format json", ["--format", "json"], {}],
  ["--format=json", ["--format=json"], { RIDES_FORMAT: "text" }],
  ["RIDES_FORMAT=json", [], { RIDES_FORMAT: "json" }],
];

for (const [how, args, env] of JSON_WANTED) {
  Deno.test(`${how} - a failure is one JSON object on stderr`, async () => {
    const { code, stdout, stderr } = await rides(
      ["client", "person", "x", "--address", "127.0.0.1:1", ...args],
      { env },
    );
    equal(code, 64 + 14);
    equal(stdout, "");
    const { error } = JSON.parse(stderr);
    deepEqual({ ...error, message: "" }, {
      status: "UNAVAILABLE",
      code: 14,
      message: "",
      violations: [],
    });
    match(error.message, /^nothing listens on 127\.0\.0\.1:1; /);
  });
}

Deno.test("variables - go before the default, and flags before them", async () => {
  const env = { RIDES_ADDRESS: "127.0.0.1:1" };
  const { stderr } = await rides(["client", "person", "x"], { env });
  match(stderr, /nothing listens on 127\.0\.0\.1:1;/);
  const flag = await rides(["client", "person", "x", "--address", "127.0.0.1:2"], { env });
  match(flag.stderr, /nothing listens on 127\.0\.0\.1:2;/);
});

Deno.test("variables - a bad one is wrong usage", async () => {
  const { code, stderr } = await rides(["client", "person", "x"], { env: { RIDES_TIMEOUT: "5" } });
  equal(code, 2);
  match(stderr, /RIDES_TIMEOUT/);
});

const SWITCHES: [string, RegExp][] = [
  ["true", /\(tls\)$/],
  ["on", /\(tls\)$/],
  ["false", /\(plaintext\)$/],
  ["0", /\(plaintext\)$/],
];

for (const [value, line] of SWITCHES) {
  Deno.test(`variables - RIDES_TLS=${value} says whether TLS is served`, async () => {
    await using folder = await TemporaryFolder.make();
    await using server = await ServingProgram.start([], {
      env: { RIDES_TLS: value, RIDES_CERTS_DIR: folder.path },
    });
    match(server.lines[0] ?? "", line);
  });
}

Deno.test("variables - one that is neither true nor false is wrong usage", async () => {
  const { code, stderr } = await rides(["serve"], { env: { RIDES_REFLECTION: "perhaps" } });
  equal(code, 2);
  equal(stderr, 'RIDES_REFLECTION: "perhaps" is neither true nor false\n');
});

const MISTYPED: [string, string][] = [
  ["RIDES_AUTH_TOKEN", "RIDES_AUTH_TOKENS"],
  ["RIDES_AUTHTOKENS", "RIDES_AUTH_TOKENS"],
  ["RIDES_AUTH_TOKNES", "RIDES_AUTH_TOKENS"],
  ["RIDES_AUTH_TOKEMS", "RIDES_AUTH_TOKENS"],
  ["RIDES_TLLS", "RIDES_TLS"],
  ["RIDES_MAX_MESAGE", "RIDES_MAX_MESSAGE"],
];

for (const [typed, meant] of MISTYPED) {
  Deno.test(`variables - ${typed} keeps a server from starting`, async () => {
    const { code, stderr } = await rides(["serve"], { env: { [typed]: "1" } });
    equal(stderr, `${typed}: there is no such variable; did you mean ${meant}?\n`);
    equal(code, 2);
  });
}

Deno.test("variables - those of clients, and of others, are no concern of a server", async () => {
  const env = {
    ...{ RIDES_TOKEN: "t", RIDES_TOKEN_FILE: "f", RIDES_CA: "c", RIDES_SPOOL: "s" },
    // What Kubernetes sets for every service, and this one's name may well be "rides".
    ...{
      RIDES_PORT: "tcp://10.0.0.1:8888",
      RIDES_SERVICE_HOST: "10.0.0.1",
      RIDES_SERVICE_PORT: "1",
    },
  };
  const args = ["serve", "--check", "--listen", "127.0.0.1:0"];
  deepEqual(await rides(args, { env }), { code: 0, stdout: "the server can start\n", stderr: "" });
});

Deno.test("variables - a bad one is no concern of a command without it", async () => {
  const { code, stderr } = await rides(["version"], { env: { RIDES_TLS: "perhaps" } });
  equal(stderr, "");
  equal(code, 0);
});

Deno.test("client start - tells every option that is wrong at once", async () => {
  const { code, stderr } = await ridesHere(
    ["client", "start", "--car-id", "x", "--lat", "north", "--timeout", "5"],
  );
  deepEqual(stderr.trimEnd().split("\n"), [
    "--driver-id <id> is missing: the driver",
    '--car-id "x": Write a whole number of at most 64 bits.',
    '--lat "north": Write a number, as in 51.46 or -0.2.',
    '--timeout "5": Write a duration up to 24 days, as in 100ms, 5s or 2m.',
    "(--help shows how it is used)",
  ]);
  equal(code, 2);
});

const WRONG_IN_JSON: [string[], string][] = [
  [["client"], "a command is missing (--help shows which there are)"],
  [["client", "fly"], "unknown command 'fly'; (--help shows how it is used)"],
  [
    ["client", "person", "--timeout", "5"],
    '<name> is missing: the person\'s name; --timeout "5": Write a duration up to 24 days, as in 100ms, ' +
    "5s or 2m.; (--help shows how it is used)",
  ],
];

for (const [args, message] of WRONG_IN_JSON) {
  Deno.test(`rides ${args.join(" ")} - is told in one JSON object where that is wanted`, async () => {
    const { code, stdout, stderr } = await rides(args, { env: { RIDES_FORMAT: "json" } });
    deepEqual(JSON.parse(stderr), { error: { message, violations: [] } });
    deepEqual([code, stdout], [2, ""]);
  });
}

const LIMITS: [string, RegExp][] = [
  ["maxConnections=0", /"maxConnections=0": Write a whole number from 1 to 1000000\.$/m],
  ["maxConnections=abc", /"maxConnections=abc": Write a whole number from 1 to 1000000\.$/m],
  ["maxConnections", /"maxConnections": Write a whole number from 1 to 1000000\.$/m],
  ["maxConnections=5=6", /"maxConnections=5=6": Write a whole number from 1 to 1000000\.$/m],
  ["maxConection=1", /Write NAME=NUMBER; did you mean maxConnections\?/],
  ["toString=3", /Write NAME=NUMBER; the names are maxConnections, /],
  ["maxWishes=3", /Write NAME=NUMBER; the names are maxConnections, /],
];

for (const [limit, reason] of LIMITS) {
  Deno.test(`serve --limit ${limit} - is wrong usage`, async () => {
    const { code, stderr } = await ridesHere(["serve", "--limit", limit]);
    equal(code, 2);
    match(stderr, reason);
  });
}

Deno.test("rides help - shows the help of the command that it is asked for, however deep", async () => {
  const { code, stdout } = await ridesHere(["help", "client", "ride", "create"]);
  equal(code, 0);
  match(stdout, /^Usage: rides client ride create /);
});

Deno.test("rides client - without a command is wrong usage, and shows the help", async () => {
  const { code, stdout, stderr } = await ridesHere(["client"]);
  deepEqual([code, stdout], [2, ""]);
  match(stderr, /^Usage: rides client /);
});

Deno.test("rides --help - is in columns on a narrow terminal, in groups", async () => {
  const { stdout } = await ridesHere(["serve", "--help"]);
  for (const line of stdout.split("\n")) ok(line.length <= 80 || line.startsWith("  $"), line);
  match(stdout, /^Limits and times:$/m);
  match((await ridesHere(["client", "track", "--help"])).stdout, /^Connection:$/m);
});
