import assert from "node:assert/strict";
import type { Case } from "./case.ts";
import { PREFACE } from "./connection.ts";
import { answered, connectionError, type Expectation, ignored } from "./expectation.ts";
import { DEFAULT_FRAME_SIZE, Flag, frame, MAX_WINDOW, Setting, settings, Type } from "./frame.ts";
import { get } from "./request.ts";
import { LARGE } from "./site.ts";
import { connected } from "./state.ts";

const MAX_FRAME_SIZE = 2 ** 24 - 1;

/** The SETTINGS are acknowledged and the connection serves on. */
const applied: Expectation = async (connection) => {
  await connection.settled();
  await ignored(connection);
};

function accepts(setting: keyof typeof Setting, value: number): Case {
  return {
    title: `RFC 9113 6.5.2 - SETTINGS_${setting} ${value} is accepted`,
    send: [settings([Setting[setting], value])],
    expect: applied,
  };
}

function refuses(
  setting: keyof typeof Setting,
  value: number,
  code: "PROTOCOL_ERROR" | "FLOW_CONTROL_ERROR",
): Case {
  return {
    title: `RFC 9113 6.5.2 - SETTINGS_${setting} ${value} is a connection error ${code}`,
    send: [settings([Setting[setting], value])],
    expect: connectionError(code),
  };
}

export const settingsFrames: Case[] = [
  {
    title: "RFC 9113 6.5 - SETTINGS with ACK and a payload is a connection error FRAME_SIZE_ERROR",
    send: [frame(Type.SETTINGS, Flag.ACK, 0, new Uint8Array(6))],
    expect: connectionError("FRAME_SIZE_ERROR"),
  },
  {
    title: "RFC 9113 6.5 - SETTINGS on a stream is a connection error PROTOCOL_ERROR",
    send: [frame(Type.SETTINGS, Flag.NONE, 1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.5 - SETTINGS with ACK on a stream is a connection error PROTOCOL_ERROR",
    send: [frame(Type.SETTINGS, Flag.ACK, 1)],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  ...[1, 5, 7, 8, 9].map((length): Case => ({
    title: `RFC 9113 6.5 - SETTINGS of ${length} octets is a connection error FRAME_SIZE_ERROR`,
    send: [frame(Type.SETTINGS, Flag.NONE, 0, new Uint8Array(length))],
    expect: connectionError("FRAME_SIZE_ERROR"),
  })),
  {
    title: "RFC 9113 6.5 - of a setting given twice the last value counts",
    send: [
      settings([Setting.INITIAL_WINDOW_SIZE, 100], [Setting.INITIAL_WINDOW_SIZE, 1]),
      get(1, LARGE),
    ],
    expect: async (connection) => {
      assert.equal((await connection.find(Type.DATA, 1)).payload.length, 1);
      assert(!(await connection.ping()).some(({ type }) => type === Type.DATA));
    },
  },
  accepts("HEADER_TABLE_SIZE", 0),
  accepts("HEADER_TABLE_SIZE", 2 ** 32 - 1),
  accepts("ENABLE_PUSH", 0),
  accepts("ENABLE_PUSH", 1),
  refuses("ENABLE_PUSH", 2, "PROTOCOL_ERROR"),
  refuses("ENABLE_PUSH", 2 ** 32 - 1, "PROTOCOL_ERROR"),
  accepts("MAX_CONCURRENT_STREAMS", 0),
  accepts("MAX_CONCURRENT_STREAMS", 2 ** 32 - 1),
  accepts("INITIAL_WINDOW_SIZE", MAX_WINDOW),
  refuses("INITIAL_WINDOW_SIZE", MAX_WINDOW + 1, "FLOW_CONTROL_ERROR"),
  refuses("INITIAL_WINDOW_SIZE", 2 ** 32 - 1, "FLOW_CONTROL_ERROR"),
  accepts("MAX_FRAME_SIZE", DEFAULT_FRAME_SIZE),
  accepts("MAX_FRAME_SIZE", MAX_FRAME_SIZE),
  refuses("MAX_FRAME_SIZE", 0, "PROTOCOL_ERROR"),
  refuses("MAX_FRAME_SIZE", DEFAULT_FRAME_SIZE - 1, "PROTOCOL_ERROR"),
  refuses("MAX_FRAME_SIZE", MAX_FRAME_SIZE + 1, "PROTOCOL_ERROR"),
  accepts("MAX_HEADER_LIST_SIZE", 0),
  accepts("MAX_HEADER_LIST_SIZE", 2 ** 32 - 1),
  accepts("UNKNOWN", 1),
  {
    title: "RFC 9113 6.5.2 - a wrong value is found behind right ones",
    send: [settings([Setting.MAX_HEADER_LIST_SIZE, 9000], [Setting.ENABLE_PUSH, 2])],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.5.2 - a wrong value in the preface is a connection error PROTOCOL_ERROR",
    given: connected,
    send: [PREFACE, settings([Setting.ENABLE_PUSH, 2])],
    expect: connectionError("PROTOCOL_ERROR"),
  },
  {
    title: "RFC 9113 6.5.2 - the settings of the server have values they may have",
    expect: ({ serverSettings }) => {
      assert.equal(serverSettings.get(Setting.ENABLE_PUSH) ?? 0, 0);
      assert((serverSettings.get(Setting.INITIAL_WINDOW_SIZE) ?? 0) <= MAX_WINDOW);
      const frameSize = serverSettings.get(Setting.MAX_FRAME_SIZE) ?? DEFAULT_FRAME_SIZE;
      assert(DEFAULT_FRAME_SIZE <= frameSize && frameSize <= MAX_FRAME_SIZE);
      return Promise.resolve();
    },
  },
  {
    title: "RFC 9113 6.5.3 - every SETTINGS frame is acknowledged once, by an empty frame",
    send: [settings(), settings([Setting.ENABLE_PUSH, 0]), settings()],
    expect: async (connection) => {
      const answers = (await connection.ping()).filter(({ type }) => type === Type.SETTINGS);
      assert.deepEqual(answers.map(({ flags }) => flags), [Flag.ACK, Flag.ACK, Flag.ACK]);
      for (const { payload, stream } of answers) {
        assert.equal(payload.length, 0);
        assert.equal(stream, 0);
      }
    },
  },
  {
    title: "RFC 9113 6.5.3 - an acknowledgement is not acknowledged",
    expect: async (connection) => {
      assert(!(await connection.ping()).some(({ type }) => type === Type.SETTINGS));
    },
  },
  {
    title: "RFC 9113 6.5.3 - a setting applies to what comes after its acknowledgement",
    send: [settings([Setting.INITIAL_WINDOW_SIZE, 3])],
    expect: async (connection) => {
      await connection.settled();
      await connection.send(get(1));
      await connection.find(Type.HEADERS, 1);
      assert.equal((await connection.find(Type.DATA, 1)).payload.length, 3);
    },
  },
  {
    title: "RFC 9113 6.5.3 - settings that come while a request is under way are acknowledged",
    send: [get(1), settings([Setting.MAX_FRAME_SIZE, 20_000])],
    expect: answered,
  },
];
