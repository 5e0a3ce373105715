import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { answered, connectionError, malformed, served } from "./expectation.ts";
import { concat, Flag, frame, headers, Setting, Type, uint32 } from "./frame.ts";
import { type Field, fieldBlock } from "./hpack.ts";
import { GET, get, withValues } from "./request.ts";
import { halfClosedRemote, open } from "./state.ts";

const CONNECT: Field[] = [[":method", "CONNECT"], [":authority", "localhost:80"]];

function request(fields: readonly Field[]): Uint8Array[] {
  return [headers(1, fieldBlock(fields))];
}

function without(omitted: string): Field[] {
  return GET.filter(([name]) => name !== omitted);
}

export const pseudoHeaderFields: Case[] = [
  {
    title: "RFC 9113 8.3 - an undefined pseudo-header field is malformed",
    send: request([...GET, [":unknown", "value"]]),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.3 - a pseudo-header field without a name is malformed",
    send: request([...GET, [":", "value"]]),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.3 - a pseudo-header field of responses is malformed",
    send: request([...GET, [":status", "200"]]),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.3 - a pseudo-header field after a regular field is malformed",
    send: request([...without(":path"), ["x-name", "value"], [":path", "/"]]),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.3 - the pseudo-header fields may come in any order",
    send: request(GET.toReversed()),
    expect: answered,
  },
  ...GET.map(([name, value]): Case => ({
    title: `RFC 9113 8.3 - a repeated ${name} is malformed`,
    send: request([...GET, [name, value]]),
    expect: malformed,
  })),
  ...[":method", ":scheme", ":path"].map((name): Case => ({
    title: `RFC 9113 8.3.1 - a request without ${name} is malformed`,
    send: request(without(name)),
    expect: malformed,
  })),
  {
    title: "RFC 9113 8.3.1 - an empty :path is malformed",
    send: request(withValues(GET, { ":path": "" })),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.3.1 - a :path that does not start with a slash is malformed",
    send: request(withValues(GET, { ":path": "index.html" })),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.3.1 - a :path of * is malformed but with OPTIONS",
    send: request(withValues(GET, { ":path": "*" })),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.3.1 - an OPTIONS request for * is accepted",
    send: request(withValues(GET, { ":method": "OPTIONS", ":path": "*" })),
    expect: async (connection) => {
      assert.match((await connection.response(1)).status, /^\d{3}$/);
      await served(connection);
    },
  },
  {
    title: "RFC 9113 8.3.1 - a :path with a query is accepted",
    send: request(withValues(GET, { ":path": "/?a=b&c=d" })),
    expect: answered,
  },
  {
    title: "RFC 9113 8.3.1 - a request with Host in place of :authority is accepted",
    send: request([...without(":authority"), ["host", "localhost"]]),
    expect: answered,
  },
  {
    title: "RFC 9113 8.3.1 - a request with Host equal to :authority is accepted",
    send: request([...GET, ["host", "localhost"]]),
    expect: answered,
  },
  {
    title: "RFC 9113 8.3.1 - a request with Host other than :authority is malformed",
    send: request([...GET, ["host", "elsewhere"]]),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.3.1 - a request with Host equal to :authority but for case is accepted",
    send: request([...GET, ["host", "LocalHost"]]),
    expect: answered,
  },
  {
    title: "RFC 9113 8.3.1 - a request with two values of Host is malformed",
    send: request([...without(":authority"), ["host", "localhost"], ["host", "elsewhere"]]),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.3.1 - an :authority with userinfo is malformed",
    send: request(withValues(GET, { ":authority": "user@localhost" })),
    expect: malformed,
  },
  {
    title: 'RFC 9113 8.3.1 - an :authority of "a b" is malformed',
    send: request(withValues(GET, { ":authority": "a b" })),
    expect: malformed,
  },
  ...[":method", ":scheme"].flatMap((name) =>
    ["", "a b", "a:b", "é"].map((value): Case => ({
      title: `RFC 9113 8.3.1 - a ${name} of "${value}" is malformed`,
      send: request(withValues(GET, { [name]: value })),
      expect: malformed,
    }))
  ),
  ...["\x00", "\n", "\r", " ", "\x7f"].map((character): Case => ({
    title: `RFC 9113 8.3.1 - a :path with 0x${character.charCodeAt(0).toString(16)} is malformed`,
    send: request(withValues(GET, { ":path": `/${character}x` })),
    expect: malformed,
  })),
  {
    title: "RFC 9113 8.3.2 - a response has one pseudo-header field, :status, at its start",
    send: [get(1)],
    expect: async (connection) => {
      const { fields } = await connection.response(1);
      assert.equal(fields[0]?.[0], ":status");
      assert.match(fields[0][1], /^\d{3}$/);
      assert(!fields.slice(1).some(([name]) => name.startsWith(":")));
    },
  },
];

export const connectMethod: Case[] = [
  {
    title: "RFC 9113 8.5 - CONNECT with :scheme and :path is malformed",
    send: request(withValues(GET, { ":method": "CONNECT" })),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.5 - CONNECT with :path is malformed",
    send: request([...CONNECT, [":path", "/"]]),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.5 - CONNECT with :scheme is malformed",
    send: request([...CONNECT, [":scheme", "http"]]),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.5 - CONNECT without :authority is malformed",
    send: request([[":method", "CONNECT"]]),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.5 - CONNECT with an empty :authority is malformed",
    send: request(withValues(CONNECT, { ":authority": "" })),
    expect: malformed,
  },
  {
    title: "RFC 8441 4 - CONNECT with :protocol is malformed where the server does not offer it",
    send: request([...withValues(GET, { ":method": "CONNECT" }), [":protocol", "websocket"]]),
    expect: malformed,
  },
  {
    title: "RFC 9113 8.5 - the connection survives a CONNECT that the server does not serve",
    send: request(CONNECT),
    expect: served,
  },
];

export const serverPush: Case[] = [
  {
    title: "RFC 9113 8.4 - PUSH_PROMISE on an open stream is a connection error PROTOCOL_ERROR",
    given: open,
    send: [pushPromise(1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 8.4 - PUSH_PROMISE on an idle stream is a connection error PROTOCOL_ERROR",
    send: [pushPromise(1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title:
      "RFC 9113 8.4 - PUSH_PROMISE on a half-closed (remote) stream is a connection error PROTOCOL_ERROR",
    given: halfClosedRemote,
    send: [pushPromise(1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.6 - PUSH_PROMISE on stream 0 is a connection error PROTOCOL_ERROR",
    send: [pushPromise(0)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.6 - the server does not push to a client that has disabled it",
    given: (connection) => connection.handshake([Setting.ENABLE_PUSH, 0]),
    send: [get(1)],
    expect: async (connection) => {
      await served(connection);
      assert(!connection.received.some(({ type }) => type === Type.PUSH_PROMISE));
    },
  },
];

function pushPromise(stream: number): Uint8Array {
  return frame(Type.PUSH_PROMISE, Flag.END_HEADERS, stream, concat(uint32(2), fieldBlock(GET)));
}
