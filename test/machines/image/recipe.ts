/** What the root file system of the test machines is made of, before the changes to it. */

/** The suite behind the image name `debian-13` of a definition. */
export const SUITE = "trixie";

/**
 * Of what Debian's EC2 image has, what boots it and what our user data starts; tar, gzip, coreutils and util-linux are in each Debian.
 * https://salsa.debian.org/cloud-team/debian-cloud-images
 *
 * Not here, though the real image has it:
 * - netplan.io: it finds the NIC by its permanent MAC address, which a veth has not. cloud-init then renders for networkd itself.
 * - udev: the kernel tells containers nothing. Without udevadm, cloud-init does not ask it to reload its rules, which would fail.
 * - systemd-timesyncd: does not start in a container, which has no clock of its own. Nothing in the real image is ordered before
 *   time-sync.target either, so what waits for that waits for nothing in both.
 * - openssh-server: nothing of ours uses it, and its keys take time.
 */
export const PACKAGES = {
  "systemd-sysv": "systemd as process 1",
  "systemd-resolved": "name resolution, as in the real image",
  "libnss-resolve": "programs ask resolved, not the file resolv.conf",
  "libnss-myhostname": "a machine knows its own name without DNS",
  dbus: "resolved, networkd and logind are asked through it",
  "cloud-init": "reads the user data",
  iproute2: "cloud-init sets up the network with it, and does so only where it is",
  python3: "etcd-bucket, etcd-join and etcd-sync are written in it",
  "ca-certificates": "etcd-bucket checks S3's certificate",
  curl: "etcd-install fetches a tarball that is not in the bucket",
  e2fsprogs: "mkfs.ext4 and e2fsck of the data volume",
} as const satisfies Readonly<Record<string, string>>;

/** What nobody reads on these machines is not unpacked. */
const NOT_UNPACKED = ["doc", "i18n", "info", "locale", "man"].map((name) => `/usr/share/${name}/*`);

/** Arguments of mmdebstrap(1) besides target and mirror. */
export const MMDEBSTRAP_OPTIONS: readonly string[] = [
  "--mode=root",
  "--format=directory",
  // What is essential, apt and what has the priority "required".
  "--variant=minbase",
  `--include=${Object.keys(PACKAGES).join(",")}`,
  '--aptopt=APT::Install-Recommends "false"',
  // What is interrupted is thrown away.
  "--dpkgopt=force-unsafe-io",
  ...NOT_UNPACKED.map((path) => `--dpkgopt=path-exclude=${path}`),
];
