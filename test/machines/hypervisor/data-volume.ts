import type { World } from "./world";

/** An EBS volume: a sparse file in the world, which a machine sees as a block device. */
export class DataVolume {
  constructor(
    private readonly world: World,
    /** `vol-…` */
    readonly id: string,
    private readonly sizeGiB: number,
  ) {}

  /** As it is called in the world. */
  get file(): string {
    return `${this.world.disks}/${this.id}.img`;
  }

  /** Makes it, blank, unless it is there. */
  async ensure(): Promise<void> {
    await this.world.shell('[ -e "$1" ] || truncate -s "$2G" "$1"', this.file, String(this.sizeGiB));
  }

  /** What was on it is gone. No machine may be using it. */
  async wipe(): Promise<void> {
    await this.waitUntilFree();
    await this.world.shell('rm -f "$1"', this.file);
    await this.ensure();
  }

  /** Two loop devices of one file would write over each other. A machine whose power was cut lets go of its own a moment later. */
  async waitUntilFree(): Promise<void> {
    const inUse = 'attempt=0; while [ -n "$(losetup --associated "$1")" ]; do';
    const wait = "attempt=$((attempt + 1)); [ $attempt -lt 300 ]; sleep 0.1; done";
    await this.world.shell(`${inUse} ${wait}`, this.file);
  }
}
