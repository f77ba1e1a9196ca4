import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestEtcd } from "../../../support/etcd";

/** By the member's name. */
export interface FlagsByMember {
  /** Flags after those that all get; etcd takes the last of two. @default - none */
  readonly flags?: (name: string) => readonly string[];
  /** @default - the same for all */
  readonly binary?: (name: string) => string;
  /** Variables of all members, besides those of the test. @default - none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Number of the Unix group to run as. @default - that of the test */
  readonly group?: (name: string) => number | undefined;
}

const names = ["etcd-1", "etcd-2", "etcd-3"];
const quoted = (word: string): string => `'${word}'`;

/** Binaries of which each member gets something of its own: a script in front of etcd, which becomes etcd and so is killed and frozen as etcd is. */
export async function flagsByMember(
  folder: string,
  binaries: TestEtcd,
  {
    flags = () => [],
    environment = {},
    binary = () => binaries.etcd,
    group = () => undefined,
  }: FlagsByMember,
): Promise<TestEtcd> {
  const cases = names.map((name) => {
    const number = group(name);
    const asGroup = number === undefined ? [] : ["setpriv", `--regid=${number}`, "--keep-groups"];
    const words = [...asGroup, quoted(binary(name)), '"$@"', ...flags(name).map(quoted)];
    return `  --name=${name}) exec ${words.join(" ")} ;;`;
  });
  const exported = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const script = [
    "#!/bin/sh",
    ...exported,
    'case "$1" in',
    ...cases,
    `  *) exec ${quoted(binaries.etcd)} "$@" ;;`,
    "esac",
    "",
  ];
  const etcd = join(folder, "etcd");
  await writeFile(etcd, script.join("\n"));
  await chmod(etcd, 0o755);
  return { ...binaries, etcd };
}
