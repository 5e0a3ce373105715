import { type ServerDuplexStream, status as Code } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import { serviceNamed } from "../../wire/definition.ts";
import { type ContractFile, FILES } from "../../wire/descriptors.ts";
import type { Service } from "./service.ts";

/** `ServerReflectionRequest`, the same in v1 and v1alpha: one of the fields is set. */
interface Question {
  list_services?: string;
  file_containing_symbol?: string;
  file_by_filename?: string;
  file_containing_extension?: { containing_type: string; extension_number: number };
  all_extension_numbers_of_type?: string;
}

/** One of the fields of `ServerReflectionResponse`. */
type Answer =
  | { list_services_response: { service: { name: string }[] } }
  | { file_descriptor_response: { file_descriptor_proto: Buffer[] } }
  | { error_response: { error_code: number; error_message: string } };

/**
 * Server reflection, v1 and v1alpha, from the descriptors that the contracts were compiled to.
 *
 * Of our own because `@grpc/reflection` files what has no package under a leading period: it lists
 * `.Rides`, and cannot find `Rides.Start`.
 *
 * @param services the full names of the services to list, beside reflection itself; those that are not
 * of the contracts are left out, since a client that asks for what is listed must find it
 */
export function reflectionServices(services: readonly string[]): Service[] {
  const names = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];
  const known = services.filter((name) => FILES.some(({ symbols }) => symbols.has(name)));
  const listed = [...known, ...names].sort();
  const handlers = { ServerReflectionInfo: answering(listed) };
  return names.map((name) => ({ definition: serviceNamed(name), handlers }));
}

function answering(services: readonly string[]) {
  return (call: ServerDuplexStream<Question, Answer & { original_request: Question }>): void => {
    call.on("data", (question: Question) => {
      // The next question is read when this answer has left: nobody can make the server hold many. To
      // wait for "drain" would be to hold as many as a stream of objects takes, which are 16.
      call.pause();
      call.write(
        { ...answer(question, services), original_request: question },
        () => call.resume(),
      );
    });
    call.on("end", () => call.end());
  };
}

function answer(question: Question, services: readonly string[]): Answer {
  if (question.list_services !== undefined) {
    return { list_services_response: { service: services.map((name) => ({ name })) } };
  }
  const { file_by_filename: name, file_containing_symbol: symbol } = question;
  if (name !== undefined) {
    return filesOf(FILES.find((file) => file.name === name), `no file of that name`);
  }
  if (symbol !== undefined) {
    const plain = symbol.replace(/^\./, "");
    return filesOf(FILES.find((file) => file.symbols.has(plain)), `no symbol of that name`);
  }
  // The contracts are proto3 and extend nothing but options.
  return failure(Code.NOT_FOUND, "the contracts of this server have no extensions");
}

function filesOf(file: ContractFile | undefined, otherwise: string): Answer {
  if (!file) return failure(Code.NOT_FOUND, otherwise);
  const files = new Set<ContractFile>();
  const add = (file: ContractFile) => {
    files.add(file);
    for (const imported of file.imports) add(imported);
  };
  add(file);
  return {
    file_descriptor_response: { file_descriptor_proto: [...files].map(({ bytes }) => bytes) },
  };
}

function failure(error_code: number, error_message: string): Answer {
  return { error_response: { error_code, error_message } };
}
