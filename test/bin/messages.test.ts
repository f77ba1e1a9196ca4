import { loadSync, type ServiceDefinition } from "@grpc/proto-loader";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import protobuf from "protobufjs";
import { expect, test } from "vitest";

/** As etcd3/lib/connection-pool.js asks for them. */
const OPTIONS = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true } as const;

const folder = dirname(createRequire(__filename).resolve("etcd3/package.json"));
const proto = join(folder, "proto", "rpc.proto");
const root = new protobuf.Root();
root.loadSync(proto, { keepCase: true });
root.resolveAll();

const { messagesSource } = createRequire(__filename)("../../.config/build/messages.js") as {
  messagesSource: (etcd3: string) => string;
};

type Services = Record<string, ServiceDefinition>;

const prepared = (() => {
  const module = { exports: {} as { loadSync: (file: string, options: object) => Services } };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what is under test is a source text
  const run = new Function("module", "exports", "require", messagesSource(folder)) as (
    ...scope: unknown[]
  ) => void;
  run(module, module.exports, createRequire(__filename));
  return module.exports.loadSync("", OPTIONS);
})();

const methods = Object.entries(loadSync(proto, OPTIONS) as Services)
  .filter(([name]) => root.lookup(name) instanceof protobuf.Service)
  .flatMap(([service, definition]) =>
    Object.keys(definition).map((name) => ({ service, name, original: definition[name]! })),
  );

/** A message with something in every field; nested ones as deep as they go before they repeat themselves. */
function sample(type: protobuf.Type, outer: readonly protobuf.Type[] = []): Record<string, unknown> {
  const inOneof = new Set(type.oneofsArray.flatMap(({ oneof }) => oneof.slice(1)));
  const fields = type.fieldsArray.filter(({ name }) => !inOneof.has(name));
  return Object.fromEntries(
    fields.flatMap((field): [string, unknown][] => {
      const value = valueOf(field, [...outer, type]);
      return value === undefined ? [] : [[field.name, field.repeated ? [value, value] : value]];
    }),
  );
}

function valueOf({ type, resolvedType }: protobuf.Field, outer: readonly protobuf.Type[]): unknown {
  if (resolvedType instanceof protobuf.Type)
    return outer.includes(resolvedType) ? undefined : sample(resolvedType, outer);
  if (resolvedType instanceof protobuf.Enum) return Object.keys(resolvedType.values).at(-1);
  if (type === "bytes") return Buffer.from([0, 127, 255]);
  if (type === "string") return "größer";
  if (type === "bool") return true;
  // Beyond what a number holds.
  return type.endsWith("64") ? "9007199254740993" : 7;
}

test("all of etcd's methods are there", () => {
  expect(methods.length).toBeGreaterThan(30);
  expect(
    Object.entries(prepared).flatMap(([service, definition]) =>
      Object.keys(definition).map((name) => `${service}.${name}`),
    ),
  ).toEqual(methods.map(({ service, name }) => `${service}.${name}`));
});

test.each(methods)("$service.$name is written and read as etcd3 does it", ({ service, name, original }) => {
  const own = prepared[service]?.[name];
  const { path, requestStream, responseStream, originalName } = original;
  expect(own).toMatchObject({ path, requestStream, responseStream, originalName });
  const { resolvedRequestType, resolvedResponseType } = root.lookupService(service).methods[
    name
  ] as protobuf.Method;
  for (const request of [{}, sample(resolvedRequestType!)])
    expect(own?.requestSerialize(request)).toEqual(original.requestSerialize(request));
  for (const response of [{}, sample(resolvedResponseType!)]) {
    const bytes = original.responseSerialize(response);
    expect(own?.responseDeserialize(bytes)).toEqual(original.responseDeserialize(bytes));
  }
});
