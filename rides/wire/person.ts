import type { MethodDefinition } from "@grpc/grpc-js";
import type { Person } from "../domain/person.ts";
import { plainCodec } from "./codec.ts";
import { method } from "./definition.ts";

/** Who is asked for. */
export interface PersonName {
  readonly name: string;
}

/** Whether the person is married. */
export interface MaritalStatus {
  readonly married: boolean;
}

const toName = ({ name }: PersonName): PersonName => ({ name });
const toPerson = ({ name, id, married }: Person): Person => ({ name, id, married });
const toMaritalStatus = ({ married }: MaritalStatus): MaritalStatus => ({ married });

const service = "AsillaService";

/** The service `AsillaService` of `proto/person.proto`, in terms of the domain. */
export const personDefinition: {
  readonly getInfor: MethodDefinition<PersonName, Person>;
  readonly checkMarried: MethodDefinition<PersonName, MaritalStatus>;
} = {
  getInfor: method(
    service,
    "getInfor",
    plainCodec("RequestInforPerson", toName),
    plainCodec("Person", toPerson),
  ),
  checkMarried: method(
    service,
    "checkMarried",
    plainCodec("RequestCheckMaritalStatus", toName),
    plainCodec("RespondGetMaritalStatus", toMaritalStatus),
  ),
};
