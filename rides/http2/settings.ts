import type { Buffer } from "node:buffer";
import { ConnectionError, ErrorCode } from "./errors.ts";
import { MAX_WINDOW } from "./frame.ts";
import type { Limits } from "./limits.ts";

/** RFC 9113, 6.5.2. */
export const SettingId = {
  HEADER_TABLE_SIZE: 0x1,
  ENABLE_PUSH: 0x2,
  MAX_CONCURRENT_STREAMS: 0x3,
  INITIAL_WINDOW_SIZE: 0x4,
  MAX_FRAME_SIZE: 0x5,
  MAX_HEADER_LIST_SIZE: 0x6,
} as const;

export type Setting = readonly [id: number, value: number];

/** What this server tells its clients: identifiers and values by turns. */
export function serverSettings(limits: Limits): readonly number[] {
  return [
    SettingId.HEADER_TABLE_SIZE,
    limits.headerTableBytes,
    SettingId.MAX_CONCURRENT_STREAMS,
    limits.maxConcurrentStreams,
    SettingId.INITIAL_WINDOW_SIZE,
    limits.streamWindowBytes,
    SettingId.MAX_FRAME_SIZE,
    limits.maxFrameBytes,
    SettingId.MAX_HEADER_LIST_SIZE,
    limits.maxHeaderListBytes,
  ];
}

/** The settings of a client's frame, in their order; throws ConnectionError for a forbidden value. */
export function readSettings(source: Buffer, start: number, end: number): Setting[] {
  const settings: Setting[] = [];
  for (let at = start; at < end; at += 6) {
    const id = source.readUInt16BE(at);
    const value = source.readUInt32BE(at + 2);
    checkSetting(id, value);
    settings.push([id, value]);
  }
  return settings;
}

function checkSetting(id: number, value: number): void {
  if (id === SettingId.ENABLE_PUSH && value > 1) {
    throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `SETTINGS_ENABLE_PUSH is ${value}`);
  }
  if (id === SettingId.INITIAL_WINDOW_SIZE && value > MAX_WINDOW) {
    throw new ConnectionError(
      ErrorCode.FLOW_CONTROL_ERROR,
      `SETTINGS_INITIAL_WINDOW_SIZE is ${value}`,
    );
  }
  if (id === SettingId.MAX_FRAME_SIZE && (value < 2 ** 14 || value >= 2 ** 24)) {
    throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, `SETTINGS_MAX_FRAME_SIZE is ${value}`);
  }
}
