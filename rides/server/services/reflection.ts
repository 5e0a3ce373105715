import { type ServerDuplexStream, type ServiceDefinition, status as Code } from "@grpc/grpc-js";
import type { Buffer } from "node:buffer";
import descriptor from "protobufjs/ext/descriptor/index.js";
import { serviceNamed } from "../../wire/definition.ts";
import { type ContractFile, FILES } from "../../wire/descriptors.ts";
import { SharedMessage } from "../interceptors/shared_message.ts";
import { turns } from "../interceptors/turns.ts";
import { forEachMessage } from "./messages.ts";
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
  | { file_descriptor_response: { file_descriptor_proto: Uint8Array[] } }
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
  return names.map((name) => reflectionService(serviceNamed(name), listed));
}

function reflectionService(definition: ServiceDefinition, services: readonly string[]): Service {
  const { ServerReflectionInfo: method } = definition;
  const { responseSerialize } = method!;
  const list = responseSerialize({
    list_services_response: { service: services.map((name) => ({ name })) },
  });
  /** What is answered with each file, which is as long as all that it imports. */
  const files = new Map<ContractFile, Buffer>();

  function answerTo(question: Question): Buffer {
    if (question.list_services !== undefined) return list;
    const file = fileFor(question);
    if (typeof file === "string") return responseSerialize(notFound(file));
    const known = files.get(file) ?? responseSerialize(answerWith(file));
    files.set(file, known);
    return known;
  }

  /** Resolves when the answer has left. */
  function answer(call: Call, question: Question): Promise<void> {
    return new Promise((resolve, reject) => {
      turns.once(() => {
        // A write would make an error of it, which takes longer than an answer.
        if (call.cancelled) return resolve();
        const original = responseSerialize({ original_request: question });
        call.write(new SharedMessage(original, answerTo(question)), () => resolve());
      }).catch(reject);
    });
  }

  return {
    definition: {
      ServerReflectionInfo: { ...method!, responseSerialize: (message) => message },
    },
    handlers: {
      async ServerReflectionInfo(call: Call): Promise<void> {
        // The next question is read when this answer has left: nobody can make the server hold many. To
        // wait for "drain" would be to hold as many as a stream of objects takes, which are 16.
        await forEachMessage(call, (question) => answer(call, question));
        call.end();
      },
    },
  };
}

type Call = ServerDuplexStream<Question, SharedMessage>;

/** The file that is asked for, or why there is none. */
function fileFor({ file_by_filename, file_containing_symbol }: Question): ContractFile | string {
  if (file_by_filename !== undefined) {
    return FILES.find(({ name }) => name === file_by_filename) ?? "no file of that name";
  }
  if (file_containing_symbol !== undefined) {
    const plain = file_containing_symbol.replace(/^\./, "");
    return FILES.find(({ symbols }) => symbols.has(plain)) ?? "no symbol of that name";
  }
  // The contracts are proto3 and extend nothing but options.
  return "the contracts of this server have no extensions";
}

/** A file and, behind it, what it imports. */
function answerWith(file: ContractFile): Answer {
  const files = new Set<ContractFile>();
  const add = (file: ContractFile) => {
    files.add(file);
    for (const imported of file.imports) add(imported);
  };
  add(file);
  return { file_descriptor_response: { file_descriptor_proto: [...files].map(withOwnComments) } };
}

/**
 * Without its comments where the file is not of this project: whoever asks for ours gets those with them, and
 * they are most of what is sent. Generated code of other languages has none at all.
 */
function withOwnComments({ name, bytes }: ContractFile): Uint8Array {
  if (!/^(google|grpc)\//.test(name)) return bytes;
  const file = descriptor.FileDescriptorProto.decode(bytes);
  return descriptor.FileDescriptorProto.encode({ ...file, sourceCodeInfo: undefined }).finish();
}

function notFound(error_message: string): Answer {
  return { error_response: { error_code: Code.NOT_FOUND, error_message } };
}
