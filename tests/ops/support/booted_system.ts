import { Child, type CommandLine, type Finished } from "../../support/child.ts";
import { run } from "../../support/program.ts";

/**
 * A machine of its own that systemd has booted: the programs of this one, read only, with an empty `/etc` and
 * `/var`, and no network but its loopback. Needs root, and systemd-nspawn. Disposing of it is its end.
 */
export class BootedSystem implements AsyncDisposable {
  private constructor(private readonly nspawn: Child, private readonly leader: number) {}

  /** Whether this machine allows one. */
  static async isAllowed(): Promise<boolean> {
    try {
      await using system = await BootedSystem.boot({});
      return (await system.run("systemctl", "is-system-running")).code === 0;
    } catch {
      return false;
    }
  }

  /**
   * @param folders what is to be seen there, read only, of the folders here
   * @throws where this machine does not allow one
   */
  static async boot(folders: Readonly<Record<string, string>>): Promise<BootedSystem> {
    const binds = Object.entries(folders).map(([there, here]) => `--bind-ro=${here}:${there}`);
    const nspawn = new Child([
      "systemd-nspawn",
      ...[
        "--quiet",
        "--directory=/",
        "--volatile=yes",
        "--tmpfs=/usr/local/bin",
        "--private-network",
      ],
      // Where systemd does not run, nobody knows of machines.
      ...["--register=no", "--keep-unit", `--machine=rides-${Deno.pid}`, ...binds],
      ...["--boot", "systemd.unit=sysinit.target", "systemd.firstboot=off"],
      "systemd.condition-first-boot=no",
    ], { env: { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" } });
    try {
      await nspawn.says("stdout", /Reached target .*sysinit\.target/);
      const system = new BootedSystem(nspawn, await childOf(nspawn.pid));
      await system.run("sh", "-c", "echo 127.0.0.1 localhost > /etc/hosts && mkdir -p /root");
      return system;
    } catch (error) {
      await nspawn[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What runs a command in it. */
  get inside(): CommandLine {
    const path = "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    return ["nsenter", "--target", `${this.leader}`, "--all", "env", "-i", path];
  }

  /** Runs a command in it to its end. */
  run(...line: [string, ...string[]]): Promise<Finished> {
    return run(line, { under: this.inside });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.nspawn[Symbol.asyncDispose]();
  }
}

async function childOf(parent: number): Promise<number> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const status = await Deno.readTextFile(`/proc/${name}/status`).catch(() => "");
    if (status.includes(`\nPPid:\t${parent}\n`)) return Number(name);
  }
  throw new Error(`Process ${parent} has no child`);
}
