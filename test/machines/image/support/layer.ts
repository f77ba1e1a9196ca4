import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram, type ProgramResult } from "../../../../lib/local/run-program";
import { rootFileSystem } from "../root-file-system";

/** Mounts that only the program sees, and that end with it. */
const SCRIPT = `
folder=$1 image=$2
shift 2
mount -t overlay overlay -o "lowerdir=$image,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
mount -t proc proc "$folder/root/proc"
exec chroot "$folder/root" "$@"
`;

/** A machine's own files above those of the image, without a machine. Needs root. */
export class Layer {
  private constructor(private readonly folder: string) {}

  static async create(): Promise<Layer> {
    const layer = new Layer(await mkdtemp(join(tmpdir(), "layer-")));
    for (const name of ["upper", "work", "root"]) await mkdir(join(layer.folder, name));
    return layer;
  }

  /** Files in here are there instead of the image's. */
  get upper(): string {
    return join(this.folder, "upper");
  }

  /** Lets the programs find names as this machine does. */
  async useHostNetwork(): Promise<void> {
    await mkdir(join(this.upper, "etc"));
    await copyFile("/etc/resolv.conf", join(this.upper, "etc", "resolv.conf"));
    await copyFile("/etc/hosts", join(this.upper, "etc", "hosts"));
  }

  /** Runs a program of the image on these files, in the network of this machine. */
  async run(...words: readonly string[]): Promise<ProgramResult> {
    const namespaces = ["--mount", "--pid", "--fork", "--kill-child"];
    const script = ["/bin/sh", "-euc", SCRIPT, "sh", this.folder, await rootFileSystem()];
    return runProgram("unshare", [...namespaces, ...script, ...words], {
      env: { PATH: "/usr/sbin:/usr/bin", DEBIAN_FRONTEND: "noninteractive" },
    });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
