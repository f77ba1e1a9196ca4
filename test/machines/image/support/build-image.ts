/** node bin/run.js test/machines/image/support/build-image.ts [CACHE_FOLDER]: builds the image and prints its folder. */
import { rootFileSystem } from "../root-file-system";

const [cacheFolder] = process.argv.slice(2);

void rootFileSystem(cacheFolder === undefined ? {} : { cacheFolder }).then((folder) => {
  console.log(folder);
});
