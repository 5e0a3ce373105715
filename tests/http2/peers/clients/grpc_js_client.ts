/**
 * A client of the interop service on grpc-js: `PROTO ADDRESS CA COMMAND`, where an empty CA stands
 * for plaintext. Prints what happens as lines of JSON. Runs on Node too, with its types stripped.
 */
import { once } from "node:events";
import process from "node:process";
import { setTimeout } from "node:timers";
import { setTimeout as sleep } from "node:timers/promises";
import grpc from "@grpc/grpc-js";
import { CASES } from "./grpc_js_cases.ts";
import { Connection, drain, payload, sizeOf, type Target } from "./grpc_js_connection.ts";

const MESSAGE_BYTES = 256 * 1024;
const MESSAGES = 80;
const WORKERS = 20;
const CASE_MS = 5_000;
/** However it hangs, no test waits for longer. */
const LIFE_MS = 45_000;

const COMMANDS: Readonly<Record<string, (target: Target) => Promise<void>>> = {
  /** Every case, one after the other. */
  async interop(target) {
    const connection = new Connection(target);
    for (const [name, run] of Object.entries(CASES)) {
      let failure: string | undefined;
      try {
        await withTimeout(run(connection));
      } catch (error) {
        failure = error instanceof Error ? error.stack : String(error);
      }
      print({ case: name, failure });
    }
    connection.close();
  },

  /** Takes one message of 20 MB, waits for a line on stdin, then takes the others slowly. */
  async read_slowly(target) {
    const connection = new Connection(target);
    const response_parameters = Array.from({ length: MESSAGES }, () => ({ size: MESSAGE_BYTES }));
    const call = connection.download({ response_parameters });
    let bytes = 0;
    for await (const message of call) {
      if (bytes === 0) {
        print({ waiting: true });
        await once(process.stdin, "data");
        process.stdin.destroy();
      }
      bytes += sizeOf(message);
      await sleep(1);
    }
    print({ bytes });
    connection.close();
  },

  /** Writes 20 MB as fast as it is allowed to. */
  async write(target) {
    const connection = new Connection(target);
    const { call, answer } = connection.upload();
    for (let sent = 1; sent <= MESSAGES; sent++) {
      if (!call.write({ payload: payload(MESSAGE_BYTES) })) await once(call, "drain");
      print({ sent });
    }
    call.end();
    print({ bytes: (await answer)?.aggregated_payload_size });
    connection.close();
  },

  /** Many calls at a time, until a line comes on stdin. */
  async load(target) {
    const connection = new Connection(target);
    let stopped = false;
    process.stdin.once("data", () => stopped = true);
    const failures: string[] = [];
    let calls = 0;
    await Promise.all(Array.from({ length: WORKERS }, async () => {
      while (!stopped) {
        calls++;
        await connection.unary("UnaryCall", { response_size: 100 })
          .catch((error) => failures.push(error.message));
      }
    }));
    print({ calls, failures });
    connection.close();
  },

  /** One unary call, one chat that the server does not end, then one more call. */
  async hold(target) {
    const connection = new Connection(target);
    const chat = connection.chat();
    chat.write({ response_parameters: [{ size: 1 }] });
    await once(chat, "data");
    print({ chatting: true });
    const answers = [
      connection.unary("UnaryCall", {}).then(...report("unary")),
      drain(chat).then(({ ended }) => print({ chat: ended.code })),
    ];
    chat.on("end", () => chat.end());
    await once(process.stdin, "data");
    process.stdin.destroy();
    chat.end();
    await Promise.all(answers);
    await connection.unary("UnaryCall", {}).then(...report("later"));
    connection.close();
  },

  /** A call longer than its keepalive. */
  async keepalive(target) {
    const connection = new Connection(target, {
      "grpc.keepalive_time_ms": 50,
      "grpc.keepalive_timeout_ms": 5_000,
      "grpc.keepalive_permit_without_calls": 1,
    });
    await connection.unary("UnaryCall", {}).then(...report("unary"));
    connection.close();
  },
};

function report(call: string) {
  return [
    () => print({ [call]: grpc.status.OK }),
    (error: grpc.ServiceError) => print({ [call]: error.code }),
  ] as const;
}

async function withTimeout(running: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${CASE_MS} ms`)), CASE_MS);
  });
  await Promise.race([running, timeout]).finally(() => clearTimeout(timer));
}

function print(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

setTimeout(() => process.exit(1), LIFE_MS).unref();
const [proto, address, ca, command] = process.argv.slice(2);
await COMMANDS[command!]!({ proto: proto!, address: address!, ca: ca! });
process.exit();
