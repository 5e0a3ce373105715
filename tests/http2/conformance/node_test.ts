import { type Deviations, type Server, testConformance } from "./conformance.ts";

/** Of Deno 2.9.6. */
const DEVIATIONS: Deviations = {
  "answers with INTERNAL_ERROR, which section 5.4 lets it use for any error": [
    "RFC 9113 3.4 - an HTTP/1.1 request in place of the preface ends the connection",
    "RFC 9113 3.4 - a preface with a wrong last octet ends the connection",
    "RFC 9113 3.4 - a preface that lacks its octets ends the connection",
  ],
  "nghttp2 applies the limit to the first frame of a field block only": [
    "RFC 9113 4.2 - CONTINUATION longer than the limit is a connection error FRAME_SIZE_ERROR",
  ],
  "ends the connection after a stream error, as section 5.4.1 lets it": [
    "RFC 9113 4.3 - an undecodable block on a stream the server has reset is a connection error COMPRESSION_ERROR",
    "RFC 9113 4.3 - the block of a malformed request changes the compression state",
    "RFC 9113 4.3 - the block of malformed trailers changes the compression state",
    "RFC 9113 4.3 - a block on a stream the server has reset changes the compression state",
    "RFC 9113 4.3 - the block of a refused stream changes the compression state",
    "RFC 9113 5.1 - frames on a stream the server has reset are discarded",
    "RFC 9113 5.4.2 - RST_STREAM for an error is the last frame on its stream",
    "RFC 9113 5.1 - DATA on streams the server has reset counts for the connection window",
    "RFC 9113 6.9 - DATA in error counts for the connection window",
    "RFC 7541 C.5 - responses without Huffman coding",
    "RFC 7541 C.6 - responses with Huffman coding",
  ],
  "discards frames on a stream that it has forgotten": [
    "RFC 9113 5.1 - DATA on a stream the client has reset is an error STREAM_CLOSED",
    "RFC 9113 5.1 - HEADERS on a stream the client has reset is an error STREAM_CLOSED",
    "RFC 9113 5.1 - DATA on a stream both ends have closed is an error STREAM_CLOSED",
    "RFC 9113 5.1 - HEADERS on a stream both ends have closed is an error",
    "RFC 9113 5.1.1 - a lower stream identifier is a connection error PROTOCOL_ERROR",
    "RFC 9113 5.1.1 - DATA on a skipped stream is an error",
  ],
  "takes any Host beside :authority": [
    "RFC 9113 8.3.1 - a request with Host other than :authority is malformed",
  ],
  "keeps trailers back while the window of the stream is 0": [
    "RFC 9113 6.9.1 - the trailers of a response need no window",
  ],
  "ignores PRIORITY": [
    "RFC 9113 6.3 - PRIORITY on stream 0 is a connection error PROTOCOL_ERROR",
  ],
  "destroys the session on an acknowledgement of no PING": [
    "RFC 9113 6.7 - PING with ACK is not answered",
  ],
  "does not validate field names and values beyond case": [
    "RFC 9113 8.2.1 - a field name with nothing in it is malformed",
    "RFC 9113 8.2.1 - a field name with NUL is malformed",
    "RFC 9113 8.2.1 - a field name with a control character is malformed",
    "RFC 9113 8.2.1 - a field name with a line feed is malformed",
    "RFC 9113 8.2.1 - a field name with a space is malformed",
    "RFC 9113 8.2.1 - a field name with DEL is malformed",
    "RFC 9113 8.2.1 - a field name with an octet of 0x80 is malformed",
    "RFC 9113 8.2.1 - a field name with an octet of 0xff is malformed",
    "RFC 9113 8.2.1 - a field name with a colon is malformed",
    "RFC 9113 8.2.1 - a field value with NUL is malformed",
    "RFC 9113 8.2.1 - a field value with a line feed is malformed",
    "RFC 9113 8.2.1 - a field value with a carriage return is malformed",
    "RFC 9113 8.2.1 - a field value with a space at its start is malformed",
    "RFC 9113 8.2.1 - a field value with a space at its end is malformed",
    "RFC 9113 8.2.1 - a field value with a tab at its start is malformed",
    "RFC 9113 8.2.1 - a field value with a tab at its end is malformed",
    "RFC 9113 8.2.1 - a field value with a line feed in trailers is malformed",
  ],
};

async function start(): Promise<Server> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--allow-env", new URL("./node_server.ts", import.meta.url).href],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return {
    host: "127.0.0.1",
    port: Number(new TextDecoder().decode(value)),
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await reader.cancel();
    },
  };
}

Deno.test("HTTP/2 conformance of node:http2", (context) =>
  testConformance(context, { name: "node:http2", start }, DEVIATIONS));
