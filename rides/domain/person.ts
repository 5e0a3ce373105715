import { InvalidArgument } from "./failure.ts";

/** Somebody with a name. */
export interface Person {
  readonly name: string;
  /** A positive 32-bit number; the same for as long as the registry keeps the person. */
  readonly id: number;
  readonly married: boolean;
}

/** Where persons are kept; `storage/` has the implementations. */
export interface PersonRegistry {
  /**
   * The person of that name, registered if the name is new.
   *
   * @throws {ResourceExhausted} if the name is new and there is no room for another
   */
  findOrRegister(name: string): Promise<Person>;
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
