import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { PREFACE } from "./connection.ts";
import { answered, prefaceRefused } from "./expectation.ts";
import { ascii, concat, Flag, ping, Setting, settings, settingsAck, Type } from "./frame.ts";
import { get } from "./request.ts";
import { connected } from "./state.ts";

export const preface: Case[] = [
  {
    title: "RFC 9113 3.4 - the first frame of the server is SETTINGS",
    given: connected,
    send: [PREFACE, settings(), ping(new Uint8Array(8)), get(1)],
    expect: async (connection) => {
      const first = await connection.next();
      assert.equal(first?.type, Type.SETTINGS);
      assert.equal(first.flags, Flag.NONE);
      assert.equal(first.stream, 0);
    },
  },
  {
    title:
      "RFC 9113 3.4 - the SETTINGS of the client's preface are acknowledged after the server's",
    given: connected,
    send: [PREFACE, settings([Setting.ENABLE_PUSH, 0])],
    expect: async (connection) => {
      await connection.settled();
      const seen = connection.received.filter(({ type }) => type === Type.SETTINGS);
      assert.deepEqual(seen.map(({ flags }) => flags), [Flag.NONE, Flag.ACK]);
    },
  },
  {
    title: "RFC 9113 3.4 - a request sent along with the preface is served",
    given: connected,
    send: [PREFACE, settings(), get(1)],
    expect: answered,
  },
  {
    title: "RFC 9113 3.4 - a preface and a request that arrive octet by octet are served",
    given: connected,
    expect: async (connection) => {
      for (const octet of concat(PREFACE, settings(), get(1))) {
        await connection.send(Uint8Array.of(octet));
      }
      await answered(connection);
    },
  },
  {
    title: "RFC 9113 3.4 - an HTTP/1.1 request in place of the preface ends the connection",
    given: connected,
    send: [ascii("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    expect: prefaceRefused,
  },
  {
    title: "RFC 9113 3.4 - a preface with a wrong last octet ends the connection",
    given: connected,
    send: [PREFACE.subarray(0, -1), ascii("X"), settings()],
    expect: prefaceRefused,
  },
  {
    title: "RFC 9113 3.4 - a preface that lacks its octets ends the connection",
    given: connected,
    send: [settings(), get(1)],
    expect: prefaceRefused,
  },
  {
    title: "RFC 9113 3.4 - a preface without SETTINGS ends the connection",
    given: connected,
    send: [PREFACE, get(1)],
    expect: prefaceRefused,
  },
  {
    title: "RFC 9113 3.4 - a preface with SETTINGS that acknowledge ends the connection",
    given: connected,
    send: [PREFACE, settingsAck],
    expect: prefaceRefused,
  },
];
