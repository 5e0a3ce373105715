/** What a server tells systemd, which a socket of the test stands for. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { eventually } from "../../support/eventually.ts";
import { TemporaryFolder } from "../../support/paths.ts";
import { ServingProgram } from "../../support/program.ts";

/** Where systemd would listen. */
class Manager implements AsyncDisposable {
  readonly messages: string[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #received: Promise<void>;

  constructor(readonly path: string) {
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path });
    this.#received = this.#receive();
  }

  async #receive(): Promise<void> {
    for await (const [bytes] of this.#socket) this.messages.push(new TextDecoder().decode(bytes));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#received;
  }
}

const ignore = Deno.build.os !== "linux";

Deno.test({ name: "systemd - is told of the start and of the end", ignore }, async () => {
  await using folder = await TemporaryFolder.make();
  await using manager = new Manager(`${folder.path}/notify`);
  const env = { NOTIFY_SOCKET: manager.path, TMPDIR: folder.path };
  await using serving = await ServingProgram.start(["--grace", "7s", "--drain-delay", "1ms"], {
    env,
  });
  await eventually("the start", () => manager.messages.length === 1);
  equal(manager.messages[0], `READY=1\nSTATUS=${serving.lines[0]}`);
  serving.signal("SIGTERM");
  equal((await serving.ended()).code, 0);
  await eventually("the end", () => manager.messages.length === 2);
  equal(manager.messages[1], "STOPPING=1\nSTATUS=draining\nEXTEND_TIMEOUT_USEC=17001000");
  deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["notify"]);
});

Deno.test({ name: "systemd - the watchdog hears of the server", ignore }, async () => {
  await using folder = await TemporaryFolder.make();
  await using manager = new Manager(`${folder.path}/notify`);
  await using serving = await ServingProgram.start([], {
    env: { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: "100000" },
  });
  await eventually(
    "three signs of life",
    () => manager.messages.filter((message) => message === "WATCHDOG=1").length >= 3,
  );
  // One that is killed leaves its socket.
  serving.signal("SIGTERM");
  equal((await serving.ended()).code, 0);
});

Deno.test({ name: "systemd - a watchdog of another process hears nothing", ignore }, async () => {
  await using folder = await TemporaryFolder.make();
  await using manager = new Manager(`${folder.path}/notify`);
  await using serving = await ServingProgram.start([], {
    env: { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: "1000", WATCHDOG_PID: "1" },
  });
  serving.signal("SIGTERM");
  await serving.ended();
  await eventually("the end", () => manager.messages.length === 2);
  ok(manager.messages[1]!.startsWith("STOPPING=1"));
});

Deno.test({ name: "systemd - that it does not listen is said, and no more", ignore }, async () => {
  await using serving = await ServingProgram.start([], { env: { NOTIFY_SOCKET: "/no/socket" } });
  serving.signal("SIGTERM");
  const { code, stderr } = await serving.ended();
  match(stderr, /error systemd cannot be told of this server reason="No such file/);
  equal(code, 0);
});
