import { fstatSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { keyValueOf, untilAborted } from "../../../client";
import { UsageError } from "../../../errors";
import { allOf } from "../../all-of";
import type { AskingOptions } from "../../asking";
import { EXIT, type ExitCode } from "../../exit-codes";
import { writeOnce } from "../../keys/ask";
import { headerField, keyValueJson, object } from "../../keys/etcdctl-json";
import { formatOf, type FormatOptions } from "../../keys/format";
import { keyOf } from "../../keys/key-range";
import { keyValueLines, lines } from "../../keys/lines";
import { print } from "../../keys/print";
import { parseLeaseId } from "../../lease-id";
import { withMembers } from "../../with-members";

export interface PutOptions extends AskingOptions, FormatOptions {
  readonly keyEncoding: string;
  readonly lease?: string | undefined;
  readonly prevKv?: boolean | undefined;
  readonly ignoreValue?: boolean | undefined;
  readonly ignoreLease?: boolean | undefined;
}

/** Without a value it is what standard input has, to the last byte. */
export async function put(
  key: string,
  value: string | undefined,
  options: PutOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { ignoreValue = false, ignoreLease = false, prevKv = false } = options;
  const { format, keyBytes, lease } = allOf({
    format: () => formatOf(options),
    keyBytes: () => keyOf(key, options),
    lease: () => (options.lease === undefined ? undefined : parseLeaseId("--lease", options.lease)),
    kept: () => {
      if (ignoreValue && value !== undefined)
        throw new UsageError("--ignore-value keeps the value there is, and another one was given");
      if (ignoreLease && options.lease !== undefined)
        throw new UsageError("--ignore-lease keeps the lease there is, and another one was given");
    },
  });
  const bytes = ignoreValue ? undefined : await valueOf(value, signal);
  const request = {
    key: keyBytes,
    ...(bytes === undefined ? {} : { value: bytes }),
    ...(lease === undefined ? {} : { lease }),
    prev_kv: prevKv,
    ignore_value: ignoreValue,
    ignore_lease: ignoreLease,
  };
  const { header, prev_kv } = await withMembers(options, signal, (reached) =>
    writeOnce(reached, signal, keyBytes, (member) => member.call((etcd, call) => etcd.kv.put(request, call))),
  );
  const previous = (prev_kv as typeof prev_kv | null) ?? undefined;
  if (format === "json")
    await print(
      lines(object([headerField(header), ["prev_kv", previous && keyValueJson(keyValueOf(previous))]])),
    );
  else await print(lines("OK"), previous === undefined ? "" : keyValueLines(previous));
  return EXIT.ok;
}

async function valueOf(value: string | undefined, signal: AbortSignal): Promise<Buffer> {
  if (value !== undefined) return Buffer.from(value);
  // Node takes it for an input that has ended.
  if (fstatSync(process.stdin.fd).isDirectory())
    throw new UsageError("the value is read from standard input, and that is a directory", {
      remedy: "Give a VALUE, or a file: cdktf-etcd kv put KEY < FILE",
    });
  if (process.stdin.isTTY) process.stderr.write("reading the value from standard input; Ctrl-D ends it\n");
  return untilAborted(buffer(process.stdin), signal);
}
