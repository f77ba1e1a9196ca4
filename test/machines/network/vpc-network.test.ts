import { describe, expect, test, vi } from "vitest";
import { labProblem } from "../image/requirements";
import { shell } from "../../aws/support/namespace-shell";
import { deployedState, S3_ADDRESS, withInterface, withoutRules, withRoutes } from "./support/deployed-state";
import { NetworkWithMachines } from "./support/network-with-machines";

const TIMEOUT_MS = 120_000;
const WAIT = { timeout: 30_000, interval: 100 };

const [FIRST, SECOND, THIRD] = ["10.40.0.10", "10.40.1.10", "10.40.2.10"] as const;

describe.skipIf(labProblem() !== undefined)("the network of a VPC", { timeout: TIMEOUT_MS }, () => {
  test("members reach each other on the ports that the security group names, and on no other", async () => {
    const lab = await NetworkWithMachines.start();
    await lab.listen("etcd-1", 2380);
    await lab.listen("etcd-1", 22);
    expect(await lab.dial("etcd-0", SECOND, 2380)).toBe("open");
    expect(await lab.dialInVain("etcd-0", SECOND, 22)).toBe("silence");
    expect(await lab.refusals()).toEqual([
      `${FIRST} (etcd-0) -> ${SECOND} (etcd-1) tcp/22 refused: no security group rule lets it out: etcd-demo (sg-0e7c) has no such egress rule`,
    ]);
  });

  test("a port that is let through and on which nobody listens is refused at once, by the machine itself", async () => {
    const lab = await NetworkWithMachines.start();
    expect(await lab.dial("etcd-0", SECOND, 2380)).toBe("Connection refused");
    expect(await lab.refusals()).toEqual([]);
  });

  test.each([
    ["ingress", "lets it in: etcd-demo (sg-0e7c) has no such ingress rule"],
    ["egress", "lets it out: etcd-demo (sg-0e7c) has no such egress rule"],
  ] as const)("without the %s rule for peers, peers do not reach each other", async (direction, reason) => {
    const lab = await NetworkWithMachines.start();
    await lab.listen("etcd-1", 2380);
    await lab.listen("etcd-1", 2379);
    expect(await lab.dial("etcd-0", SECOND, 2380)).toBe("open");
    const isGone = (rule: { direction: string; fromPort: number | null }): boolean =>
      rule.direction === direction && rule.fromPort === 2380;
    await lab.network.update(withoutRules(deployedState(), isGone));
    expect(await lab.dialInVain("etcd-0", SECOND, 2380)).toBe("silence");
    expect(await lab.dial("etcd-0", SECOND, 2379)).toBe("open");
    expect(await lab.refusals()).toEqual([
      `${FIRST} (etcd-0) -> ${SECOND} (etcd-1) tcp/2380 refused: no security group rule ${reason}`,
    ]);
  });

  test("whoever leaves the group that a rule names is no peer any more", async () => {
    const lab = await NetworkWithMachines.start(withInterface(deployedState(), 0, { securityGroupIds: [] }));
    await lab.listen("etcd-1", 2380);
    expect(await lab.dialInVain("etcd-0", SECOND, 2380)).toBe("silence");
    expect(await lab.dial("etcd-2", SECOND, 2380)).toBe("open");
    expect(await lab.refusals()).toEqual([
      `${FIRST} (etcd-0) -> ${SECOND} (etcd-1) tcp/2380 refused: no security group rule lets it out: its network interface is in no security group`,
    ]);
  });

  test("neighbours in one subnet talk through the router, too", async () => {
    const state = withInterface(deployedState(), 1, { privateIp: "10.40.0.11", subnetId: "subnet-0000" });
    const lab = await NetworkWithMachines.start(state);
    await lab.listen("etcd-1", 2380);
    await lab.listen("etcd-1", 22);
    expect(await lab.dial("etcd-0", "10.40.0.11", 2380)).toBe("open");
    expect(await lab.dialInVain("etcd-0", "10.40.0.11", 22)).toBe("silence");
    expect(await lab.refusals()).toEqual([expect.stringContaining("-> 10.40.0.11 (etcd-1) tcp/22 refused")]);
  });

  test("what is sent with somebody else's address does not even get to the rules", async () => {
    const lab = await NetworkWithMachines.start();
    expect(await lab.dialInVain("etcd-0", SECOND, 22)).toBe("silence");
    const honest = [expect.stringContaining(`${FIRST} (etcd-0) -> `)];
    expect(await lab.refusals()).toEqual(honest);
    await shell(
      lab.namespace,
      'ip -n etcd-0 address add "$1/32" dev ens5; ip -n etcd-0 route add "$2/32" via 10.40.0.1 src "$1"',
      ...[THIRD, SECOND],
    );
    await lab.dialInVain("etcd-0", SECOND, 22);
    expect(await lab.refusals()).toEqual(honest);
  });

  test("the operator reaches what the rule for clients says, from an address of the VPC, and nothing else", async () => {
    const lab = await NetworkWithMachines.start();
    for (const port of [2379, 2380]) await lab.listen("etcd-0", port);
    expect(await lab.dial(null, FIRST, 2379)).toBe("open");
    expect(await lab.dialInVain(null, FIRST, 2380)).toBe("silence");
    const { operatorAddress } = lab.network.plan;
    expect(await lab.refusals()).toEqual([
      `${operatorAddress} (operator) -> ${FIRST} (etcd-0) tcp/2380 refused: no security group rule lets it in: etcd-demo (sg-0e7c) has no such ingress rule`,
    ]);
  });

  test("programs beside the router are nobody that machines can reach", async () => {
    const lab = await NetworkWithMachines.start();
    await lab.listen(null, 8080);
    const { operatorAddress } = lab.network.plan;
    for (const address of [operatorAddress, "10.40.0.1"])
      expect(await lab.dialInVain("etcd-0", address, 8080)).toBe("silence");
    expect(await lab.dial(null, "127.0.0.1", 8080)).toBe("open");
  });

  test("an operator's address can be chosen", async () => {
    const lab = await NetworkWithMachines.start(deployedState(), { operatorAddress: "10.40.77.7" });
    await lab.listen("etcd-0", 2379);
    expect(await lab.dial(null, FIRST, 2379)).toBe("open");
    expect(await lab.dialInVain(null, FIRST, 22)).toBe("silence");
    expect(await lab.refusals()).toEqual([expect.stringContaining("10.40.77.7 (operator) -> ")]);
  });

  test("what was let through goes on when the network is updated, and what was refused stays known", async () => {
    const lab = await NetworkWithMachines.start();
    await lab.listen("etcd-1", 2380);
    const talk = await lab.talk("etcd-0", SECOND, 2380);
    expect(await lab.dialInVain("etcd-0", SECOND, 22)).toBe("silence");
    const before = await lab.refusals();
    expect(before).toHaveLength(1);
    await lab.network.update(withoutRules(deployedState(), ({ fromPort }) => fromPort === 2379));
    talk.say("still here");
    await vi.waitFor(() => expect(talk.heard).toEqual(["still here"]), WAIT);
    expect(await lab.refusals()).toEqual(before);
  });

  test("packets of other kinds are refused by what they are", async () => {
    const lab = await NetworkWithMachines.start();
    await lab.probe("etcd-0", "say", SECOND, "53");
    await lab.probe("etcd-0", "ping", SECOND);
    await vi.waitFor(
      async () =>
        expect(await lab.network.refused()).toMatchObject([
          { reason: "refused-egress", source: FIRST, destination: SECOND, protocol: "icmp", port: null },
          { reason: "refused-egress", source: FIRST, destination: SECOND, protocol: "udp", port: 53 },
        ]),
      WAIT,
    );
  });
});

describe.skipIf(labProblem() !== undefined)("ways out of a VPC", { timeout: TIMEOUT_MS }, () => {
  async function withS3(state = deployedState()): Promise<NetworkWithMachines> {
    const lab = await NetworkWithMachines.start(state);
    await shell(lab.namespace, 'ip address replace "$1/32" dev lo', S3_ADDRESS);
    await lab.listen(null, 443, S3_ADDRESS);
    return lab;
  }

  const NO_WAY = "refused: the route table of subnet-0000 has no way there";

  test("a private subnet reaches S3, and nothing else", async () => {
    const lab = await withS3();
    expect(await lab.dial("etcd-0", S3_ADDRESS, 443)).toBe("open");
    expect(await lab.dialInVain("etcd-0", S3_ADDRESS, 80)).toBe("silence");
    expect(await lab.dialInVain("etcd-0", "192.0.2.1", 443)).toBe("silence");
    expect(await lab.refusals()).toEqual([
      `${FIRST} (etcd-0) -> 192.0.2.1 tcp/443 ${NO_WAY}`,
      `${FIRST} (etcd-0) -> ${S3_ADDRESS} (S3) tcp/80 refused: no security group rule lets it out: etcd-demo (sg-0e7c) has no such egress rule`,
    ]);
  });

  test("without the gateway endpoint's route there is no way to S3, not even for an open connection", async () => {
    const lab = await withS3();
    const talk = await lab.talk("etcd-0", S3_ADDRESS, 443);
    talk.say("one");
    await vi.waitFor(() => expect(talk.heard).toEqual(["one"]), WAIT);
    await lab.network.update(withRoutes(deployedState()));
    talk.say("two");
    expect(await lab.dialInVain("etcd-0", S3_ADDRESS, 443)).toBe("silence");
    expect(talk.heard).toEqual(["one"]);
    expect(await lab.refusals()).toEqual([`${FIRST} (etcd-0) -> ${S3_ADDRESS} (S3) tcp/443 ${NO_WAY}`]);
    await lab.network.update(deployedState());
    await vi.waitFor(() => expect(talk.heard).toEqual(["one", "two"]), WAIT);
  });

  test("without the security group's rule there is none either", async () => {
    const lab = await withS3(withoutRules(deployedState(), ({ prefixListId }) => prefixListId !== null));
    expect(await lab.dialInVain("etcd-0", S3_ADDRESS, 443)).toBe("silence");
    expect(await lab.refusals()).toEqual([
      `${FIRST} (etcd-0) -> ${S3_ADDRESS} (S3) tcp/443 refused: no security group rule lets it out: etcd-demo (sg-0e7c) has no such egress rule`,
    ]);
  });

  test("the metadata service is reached whatever the rules are, and is closed but for its port", async () => {
    const lab = await NetworkWithMachines.start(withoutRules(deployedState(), () => true));
    const address = "169.254.169.254";
    await shell(lab.namespace, 'ip address replace "$1/32" dev lo', address);
    await lab.listen(null, 80, address);
    await lab.listen(null, 8080, address);
    expect(await lab.dial("etcd-0", address, 80)).toBe("open");
    expect(await lab.dialInVain("etcd-0", address, 8080)).toBe("silence");
  });
});

describe.skipIf(labProblem() !== undefined)("faults of a VPC", { timeout: TIMEOUT_MS }, () => {
  test("a cut is felt by open connections, hurts nobody else, and can be mended", async () => {
    const lab = await NetworkWithMachines.start();
    for (const machine of ["etcd-1", "etcd-2"]) await lab.listen(machine, 2380);
    await lab.listen("etcd-0", 2379);
    const talk = await lab.talk("etcd-0", SECOND, 2380);
    await lab.network.cutOff("etcd-1", "etcd-0");
    // A change in AWS does not mend it.
    await lab.network.update(withoutRules(deployedState(), ({ fromPort }) => fromPort === 443));
    talk.say("lost");
    expect(await lab.dialInVain("etcd-0", SECOND, 2380)).toBe("silence");
    expect(talk.heard).toEqual([]);
    expect(await lab.dial("etcd-0", THIRD, 2380)).toBe("open");
    expect(await lab.dial(null, FIRST, 2379)).toBe("open");
    expect(await lab.refusals()).toEqual([
      `${FIRST} (etcd-0) -> ${SECOND} (etcd-1) tcp/2380 refused: the two are cut off from each other`,
    ]);
    await lab.network.mend();
    await vi.waitFor(() => expect(talk.heard).toEqual(["lost"]), WAIT);
    expect(await lab.dial("etcd-0", SECOND, 2380)).toBe("open");
  });

  test("what is in an open connection is noted as what it belongs to, whoever sends it", async () => {
    const lab = await NetworkWithMachines.start();
    await lab.tick("etcd-1", 2380);
    await lab.tick("etcd-2", 2380);
    const [talk, other] = [await lab.talk("etcd-0", SECOND, 2380), await lab.talk("etcd-0", THIRD, 2380)];
    for (const { heard } of [talk, other]) await vi.waitFor(() => expect(heard).toContain("tick"), WAIT);
    await lab.network.cutOff("etcd-0", "etcd-1");
    const cut = `${FIRST} (etcd-0) -> ${SECOND} (etcd-1) tcp/2380 refused: the two are cut off from each other`;
    await vi.waitFor(async () => expect(await lab.refusals()).toEqual([cut]), WAIT);
    await lab.network.pullCable("etcd-0");
    const nobody = `${FIRST} (etcd-0) -> ${THIRD} (etcd-2) tcp/2380 refused: one of the two has no power or no cable`;
    await vi.waitFor(async () => expect(await lab.refusals()).toEqual([cut, nobody]), WAIT);
  });

  test("nobody is there when a cable is pulled, until it is plugged in again", async () => {
    const lab = await NetworkWithMachines.start();
    await lab.listen("etcd-1", 2380);
    const talk = await lab.talk("etcd-0", SECOND, 2380);
    await lab.network.pullCable("etcd-1");
    expect(await lab.output("etcd-1", ["cat", "/sys/class/net/ens5/carrier"])).toBe("0");
    talk.say("later");
    const nobody = "refused: one of the two has no power or no cable";
    const lost = `${FIRST} (etcd-0) -> ${SECOND} (etcd-1) tcp/2380 ${nobody}`;
    await vi.waitFor(async () => expect(await lab.refusals()).toEqual([lost]), WAIT);
    expect(await lab.dialInVain("etcd-0", SECOND, 2380)).toBe("silence");
    expect(await lab.dialInVain(null, SECOND, 2379)).toBe("silence");
    expect(await lab.refusals()).toEqual([
      lost,
      `10.40.255.254 (operator) -> ${SECOND} (etcd-1) tcp/2379 ${nobody}`,
    ]);
    expect(talk.heard).toEqual([]);
    await lab.network.plugCable("etcd-1");
    await lab.configure("etcd-1");
    await vi.waitFor(() => expect(talk.heard).toEqual(["later"]), WAIT);
  });

  test("nobody is there when the power is off, until it is on again", async () => {
    const lab = await NetworkWithMachines.start();
    await lab.powerOff("etcd-2");
    expect(await lab.dialInVain("etcd-1", THIRD, 2380)).toBe("silence");
    await lab.powerOn("etcd-2");
    await lab.listen("etcd-2", 2380);
    expect(await lab.dial("etcd-1", THIRD, 2380)).toBe("open");
  });

  test("a machine that is powered on finds its NIC as before, and its cable as it was left", async () => {
    const lab = await NetworkWithMachines.start();
    const nic = ["ip", "-brief", "link", "show", "ens5"];
    const before = await lab.output("etcd-0", nic);
    expect(before).toContain("02:00:00:00:00:00");
    await lab.network.pullCable("etcd-0");
    // Its network namespace is there again before the old one's end of the cable is gone.
    await shell(lab.namespace, "ip netns delete etcd-0; ip netns add etcd-0");
    await lab.network.plugIn("etcd-0");
    await shell(lab.namespace, "ip -n etcd-0 link set ens5 up");
    expect(await lab.output("etcd-0", nic)).toContain("NO-CARRIER");
    await lab.network.plugCable("etcd-0");
    await vi.waitFor(async () => expect(await lab.output("etcd-0", nic)).toContain("LOWER_UP"), WAIT);
    expect(await lab.output("etcd-0", nic)).toContain("02:00:00:00:00:00");
  });

  test("who is not there is said with the names of those who are", async () => {
    const lab = await NetworkWithMachines.start();
    await expect(lab.network.plugIn("etcd-7")).rejects.toThrow(
      "no instance of the member etcd-7 has an interface; there are etcd-0, etcd-1, etcd-2",
    );
    await expect(lab.network.cutOff("etcd-0", "etcd-9")).rejects.toThrow("no instance of the member etcd-9");
  });

  test("with the interfaces go their cables, and the network is there for the next deploy", async () => {
    const lab = await NetworkWithMachines.start();
    const ports = (): Promise<string> => shell(lab.namespace, "ip -brief link show type veth");
    expect((await ports()).trim().split("\n")).toHaveLength(3);
    const empty = { instances: [], interfaces: [], securityGroups: [], subnets: [], vpcs: [] };
    await lab.network.update({ ...deployedState(), ...empty });
    expect(await ports()).toBe("");
    await lab.network.update(deployedState());
    await lab.network.plugIn("etcd-0");
    await expect(
      lab.network.update({ ...deployedState(), vpcs: [{ id: "vpc-0a40", cidr: "10.0.0.0/8", tags: {} }] }),
    ).rejects.toThrow("the VPC was 10.40.0.0/16 and is 10.0.0.0/8 now");
  });
});
