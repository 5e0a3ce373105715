import { type CommandLine, run } from "../support/program.ts";

/** Of the addresses that RFC 5737 keeps for examples, so that they are nobody's: others for each process. */
const FIRST = Deno.pid % 64 * 4;
const [HERE, THERE] = [`198.51.100.${FIRST + 1}`, `198.51.100.${FIRST + 2}`];

/**
 * A network of its own at the other end of a line, which can be cut, and can lose what is sent. Needs the
 * permission to make one, as root has it; disposing of it takes all of it away.
 */
export class Network implements AsyncDisposable {
  /** The address at its end. */
  readonly address = THERE;

  private constructor(private readonly name: string) {}

  /** Whether this machine allows one. */
  static async isAllowed(): Promise<boolean> {
    try {
      await using network = await Network.make();
      await network.lose(1);
      return true;
    } catch {
      return false;
    }
  }

  /** @throws where this machine does not allow one */
  static async make(): Promise<Network> {
    const name = `rides${Deno.pid}`;
    const network = new Network(name);
    try {
      await command(`ip netns add ${name}`);
      await command(`ip link add ${name} type veth peer name eth0 netns ${name}`);
      for (const { within, device, address } of network.#ends()) {
        await command(`${within} ip addr add ${address}/30 dev ${device}`);
        // A packet on the line is one of TCP's, and not dozens of them in one.
        await command(`${within} ip link set ${device} gso_max_segs 1 up`);
      }
      await command(`ip -n ${name} link set lo up`);
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What runs a command in it. */
  get inside(): CommandLine {
    return ["ip", "netns", "exec", this.name];
  }

  /**
   * Loses so much of what is sent in either direction: with 100 the line is cut, with 0 it is mended. It is
   * lost where it arrives, so that the sender's kernel does not hear of it; and by nftables, since many
   * kernels lack netem.
   */
  async lose(percent: number): Promise<void> {
    const some = percent < 100 ? `numgen random mod 100 < ${percent}` : "";
    for (const { within, device } of this.#ends()) {
      const chain = `netdev ${this.name} line`;
      const hook = `type filter hook ingress device ${device} priority 0`;
      await command(
        `${within} nft add table netdev ${this.name}; add chain ${chain} { ${hook}; };
        flush chain ${chain}; add rule ${chain} meta protocol ip ${some} counter drop`,
      );
    }
  }

  /** How many packets have been lost since {@linkcode lose}. */
  async lost(): Promise<number> {
    let sum = 0;
    for (const { within } of this.#ends()) {
      const rules = await command(`${within} nft list table netdev ${this.name}`);
      sum += Number(/counter packets (\d+)/.exec(rules)?.[1]);
    }
    return sum;
  }

  /** Both ends of the line: what runs a command there, the device and its address. */
  #ends() {
    return [
      { within: "", device: this.name, address: HERE },
      { within: this.inside.join(" "), device: "eth0", address: THERE },
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const thing of ["nft delete table netdev", "ip link del", "ip netns del"]) {
      await command(`${thing} ${this.name}`).catch(() => {});
    }
  }
}

/** Runs a command, words and spaces alone, and returns what it has printed. */
async function command(text: string): Promise<string> {
  const line = text.trim().split(/\s+/) as [string, ...string[]];
  const { code, stdout, stderr } = await run(line);
  if (code !== 0) throw new Error(`${text}: ${stderr}`);
  return stdout;
}
