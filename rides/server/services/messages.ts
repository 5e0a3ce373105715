import type { ServerReadableStream } from "@grpc/grpc-js";
import { Cancelled } from "../../domain/failure.ts";

/**
 * Hands every message of a client's stream to `take`; resolves when the client has ended it. Events are
 * half the price of `for await` here, and messages come by the hundred thousand.
 *
 * @throws what `take` throws; what comes after that message is not taken any more
 * @throws {Cancelled} if the client leaves before the end
 */
export function forEachMessage<Message>(
  call: Pick<ServerReadableStream<Message, unknown>, "on" | "off">,
  take: (message: Message) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onData = (message: Message) => {
      try {
        take(message);
      } catch (error) {
        call.off("data", onData);
        reject(error);
      }
    };
    call.on("data", onData);
    call.on("end", resolve);
    call.on("error", reject);
    call.on("cancelled", () => reject(new Cancelled("the client left")));
  });
}
