import type { Emulator } from "./emulator";

const IMAGE_PARAMETER = "/aws/service/debian/release/13/latest/amd64";

export interface LaunchOptions {
  readonly address: string;
  /** Name of a role with a profile of the same name. @default - none */
  readonly role?: string;
  /** @default - none */
  readonly userData?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** In the words of RunInstances. */
  readonly metadataOptions?: Readonly<Record<string, string>>;
}

/** A VPC with one subnet and one security group, in which tests start instances without Terraform. */
export class TestVpc {
  private constructor(
    private readonly emulator: Emulator,
    private readonly subnetId: string,
    private readonly groupId: string,
    private readonly imageId: string,
  ) {}

  static async create(emulator: Emulator, cidr: string): Promise<TestVpc> {
    const { Vpc } = await emulator.response("ec2", "create_vpc", { CidrBlock: cidr });
    const { VpcId } = Vpc as { VpcId: string };
    const zone = `${emulator.region}a`;
    const place = { VpcId, CidrBlock: cidr, AvailabilityZone: zone };
    const { Subnet } = await emulator.response("ec2", "create_subnet", place);
    const group = { VpcId, GroupName: "test", Description: "of a test" };
    const { GroupId } = await emulator.response("ec2", "create_security_group", group);
    const { Parameter } = await emulator.response("ssm", "get_parameter", { Name: IMAGE_PARAMETER });
    const { SubnetId } = Subnet as { SubnetId: string };
    return new TestVpc(emulator, SubnetId, String(GroupId), (Parameter as { Value: string }).Value);
  }

  /** Gives the id of the new instance. */
  async launch({ address, role, userData, tags = {}, metadataOptions }: LaunchOptions): Promise<string> {
    const place = { SubnetId: this.subnetId, PrivateIpAddress: address, Groups: [this.groupId] };
    const created = await this.emulator.response("ec2", "create_network_interface", place);
    const { NetworkInterfaceId } = created["NetworkInterface"] as { NetworkInterfaceId: string };
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const { Instances } = await this.emulator.response("ec2", "run_instances", {
      ImageId: this.imageId,
      InstanceType: "m7i.large",
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId }],
      ...(role === undefined ? {} : { IamInstanceProfile: { Name: role } }),
      ...(userData === undefined ? {} : { UserData: userData }),
      ...(Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: "instance", Tags }] }),
      ...(metadataOptions === undefined ? {} : { MetadataOptions: metadataOptions }),
    });
    const [instance] = Instances as { InstanceId: string }[];
    return instance!.InstanceId;
  }
}
