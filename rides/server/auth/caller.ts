import type { ServerUnaryCall } from "@grpc/grpc-js";
import { PermissionDenied } from "../../domain/failure.ts";
import { covers, coversCar, type Grants, NO_GRANTS, type Scope } from "../../domain/scope.ts";

/**
 * Who makes a call: a name and what it is allowed. It stays the same object when its file is read again, so
 * that a running stream is held to the current content.
 */
export class Caller {
  #name: string;
  #grants: Grants;
  #withdrawn = false;
  /** The last car that {@linkcode requireCar} allowed: most streams are about one. */
  #lastCar: bigint | undefined;

  constructor(name: string, grants: Grants) {
    this.#name = name;
    this.#grants = grants;
  }

  /** The name in the file; letters, digits and `. _ @ -`. */
  get name(): string {
    return this.#name;
  }

  /** Whether its credential is no longer in the file. */
  get isWithdrawn(): boolean {
    return this.#withdrawn;
  }

  covers(scope: Scope): boolean {
    return covers(this.#grants, scope);
  }

  /**
   * Asks whether it may write positions of that car; cheap enough for every position.
   *
   * @param describe adds to the message which position it was
   * @throws {PermissionDenied} if not
   */
  requireCar(carId: bigint, describe = (message: string): string => message): void {
    if (carId === this.#lastCar) return;
    if (coversCar(this.#grants, carId)) {
      this.#lastCar = carId;
      return;
    }
    throw new PermissionDenied(
      describe(`car_id: ${this.#name} needs the scope position:write:car=${carId}`),
    );
  }

  /** What the file says of it now. */
  update(name: string, grants: Grants): void {
    this.#name = name;
    this.#grants = grants;
    this.#lastCar = undefined;
  }

  withdraw(): void {
    this.update(this.#name, NO_GRANTS);
    this.#withdrawn = true;
  }
}

/** What `getAuthContext()` of a call returns to its handler: what grpc-js knows of TLS, and the caller. */
export type CallerContext =
  & ReturnType<ServerUnaryCall<unknown, unknown>["getAuthContext"]>
  & { readonly caller: Caller | undefined };

/** Who made the call that a handler was given; undefined if the server does not authenticate callers. */
export function callerOf(
  call: Pick<ServerUnaryCall<unknown, unknown>, "getAuthContext">,
): Caller | undefined {
  const { caller }: Partial<CallerContext> = call.getAuthContext();
  return caller;
}
