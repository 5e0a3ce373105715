import { loadFileDescriptorSetFromBuffer, type PackageDefinition } from "@grpc/proto-loader";
import { Buffer } from "node:buffer";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor/index.js";

/** The folder of the contracts: the repository's, or the copy embedded in the executable. */
export const PROTO_ROOT = new URL("../../proto/", import.meta.url);

/** Every contract with its imports and comments, as a serialized `google.protobuf.FileDescriptorSet`. */
export const DESCRIPTOR_SET = Buffer.from(
  Deno.readFileSync(new URL("descriptor_set.binpb", PROTO_ROOT)),
);

let loaded: PackageDefinition | undefined;

/**
 * The services and messages of {@linkcode DESCRIPTOR_SET} as proto-loader has them. 64-bit integers are
 * decimal strings, enums numbers (so that a value unknown to us stays visible), absent messages null.
 *
 * Loaded on first use: commands that call a server do without it, and start in 0.92 of the time.
 */
export function contracts(): PackageDefinition {
  return loaded ??= loadFileDescriptorSetFromBuffer(DESCRIPTOR_SET, {
    keepCase: true,
    longs: String,
    defaults: true,
  });
}

/** The message of that full name, with protobufjs's codec. */
export function messageType(name: string): protobuf.Type {
  return ROOT.lookupType(name);
}

/**
 * The method `name` of the service of that full name.
 *
 * @throws {Error} if the contracts have none
 */
export function methodOf(service: string, name: string): protobuf.Method {
  const method = ROOT.lookupService(service).methods[name];
  if (!method) throw new Error(`No method ${name} in the service ${service}`);
  return method;
}

const ROOT = rootOf(DESCRIPTOR_SET);

function rootOf(set: Buffer): protobuf.Root {
  // protobufjs's extension for descriptors adds this to its class, and not to its types.
  const { fromDescriptor } = protobuf.Root as typeof protobuf.Root & {
    fromDescriptor(set: Buffer): protobuf.Root;
  };
  const root = fromDescriptor(set);
  root.resolveAll();
  return root;
}

/** One file of the contracts. */
export interface ContractFile {
  /** As it is imported, such as `google/rpc/status.proto`. */
  readonly name: string;
  /** The serialized `google.protobuf.FileDescriptorProto`. */
  readonly bytes: Buffer;
  readonly imports: readonly ContractFile[];
  /** The full names of its messages, enums and their values, fields, services and methods. */
  readonly symbols: ReadonlySet<string>;
}

/** The files of {@linkcode DESCRIPTOR_SET}; each stands after those that it imports. */
export const FILES: readonly ContractFile[] = contractFiles();

function contractFiles(): ContractFile[] {
  // protobufjs types what `decode` returns as a message without fields.
  const set = descriptor.FileDescriptorSet.decode(
    DESCRIPTOR_SET,
  ) as unknown as descriptor.IFileDescriptorSet;
  const files = new Map<string, ContractFile>();
  for (const file of set.file) {
    const name = file.name ?? "";
    files.set(name, {
      name,
      bytes: Buffer.from(descriptor.FileDescriptorProto.encode(file).finish()),
      imports: importsOf(file).flatMap((name) => files.get(name) ?? []),
      symbols: new Set(symbolsOf(file)),
    });
  }
  return [...files.values()];
}

/** protobufjs leaves the field `dependency` out of its types. */
function importsOf(file: descriptor.IFileDescriptorProto & { dependency?: string[] }): string[] {
  return file.dependency ?? [];
}

function* symbolsOf(file: descriptor.IFileDescriptorProto): Generator<string> {
  const scope = file.package ? `${file.package}.` : "";
  yield* symbolsOfTypes(scope, file.messageType, file.enumType);
  for (const { name, method } of file.service ?? []) {
    yield `${scope}${name}`;
    for (const { name: methodName } of method ?? []) yield `${scope}${name}.${methodName}`;
  }
}

function* symbolsOfTypes(
  scope: string,
  messages: descriptor.IDescriptorProto[] | undefined,
  enums: descriptor.IEnumDescriptorProto[] | undefined,
): Generator<string> {
  for (const { name, value } of enums ?? []) {
    yield `${scope}${name}`;
    // The values of an enum are its siblings (protobuf's scoping rules follow C++).
    for (const { name } of value ?? []) yield `${scope}${name}`;
  }
  for (const { name, field, oneofDecl, nestedType, enumType } of messages ?? []) {
    const own = `${scope}${name}`;
    yield own;
    for (const { name } of [...field ?? [], ...oneofDecl ?? []]) yield `${own}.${name}`;
    yield* symbolsOfTypes(`${own}.`, nestedType, enumType);
  }
}
