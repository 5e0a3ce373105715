/**
 * The well-behaved client, in a process of its own so that the attacker's work does not delay it: calls
 * Start 200 times a second, whether or not answers come, on the server at the port that is its argument;
 * in TLS if the file of a CA is the second, with a token if there is one in its environment.
 * For each line on stdin it writes what happened since the last: `{"latenciesMs":[…],"open":0}`.
 */
import { Buffer } from "node:buffer";
import { Flag, FrameType } from "../../rides/http2/frame.ts";
import { ANSWER_BYTES, BODIES } from "../bench/bodies.ts";
import { data, frame, headerBlock, windowUpdate } from "../http2/support/frames.ts";
import { TOKEN_VARIABLE } from "./polite_client.ts";
import { RawConnection } from "./raw_connection.ts";
import { startRequest } from "./requests.ts";

const CALLS_PER_SECOND = 200;
const WARM_UP_CALLS = 10_000;
const WARM_UP_AT_ONCE = 100;
/** On a machine that is busy with other things fewer have to do. */
const LONGEST_WARM_UP_MS = 5_000;

const token = Deno.env.get(TOKEN_VARIABLE);
const block = headerBlock([
  ...startRequest,
  ...token === undefined ? [] : [["authorization", `Bearer ${token}`] as const],
]);
// A car can have ten thousand rides at once, and no more.
const bodies = Array.from({ length: 1_000 }, (_, index) => BODIES.Start(BigInt(index + 1)));
const open = new Map<number, number>();
const answered = new Set<number>();
let latenciesMs: number[] = [];
let nextStreamId = 1;

const [port, caFile] = Deno.args;
const ca = caFile === undefined ? undefined : Deno.readTextFileSync(caFile);
const connection = await (await RawConnection.open(Number(port), ca)).begin();
connection.read(({ type, flags, streamId, payload }) => {
  // Unanswered, the server would take it for gone (RFC 9113, 6.7; --keepalive).
  if (type === FrameType.PING && (flags & Flag.ACK) === 0) {
    return void connection.send(frame(FrameType.PING, Flag.ACK, 0, payload));
  }
  if (type === FrameType.DATA && payload.length === ANSWER_BYTES.Start) answered.add(streamId);
  if ((flags & Flag.END_STREAM) === 0 || type > FrameType.HEADERS) return;
  if (answered.delete(streamId)) latenciesMs.push(performance.now() - open.get(streamId)!);
  open.delete(streamId);
});
await connection.send(windowUpdate(0, 2 ** 30));

const warmAt = performance.now() + LONGEST_WARM_UP_MS;
for (let called = 0; called < WARM_UP_CALLS && performance.now() < warmAt;) {
  for (let i = 0; i < WARM_UP_AT_ONCE; i++, called++) call();
  while (open.size > 0 && !connection.isClosed) await new Promise((done) => setTimeout(done, 1));
}
latenciesMs = [];
const calling = setInterval(call, 1_000 / CALLS_PER_SECOND);

for await (const _ of Deno.stdin.readable) {
  const report = JSON.stringify({ latenciesMs, open: open.size, isClosed: connection.isClosed });
  latenciesMs = [];
  await Deno.stdout.write(new TextEncoder().encode(`${report}\n`));
}
clearInterval(calling);
Deno.exit();

function call(): void {
  const id = nextStreamId;
  nextStreamId += 2;
  open.set(id, performance.now());
  connection.send(Buffer.concat([
    frame(FrameType.HEADERS, Flag.END_HEADERS, id, block),
    data(id, bodies[id % bodies.length]!, Flag.END_STREAM),
  ]));
}
