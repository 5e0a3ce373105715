import type { MethodDefinition } from "@grpc/grpc-js";
import type { Person } from "../domain/person.ts";
import { asIs, method, serviceNamed } from "./definition.ts";

/** Who is asked for. */
export interface PersonName {
  readonly name: string;
}

/** Whether the person is married. */
export interface MaritalStatus {
  readonly married: boolean;
}

const service = serviceNamed("AsillaService");

/** The service `AsillaService` of `proto/person.proto`, in terms of the domain. */
export const personDefinition: {
  readonly getInfor: MethodDefinition<PersonName, Person>;
  readonly checkMarried: MethodDefinition<PersonName, MaritalStatus>;
} = {
  getInfor: method(service, "getInfor", asIs<PersonName>(), asIs<Person>()),
  checkMarried: method(service, "checkMarried", asIs<PersonName>(), asIs<MaritalStatus>()),
};
