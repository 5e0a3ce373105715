import { run } from "../support/program.ts";

/** Of those that RFC 5737 keeps for examples, so that they are nobody's. */
const [HERE, THERE] = ["198.51.100.1", "198.51.100.2"];

/**
 * A network of its own on the other end of a line, which can be cut. Needs the permission to make one, as
 * root has it; disposing of it takes all of it away.
 */
export class Network implements AsyncDisposable {
  /** The address on its end. */
  readonly address = THERE;

  private constructor(private readonly name: string) {}

  /** Undefined where this machine does not allow one. */
  static async make(): Promise<Network | undefined> {
    const name = `rides${Deno.pid}`;
    const network = new Network(name);
    try {
      await ip("netns", "add", name);
      await ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
      await ip("addr", "add", `${HERE}/30`, "dev", name);
      await ip("link", "set", name, "up");
      await ip("-n", name, "addr", "add", `${THERE}/30`, "dev", "eth0");
      await ip("-n", name, "link", "set", "eth0", "up");
      await ip("-n", name, "link", "set", "lo", "up");
      return network;
    } catch {
      await network[Symbol.asyncDispose]();
      return undefined;
    }
  }

  /** What runs a command in it. */
  get inside(): readonly [string, ...string[]] {
    return ["ip", "netns", "exec", this.name];
  }

  /** Cuts the line, or mends it. */
  async line(state: "up" | "down"): Promise<void> {
    await ip("link", "set", this.name, state);
  }

  /** Loses so much of what comes from it; false where the kernel cannot. */
  async lose(percent: number): Promise<boolean> {
    const line = ["tc", "-n", this.name, "qdisc", "add", "dev", "eth0", "root", "netem"] as const;
    const { code } = await run([...line, "loss", `${percent}%`]);
    return code === 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const kind of ["link", "netns"]) await ip(kind, "del", this.name).catch(() => {});
  }
}

async function ip(...args: string[]): Promise<void> {
  const { code, stderr } = await run(["ip", ...args]);
  if (code !== 0) throw new Error(stderr);
}
