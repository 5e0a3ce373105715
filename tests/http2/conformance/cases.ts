import type { Case } from "./case.ts";
import { appendixC } from "./rfc_7541_appendix_c.ts";
import { integers, representations, strings } from "./rfc_7541_representations.ts";
import { tables } from "./rfc_7541_tables.ts";
import { preface } from "./section_3_4_preface.ts";
import { frameFormat } from "./section_4_1_frame_format.ts";
import { frameSize } from "./section_4_2_frame_size.ts";
import { fieldBlocks } from "./section_4_3_field_blocks.ts";
import {
  streamConcurrency,
  streamIdentifiers,
} from "./section_5_1_1_identifiers_and_concurrency.ts";
import { streamStates } from "./section_5_1_stream_states.ts";
import { errorHandling, extensions } from "./section_5_4_errors.ts";
import { dataFrames } from "./section_6_1_data.ts";
import { headersFrames } from "./section_6_2_headers.ts";
import { priorityFrames } from "./section_6_3_priority.ts";
import { rstStreamFrames } from "./section_6_4_rst_stream.ts";
import { settingsFrames } from "./section_6_5_settings.ts";
import { pingFrames } from "./section_6_7_ping.ts";
import { goawayFrames } from "./section_6_8_goaway.ts";
import { flowControl, windowUpdateFrames } from "./section_6_9_window_update.ts";
import { continuationFrames } from "./section_6_10_continuation.ts";
import { contentLength, earlyResponses, messages } from "./section_8_1_messages.ts";
import { fieldValidity } from "./section_8_2_fields.ts";
import { connectMethod, pseudoHeaderFields, serverPush } from "./section_8_3_control_data.ts";

/** Every case, in the order of the sections. */
export const CASES: readonly Case[] = [
  ...preface,
  ...frameFormat,
  ...frameSize,
  ...fieldBlocks,
  ...streamStates,
  ...streamIdentifiers,
  ...streamConcurrency,
  ...errorHandling,
  ...extensions,
  ...dataFrames,
  ...headersFrames,
  ...priorityFrames,
  ...rstStreamFrames,
  ...settingsFrames,
  ...pingFrames,
  ...goawayFrames,
  ...windowUpdateFrames,
  ...flowControl,
  ...continuationFrames,
  ...messages,
  ...earlyResponses,
  ...contentLength,
  ...fieldValidity,
  ...pseudoHeaderFields,
  ...connectMethod,
  ...serverPush,
  ...tables,
  ...integers,
  ...strings,
  ...representations,
  ...appendixC,
];
