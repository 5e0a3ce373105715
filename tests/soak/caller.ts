import "../../rides/runtime/mod.ts";
import {
  Client,
  type ClientUnaryCall,
  type ClientWritableStream,
  Metadata,
  type ServiceError,
  status as Code,
} from "@grpc/grpc-js";
import { channelCredentials } from "../../rides/client/credentials.ts";
import { referencePositions } from "../../rides/domain/reference_positions.ts";
import type { Position } from "../../rides/domain/position.ts";
import { ridesDefinition } from "../../rides/wire/rides.ts";

/** Where calls go. */
export interface Place {
  readonly port: number;
  /** The CA of a server with TLS, PEM. */
  readonly ca?: string;
}

/** How a call is treated. */
export interface Treatment {
  /** Default 10 s. */
  readonly deadlineMs?: number;
  /** Default never. */
  readonly cancelAfterMs?: number;
}

/** A client with a connection of its own, for calls in every manner. Disposing of it hangs up politely. */
export class Caller implements Disposable {
  readonly #client: Client;

  constructor({ port, ca }: Place) {
    const { credentials, options } = channelCredentials(
      "127.0.0.1",
      ca === undefined ? undefined : { ca },
    );
    this.#client = new Client(`127.0.0.1:${port}`, credentials, {
      ...options,
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  /** Starts a ride, and returns the code that the call ended with. */
  start(driverId: string, treatment: Treatment = {}): Promise<Code> {
    const { path, requestSerialize, responseDeserialize } = ridesDefinition.Start;
    return ended((answer) =>
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { carId: someCar(), driverId, passengerIds: ["M", "Q"], type: 1 },
        new Metadata(),
        options(treatment),
        (error) => answer(error),
      ), treatment);
  }

  /**
   * Streams positions, and returns the code that the call ended with; DATA_LOSS if the count is wrong.
   *
   * @param ends whether the stream is ended, or left open
   */
  track(positions: readonly Position[], ends: boolean, treatment: Treatment = {}): Promise<Code> {
    const { path, requestSerialize, responseDeserialize } = ridesDefinition.Track;
    return ended((answer) => {
      const stream = this.#client.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        new Metadata(),
        options(treatment),
        (error, response) => {
          const isWrong = !error && response?.count !== positions.length;
          answer(isWrong ? { code: Code.DATA_LOSS } : error);
        },
      );
      for (const position of positions) stream.write(position);
      if (ends) stream.end();
      return stream;
    }, treatment);
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

/** One of many: a car can have ten thousand rides at once, and no more. */
export function someCar(): bigint {
  return BigInt(1_000 + Math.floor(Math.random() * 1_000));
}

/** Positions that are taken. */
export const positions: readonly Position[] = [...referencePositions(50)];

/** Positions of which the last is refused. */
export const refusedPositions: readonly Position[] = [
  ...positions,
  { ...positions[0]!, location: { lat: 91, lng: 0 } },
];

function options({ deadlineMs = 10_000 }: Treatment): { deadline: number } {
  return { deadline: Date.now() + deadlineMs };
}

type Answer = (error: Pick<ServiceError, "code"> | null) => void;

async function ended(
  begin: (answer: Answer) => ClientUnaryCall | ClientWritableStream<Position>,
  { cancelAfterMs }: Treatment,
): Promise<Code> {
  const code = Promise.withResolvers<Code>();
  const call = begin((error) => code.resolve(error?.code ?? Code.OK));
  if (cancelAfterMs === undefined) return await code.promise;
  const timer = setTimeout(() => call.cancel(), cancelAfterMs);
  const result = await code.promise;
  clearTimeout(timer);
  return result;
}
