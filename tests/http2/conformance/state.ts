/** What a case is given: a connection after the handshake, and a state of stream 1 on it. */

import assert from "node:assert/strict";
import type { Connection } from "./connection.ts";
import { Flag, headers, rstStream, Setting, Type } from "./frame.ts";
import { get, MALFORMED_POST, post } from "./request.ts";
import { LARGE } from "./site.ts";

export type State = (connection: Connection) => Promise<void>;

/** Nothing has been sent. */
export const connected: State = () => Promise.resolve();

export const ready: State = (connection) => connection.handshake();

/** Stream 1 carries a request whose content has yet to come. */
export const open: State = async (connection) => {
  await connection.handshake();
  await connection.send(post(1));
};

/** The server has answered on stream 1 and waits for a window to send the content. */
export const halfClosedRemote: State = async (connection) => {
  await connection.handshake([Setting.INITIAL_WINDOW_SIZE, 0]);
  await connection.send(get(1, LARGE));
  await connection.find(Type.HEADERS, 1);
};

/** Stream 1 has carried a request and its response. */
export const closed: State = async (connection) => {
  await connection.handshake();
  await connection.send(get(1));
  await connection.response(1);
};

/** The client has reset stream 1, before the end of its request. */
export const resetByClient: State = async (connection) => {
  await open(connection);
  await connection.send(rstStream(1));
};

/** The server has reset stream 1 for a malformed request, before its end. */
export const resetByServer: State = async (connection) => {
  await connection.handshake();
  await connection.send(headers(1, MALFORMED_POST, Flag.END_HEADERS));
  await connection.find(Type.RST_STREAM, 1);
};

/** A stream that none of a crowd is above. */
export const ABOVE_CROWD = 2_001;

/** As many streams are open as the server allows, stream 1 among them. */
export const crowded: State = async (connection) => {
  await connection.handshake();
  const limit = connection.serverSettings.get(Setting.MAX_CONCURRENT_STREAMS) ?? Infinity;
  assert(2 * limit < ABOVE_CROWD, `the server's limit of streams, ${limit}, is too high to test`);
  await connection.send(...Array.from({ length: limit }, (_, index) => post(2 * index + 1)));
};
