/** The unit of `ops/systemd/`, installed as it says, under a systemd that runs. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { canCompile, compileTo } from "../support/executable.ts";
import { fromFileUrl, ROOT, TemporaryFolder } from "../support/paths.ts";
import { RunningProgram } from "../support/program.ts";
import { BootedSystem } from "./support/booted_system.ts";

const possible = canCompile && await BootedSystem.isAllowed();
const unless = possible ? "" : " (needs root, systemd-nspawn and DENORT_BIN)";

/** Where the executable and `ops/` are, in the machine that has booted. */
const SOURCE = "/source";

const LOG = "journalctl --quiet --unit rides";

function show(property: string): string {
  return `systemctl show --value --property ${property} rides`;
}

/** Lines of shell in a machine that has booted. */
class Shell {
  constructor(private readonly system: BootedSystem) {}

  /** Runs a line, and returns its exit code and what it has printed. */
  async attempt(line: string): Promise<[code: number, printed: string]> {
    const { code, stdout, stderr } = await this.system.run("sh", "-c", `cd ${SOURCE} && ${line}`);
    return [code, `${stdout}${stderr}`.trimEnd()];
  }

  /** Runs a line that has to succeed, and returns what it has printed. */
  async sh(line: string): Promise<string> {
    const [code, printed] = await this.attempt(line);
    equal(code, 0, `${line}: ${printed}`);
    return printed;
  }

  /** Runs a line until it prints what matches. */
  async becomes(line: string, pattern: RegExp): Promise<void> {
    await eventually(
      `${pattern} of ${line}`,
      async () => pattern.test((await this.attempt(line))[1]),
    );
  }
}

/** The commands that install the unit, as they stand at its beginning. */
async function installation(): Promise<string[]> {
  const unit = await Deno.readTextFile(new URL("ops/systemd/rides.service", ROOT));
  const [head = ""] = unit.split("[Unit]");
  return [...head.matchAll(/^# {3}(\S.*)$/gm)].map(([, line = ""]) => line);
}

Deno.test({
  name: `rides.service - lives as it should under systemd${unless}`,
  ignore: !possible,
}, async (test) => {
  await using folder = await TemporaryFolder.make();
  for (const name of ["dist", "ops"]) await Deno.mkdir(`${folder.path}/${name}`);
  await compileTo(`${folder.path}/dist/rides`);
  await using system = await BootedSystem.boot({
    [SOURCE]: folder.path,
    [`${SOURCE}/ops`]: fromFileUrl(new URL("ops", ROOT)),
  });
  const shell = new Shell(system);
  const token = "--token-file /root/dispatch.token";
  const start = "rides client start --car-id 7 --driver-id 'John Doe'";

  await test.step("it is installed as it says, and ready when the server listens", async () => {
    for (const line of await installation()) await shell.sh(line);
    equal(await shell.sh(show("ActiveState")), "active");
    match(await shell.sh(show("StatusText")), /^listening on \[::\]:8888 \(plaintext\)/);
    await shell.becomes("rides client health", /^SERVING$/);
  });

  await test.step("what it denies is denied", async () => {
    const pid = await shell.sh(show("MainPID"));
    const status = await shell.sh(`cat /proc/${pid}/status`);
    const of = (name: string) => new RegExp(`^${name}:\t(.*)$`, "m").exec(status)?.[1];
    const nothing = "0".repeat(16);
    deepEqual(["Seccomp", "NoNewPrivs", "CapEff", "CapBnd"].map(of), ["2", "1", nothing, nothing]);
    equal(await shell.sh(`stat --format %U /proc/${pid}`), "rides");
    // Root looks, so that nothing but what is mounted there forbids it.
    const writable = await shell.sh(
      `for path in / /etc /usr /var/lib /var/lib/rides; do
        nsenter --target ${pid} --mount test -w $path && echo $path
      done; true`,
    );
    equal(writable, "/var/lib/rides");
    equal(await shell.sh(`nsenter --target ${pid} --mount ls -A /root`), "");
    const security = await shell.sh("systemd-analyze security --no-pager rides");
    const exposure = Number(/exposure level for rides.service: ([\d.]+)/.exec(security)?.[1]);
    ok(exposure <= 1.5, security);
  });

  await test.step("a reload reads the tokens, which its user may read", async () => {
    await shell.sh(
      "install -m 640 -g rides /dev/null /etc/rides/tokens && " +
        "sed -i 's/^# auth-tokens/auth-tokens/' /etc/rides/rides.toml && systemctl restart rides",
    );
    await shell.becomes(start, /^UNAUTHENTICATED/);
    await shell.sh(
      "rides token new dispatch --scope ride:write,position:read,position:write " +
        "--file /etc/rides/tokens --out /root/dispatch.token && systemctl reload rides",
    );
    await shell.becomes(LOG, /SIGHUP: reading files anew(.|\n)*"callers":1/);
    await shell.becomes(`${start} ${token}`, /^[\da-f-]{36}$| its ride .* is ACTIVE/);
  });

  await test.step("killed, it is started again, and what was stored is there", async () => {
    const pid = Number(await shell.sh(show("MainPID")));
    // 0 would be everybody here.
    ok(pid > 1, "it runs");
    await shell.sh(`kill -KILL ${pid}`);
    await shell.becomes(show("NRestarts"), /^1$/);
    await shell.becomes(`${start} ${token}`, /^FAILED_PRECONDITION: .* its ride .* is ACTIVE/);
  });

  await test.step("a server that hangs is ended by the watchdog, and started again", async () => {
    const override = "/run/systemd/system/rides.service.d";
    await shell.sh(
      `mkdir -p ${override} && printf '[Service]\nWatchdogSec=4s\n' > ${override}/sooner.conf && ` +
        "systemctl daemon-reload && systemctl restart rides",
    );
    await shell.sh("systemctl kill --kill-whom main --signal STOP rides");
    await shell.becomes(LOG, /Watchdog timeout \(limit 4s\)!/);
    await shell.becomes(show("NRestarts"), /^[1-9]/);
    await shell.becomes(show("ActiveState"), /^active$/);
    // A busy machine lets a server wait for its core for longer than that: nothing else is to feel it.
    await shell.sh(`rm ${override}/sooner.conf && systemctl daemon-reload`);
  });

  await test.step("stopped, it waits for the calls that run", async () => {
    // So many starts at once are more than systemd allows.
    await shell.sh("systemctl reset-failed rides && systemctl restart rides");
    // The source's: an executable of Deno 2.7.11, where no newer is to be had, drops what lasts 10 s, at its
    // first PING.
    await using track = new RunningProgram(["client", "track", "-", "--address", "[::1]:8888"], {
      under: system.network,
      env: { RIDES_TOKEN: await shell.sh("cat /root/dispatch.token") },
    });
    await track.feed('{"car_id":7,"time":"2022-02-22T14:36:09Z","lat":1,"lng":1}\n');
    await shell.becomes(`rides client car get 7 ${token}`, /2022-02-22/);
    await shell.sh("systemctl stop --no-block rides");
    await shell.becomes(show("StatusText"), /^draining$/);
    await track.endInput();
    deepEqual(await track.ended(), { code: 0, stdout: "1\n", stderr: "" });
    await shell.becomes(show("ActiveState"), /^inactive$/);
    equal(await shell.sh(show("Result")), "success");
  });

  await test.step("with options that are wrong it is not started again and again", async () => {
    await shell.sh("systemctl stop rides && echo 'grase = \"30s\"' >> /etc/rides/rides.toml");
    equal((await shell.attempt("systemctl start rides"))[0], 1);
    equal(await shell.sh(show("ActiveState")), "failed");
    match(await shell.sh(LOG), /grase.*grace/);
  });
});
