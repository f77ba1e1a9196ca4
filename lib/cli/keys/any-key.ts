/** The first of all keys, for what is asked of the cluster and not of a key. */
export const ANY_KEY = Buffer.of(0);
