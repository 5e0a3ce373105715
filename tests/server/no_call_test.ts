/** Requests that are no calls are answered as the HTTP/2 mapping of gRPC has it, over both transports. */
import { equal, match } from "node:assert/strict";
import http2, { type IncomingHttpHeaders } from "node:http2";
import { once } from "node:events";
import { framed } from "../support/raw_call.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";
import { RIDE } from "../support/rides.ts";
import { Serving } from "../support/serving.ts";
import { TRANSPORTS } from "../support/transports.ts";

const { Start } = ridesDefinition;

const REQUESTS: [string, Record<string, string>, { http: number; code: number; says: RegExp }][] = [
  ...["GET", "PUT", "HEAD", "post"].map((method) =>
    [
      `the method ${method}`,
      { ":method": method },
      { http: 405, code: 3, says: new RegExp(`POST, and no ${method}`) },
    ] as typeof REQUESTS[number]
  ),
  ...["text/plain", "application/grpc-web+proto", "application/json"].map((type) =>
    [
      `the content type ${type}`,
      { "content-type": type },
      { http: 415, code: 3, says: /content-type/ },
    ] as typeof REQUESTS[number]
  ),
  ...["-1S", "123456789S", "1x", "1", "S", "1S, 2S", "1 S", "", "0x1S"].map((timeout) =>
    [
      `the timeout "${timeout}"`,
      { "grpc-timeout": timeout },
      { http: 400, code: 3, says: /malformed grpc-timeout/ },
    ] as typeof REQUESTS[number]
  ),
  [
    "a path of 8,000 characters",
    { ":path": `/${"é".repeat(8_000)}` },
    { http: 200, code: 12, says: /does not implement the method \/é+…$/ },
  ],
];

for (const transport of TRANSPORTS) {
  for (const [what, headers, { http, code, says }] of REQUESTS) {
    Deno.test(`requests - ${what} is answered with HTTP ${http} (${transport})`, async () => {
      await using serving = await Serving.start({ transport });
      const answer = await request(serving.port, { ...headers, "x-request-id": "r-1" });
      equal(answer[":status"], http);
      equal(answer["grpc-status"], `${code}`);
      match(decodeURI(`${answer["grpc-message"]}`), says);
      equal(answer["x-request-id"], "r-1");
      equal(answer["allow"], http === 405 ? "POST" : undefined);
      const { fields } = serving.log.lines.find(({ message }) => /not a call/.test(message))!;
      equal(fields.request_id, "r-1");
      equal((await serving.channel.call(Start, RIDE)).status, "OK");
    });
  }

  Deno.test(`requests - every timeout that is one is taken (${transport})`, async () => {
    await using serving = await Serving.start({ transport });
    for (const timeout of ["1H", "99999999M", "00000010S", "60000m", "99999999u"]) {
      const answer = await request(serving.port, { "grpc-timeout": timeout });
      equal(answer[":status"], 200);
      equal(answer["grpc-status"], undefined, "its status comes in trailers");
    }
  });
}

/** The headers that a whole request of Start is answered with, but for `headers`. */
async function request(
  port: number,
  headers: Record<string, string>,
): Promise<IncomingHttpHeaders> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": Start.path,
      "content-type": "application/grpc",
      "te": "trailers",
      ...headers,
    }, { endStream: false });
    stream.on("error", () => {}); // An answer may be followed by a reset.
    stream.end(framed(Start.requestSerialize(RIDE)));
    stream.resume();
    const [answer] = await once(stream, "response") as [IncomingHttpHeaders];
    return answer;
  } finally {
    const closed = once(session, "close");
    session.destroy();
    await closed;
  }
}
