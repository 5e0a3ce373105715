import { Child, type CommandLine, type Finished } from "../../support/child.ts";
import { run } from "../../support/program.ts";

/**
 * A machine of its own that systemd has booted: the programs of this one, read only, with an empty `/etc` and
 * `/var`, and no network but its loopback. Needs root, and systemd-nspawn. Disposing of it is its end.
 */
export class BootedSystem implements AsyncDisposable {
  private constructor(private readonly nspawn: Child) {}

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
    const system = new BootedSystem(nspawn);
    try {
      await nspawn.says("stdout", /Reached target .*sysinit\.target/);
      await system.run("sh", "-c", "echo 127.0.0.1 localhost > /etc/hosts && mkdir -p /root");
      return system;
    } catch (error) {
      await system[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What runs a command in it. */
  get inside(): CommandLine {
    const path = "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    return ["nsenter", "--target", `${this.#init}`, "--all", "env", "-i", path];
  }

  /** What runs a command of this machine in its network. */
  get network(): CommandLine {
    return ["nsenter", "--target", `${this.#init}`, "--net"];
  }

  /** Runs a command in it to its end. */
  run(...line: [string, ...string[]]): Promise<Finished> {
    return run(line, { under: this.inside });
  }

  /** Its first process, as it is numbered here; undefined where there is none. */
  get #init(): number | undefined {
    return childOf(this.nspawn.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const init = this.#init;
    // With it everything in it ends, and systemd-nspawn too, which when killed itself would leave it behind.
    if (init === undefined) this.nspawn.signal("SIGKILL");
    else Deno.kill(init, "SIGKILL");
    await this.nspawn.ended();
  }
}

function childOf(parent: number): number | undefined {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (/^\d+$/.test(name) && parentOf(name) === parent) return Number(name);
  }
}

function parentOf(pid: string): number | undefined {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]);
  } catch {
    // It has ended meanwhile.
  }
}
