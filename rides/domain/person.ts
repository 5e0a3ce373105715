import { InvalidArgument } from "./failure.ts";

/** Somebody with a name. */
export interface Person {
  readonly name: string;
  /** A positive 32-bit number; the same for as long as the registry keeps the person. */
  readonly id: number;
  readonly married: boolean;
}

/** The longest name, in UTF-16 code units. It bounds what one call can make a registry keep. */
const NAME_LENGTH = 1_000;

/** @throws {InvalidArgument} */
export function validateName(name: string): void {
  if (name === "") throw new InvalidArgument([{ field: "name", reason: "empty" }]);
  if (name.length > NAME_LENGTH) {
    const reason = `${name.length} characters are more than ${NAME_LENGTH}`;
    throw new InvalidArgument([{ field: "name", reason }]);
  }
}
