"use strict";
/**
 * etcd's messages as source text. What etcd3 does at every start – parse three .proto files, describe every message to gRPC's
 * reflection, write a function for each message that is used and compile it – is done once here, with the same libraries
 * (protobufjs writes the functions, https://protobufjs.github.io/protobuf.js/global.html), and only for the directions that a client needs.
 */
const path = require("node:path");
const { createRequire } = require("node:module");

/**
 * @param {string} etcd3 folder of the package
 * @returns {string} CommonJS source of what stands in for `@grpc/proto-loader` within etcd3
 */
function messagesSource(etcd3) {
  const loaderFile = createRequire(path.join(etcd3, "package.json")).resolve("@grpc/proto-loader");
  const loader = require(loaderFile);
  const protobuf = createRequire(loaderFile)("protobufjs");
  const proto = path.join(etcd3, "proto", "rpc.proto");
  // As etcd3/lib/connection-pool.js has it; the other options matter only when a message is read.
  const root = new protobuf.Root().loadSync(proto, { keepCase: true }).resolveAll();
  const services = Object.entries(loader.loadSync(proto, { keepCase: true })).filter(
    ([name]) => root.lookup(name) instanceof protobuf.Service,
  );
  const methods = services.flatMap(([name]) => root.lookupService(name).methodsArray);
  const sent = reachable(methods.map(({ resolvedRequestType }) => resolvedRequestType));
  const received = reachable(methods.map(({ resolvedResponseType }) => resolvedResponseType));
  const all = [...new Set([...sent, ...received])];
  return [
    '"use strict";',
    'const { Reader, Writer, util } = require("protobufjs/minimal");',
    // Declared before they are filled in: messages hold each other.
    ...all.map((type) => `const ${nameOf(type)} = { ctor: function ${type.name}() {} };`),
    ...all.flatMap((type) => [
      `{ const types = [${type.fieldsArray.map(referenceTo).join(", ")}];`,
      ...(sent.has(type)
        ? [
            `${nameOf(type)}.fromObject = ${protobuf.converter.fromObject(type)};`,
            `${nameOf(type)}.encode = ${protobuf.encoder(type)};`,
          ]
        : []),
      ...(received.has(type)
        ? [
            `${nameOf(type)}.decode = ${protobuf.decoder(type)};`,
            `${nameOf(type)}.toObject = ${protobuf.converter.toObject(type)};`,
          ]
        : []),
      "}",
    ]),
    "exports.loadSync = (_file, options) => ({",
    ...services.map(
      ([name, service]) => `${JSON.stringify(name)}: {${serviceSource(root.lookupService(name), service)}},`,
    ),
    "});",
  ].join("\n");

  /** The messages, and those inside them. */
  function reachable(types, seen = new Set()) {
    for (const type of types.filter((candidate) => !seen.has(candidate))) {
      seen.add(type);
      const inner = type.fieldsArray.map(({ resolvedType }) => resolvedType);
      reachable(
        inner.filter((candidate) => candidate instanceof protobuf.Type),
        seen,
      );
    }
    return seen;
  }

  function referenceTo({ resolvedType }) {
    if (resolvedType instanceof protobuf.Type) return nameOf(resolvedType);
    return resolvedType === null ? "null" : `{ values: ${JSON.stringify(resolvedType.valuesById)} }`;
  }
}

function nameOf(type) {
  return type.fullName.slice(1).replace(/\./g, "$");
}

/** What gRPC wants to know of a service to make a client of it: @grpc/proto-loader's createMethodDefinition. */
function serviceSource(service, definition) {
  return service.methodsArray.map((method) => {
    const { path: route, requestStream, responseStream, originalName } = definition[method.name];
    const request = nameOf(method.resolvedRequestType);
    const response = nameOf(method.resolvedResponseType);
    return `${method.name}: {
      ...${JSON.stringify({ path: route, requestStream, responseStream, originalName })},
      requestSerialize: (value) => ${request}.encode(${request}.fromObject(value)).finish(),
      responseDeserialize: (bytes) => ${response}.toObject(${response}.decode(bytes), options),
    }`;
  });
}

module.exports = { messagesSource };
