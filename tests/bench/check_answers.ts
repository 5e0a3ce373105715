// So that node:http2's client lives through a GOAWAY.
import "../../rides/runtime/mod.ts";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import http2 from "node:http2";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { BODIES, type Method, TRACK_MESSAGES } from "./bodies.ts";

/**
 * Sees that a server answers what is going to be measured as the contract says: an id, and a count of
 * all messages.
 *
 * @throws if it does not
 */
export async function checkAnswers(url: string): Promise<void> {
  const session = http2.connect(url, { rejectUnauthorized: false });
  try {
    const { id } = ridesDefinition.Start.responseDeserialize(await answer(session, "Start"));
    if (!/^[\da-f-]{36}$/.test(id)) throw new Error(`${url} answered Start with id ${id}`);
    const { count } = ridesDefinition.Track.responseDeserialize(await answer(session, "Track"));
    if (count !== TRACK_MESSAGES) {
      throw new Error(`${url} counted ${count} of ${TRACK_MESSAGES} positions`);
    }
  } finally {
    session.close();
    await once(session, "close");
  }
}

async function answer(session: http2.ClientHttp2Session, method: Method): Promise<Buffer> {
  const request = session.request({
    ":method": "POST",
    ":path": `/Rides/${method}`,
    "content-type": "application/grpc",
    te: "trailers",
  });
  let status: unknown;
  request.on("response", (headers) => status ??= headers["grpc-status"]);
  request.on("trailers", (headers) => status ??= headers["grpc-status"]);
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.end(BODIES[method]());
  await once(request, "end");
  if (`${status}` !== "0") throw new Error(`${method} ended with grpc-status ${status}`);
  return Buffer.concat(chunks).subarray(5);
}
