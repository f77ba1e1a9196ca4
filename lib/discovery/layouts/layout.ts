/** What a registration writes. */
export interface Entry {
  readonly endpoint: string;
  readonly metadata: unknown;
}

/**
 * Where instances stand in etcd, and in which words: keys and values of one kind of registry. Its functions keep nothing and touch
 * nothing.
 */
export interface Layout {
  /** For messages, e.g. `micro`. */
  readonly name: string;
  /** Prefix of the keys of all instances of a service; of all services without one. May cover keys of others, which `parseKey` tells. */
  prefixOf(service?: string): string;
  /** @throws UsageError for names that would not come back out of the key as they went in */
  keyOf(service: string, instance: string): string;
  /** `undefined` for a key that is none of this layout. `service` is given when one is looked for. */
  parseKey(
    key: string,
    service?: string,
  ): { readonly service: string; readonly instance: string } | undefined;
  encode(entry: Entry & { readonly service: string; readonly instance: string }): string;
  /** @throws Error, one phrase, for a value that is none of this layout */
  decode(value: string): Entry;
}
