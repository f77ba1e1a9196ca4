/** Files from the network, checked by their sums, and the cache that keeps them for all projects of a user. */
export { defaultCacheDir, publishFolder, withScratchFolder } from "./cache";
export { placeFile } from "./place-file";
export { sha256OfFile } from "./sha256";
export { cachedTarball, tarballPath, type CachedTarball, type TarballRequest } from "./tarball";
