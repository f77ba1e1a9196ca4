import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { renderEbsDeviceScript } from "../../lib/rendering/scripts";
import { isRoot, PrivateMachine } from "./private-machine";

interface Device {
  readonly model?: string;
  /** Block device name in the answer of the namespace, and in that of the controller. */
  readonly namespaceName?: string;
  readonly controllerName?: string;
}

// The one thing that cannot be real here is the NVMe controller of an EC2 instance: this answers the ioctl in its place, at the
// offsets that Amazon's own ebsnvme-id reads (https://github.com/amazonlinux/amazon-ec2-utils/blob/main/ebsnvme-id).
const CONTROLLER = `
import ctypes, fcntl, json, runpy, struct, sys

devices = json.loads(sys.argv[1])

def ioctl(device, request, command=None):
    volume = devices[device.name]
    if "model" not in volume:
        raise OSError(25, "Inappropriate ioctl for device")
    if request == 0x4E40:
        return 1
    assert request == 0xC0484E41 and len(command) == request >> 16 & 0x3FFF, (hex(request), len(command))
    opcode, namespace = struct.unpack_from("<B3xI", command, 0)
    address, length, what = struct.unpack_from("<Q4xII", command, 24)
    assert opcode == 6 and length == 4096 and (what, namespace) in ((1, 0), (0, 1))
    answer = bytearray(4096)
    if what == 1:
        answer[24:64] = volume["model"].encode().ljust(40)
        answer[3072:3104] = volume.get("controllerName", "").encode().ljust(32)
    else:
        answer[384:416] = volume.get("namespaceName", "").encode().ljust(32, b"\\0")
    ctypes.memmove(address, bytes(answer), 4096)
    return 0

fcntl.ioctl = ioctl
script, name = sys.argv[2:]
sys.argv = [script, name]
runpy.run_path(script, run_name="__main__")
`;

const EBS = "Amazon Elastic Block Store";

describe.skipIf(!isRoot)("the EBS device script", () => {
  let machine: PrivateMachine;
  beforeEach(async () => {
    machine = await PrivateMachine.create();
  });
  afterEach(() => machine.remove());

  async function find(devices: Readonly<Record<string, Device>>) {
    const script = await machine.write("ebs-device", renderEbsDeviceScript());
    const controller = await machine.write("controller.py", CONTROLLER);
    const names = Object.keys(devices);
    const nodes = names.length === 0 ? "" : `touch ${names.join(" ")}`;
    return machine.run(
      `${nodes}\npython3 '${controller}' '${JSON.stringify(devices)}' '${script}' /dev/sdf\n`,
    );
  }

  test.each([
    ["with the folder", "/dev/sdf"],
    ["without the folder", "sdf"],
  ])("finds the volume by the controller's name for it, %s", async (_, controllerName) => {
    const { stdout, failure } = await find({
      "/dev/nvme0n1": { model: EBS, controllerName: "/dev/xvda" },
      "/dev/nvme0n1p1": {},
      "/dev/nvme1n1": { model: EBS, controllerName },
    });
    expect(failure).toBeUndefined();
    expect(stdout).toBe("/dev/nvme1n1");
  });

  test("prefers the namespace's name for it", async () => {
    const { stdout } = await find({
      "/dev/nvme1n1": { model: EBS, controllerName: "sdf", namespaceName: "sdg" },
      "/dev/nvme2n1": { model: EBS, controllerName: "sdg", namespaceName: "sdf" },
    });
    expect(stdout).toBe("/dev/nvme2n1");
  });

  test("takes neither the root disk, nor an instance store, nor a device that does not answer", async () => {
    const { stdout, failure } = await find({
      "/dev/nvme0n1": { model: EBS, controllerName: "xvda" },
      "/dev/nvme1n1": { model: "Amazon EC2 NVMe Instance Storage", controllerName: "sdf" },
      "/dev/nvme2n1": {},
      "/dev/nvme3n1": { model: EBS },
    });
    expect(failure).toBeUndefined();
    expect(stdout).toBe("");
  });

  test("prints nothing on a machine without NVMe", async () => {
    expect(await find({})).toMatchObject({ stdout: "", exitCode: 0 });
  });
});
