/**
 * A cluster on AWS as a user has it, by the steps of the README: the real cdktf, terraform and AWS provider, with nothing but an
 * endpoint and fake keys in the environment. The tests are one life, and follow each other.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ClusterLife, instanceIds, instanceOf, MEMBERS } from "./cluster/life";
import { letsMembersDoTheirPart } from "./cluster/member-access";
import { holdsWhatWasDefined } from "./cluster/read-back";
import { keepsItsKeysToItself } from "./cluster/secrets";
import { whatIsThere, type AwsState } from "./support/aws-state";
import { evidenceOfPlan, plannedActions } from "./support/evidence";
import type { Evidence } from "./support/private-keys";

const STEP_MS = 240_000;

const BEHIND = /Member (\S+) still runs on older user data/g;
/** On a line of its own in Terraform's frame, to be copied. */
const COMMAND = /^[\s│]*(TF_CLI_ARGS_apply=\S*etcd-1_instance npx cdktf deploy demo-aws)\s*$/m;
const NOTHING_CHANGED = "Resources: 0 added, 0 changed, 0 destroyed";

let life: ClusterLife;
/** What AWS held after the last step. */
let state: AwsState;
beforeAll(async () => {
  life = await ClusterLife.begin();
}, STEP_MS);
afterAll(() => life?.dispose(), STEP_MS);

const membersBehind = (text: string): string[] =>
  [...new Set([...text.matchAll(BEHIND)].map(([, member]) => member!))].toSorted();

describe("a cluster on AWS", { concurrent: false, timeout: STEP_MS }, () => {
  describe("is deployed", () => {
    test("by pki init and a bare cdktf deploy, which says that nobody can be reached from here", async () => {
      await life.pki("init");
      const { code, output } = await life.deploy();
      expect(code, output).toBe(0);
      expect(output).toMatch(/Apply complete! Resources: \d+ added, 0 changed, 0 destroyed/);
      expect(output).toContain("cluster demo is not reachable from here");
      state = await life.readBack();
    });

    test("with the release that the deploy fetched once, checked and kept in the user's cache", () => {
      const { server, path, sha256 } = life.mirror;
      expect(server.requests).toEqual([path]);
      expect(readdirSync(join(life.project.folder, "cache", "tarballs"))).toEqual([`${sha256}.tar.gz`]);
    });

    test("so that a second synth is the same, and a second plan empty and without a warning", async () => {
      const file = join("cdktf.out", "stacks", "demo-aws", "cdk.tf.json");
      const before = await life.read(file);
      expect((await life.synth()).code).toBe(0);
      expect((await life.read(file)).equals(before)).toBe(true);
      expect(await life.plan()).toEqual({ isEmpty: true, actions: [], warnings: [] });
    });

    test("and is known to the commands by its outputs", async () => {
      const { code, output } = await life.cli("verify", "--target", "aws");
      expect(code, output).toBe(3);
      for (const { privateIp } of state.instances) expect(output).toContain(`https://${privateIp}:2379`);
    });
  });

  describe("is in AWS", () =>
    holdsWhatWasDefined(
      () => life,
      () => state,
    ));

  describe("has machines that get what they need", () =>
    letsMembersDoTheirPart(
      () => life,
      () => state,
    ));

  /** A plan that changes nearly everything. */
  let planned: Evidence[];

  describe("is changed", () => {
    let command: string | undefined;

    test("by a deploy that leaves all instances alone, and names those that are behind", async () => {
      await life.define({ settings: { quotaBackendBytes: "4GiB" } });
      const { code, output } = await life.deploy();
      expect(code, output).toBe(0);
      const printed = stripVTControlCharacters(output);
      expect(printed).toContain(NOTHING_CHANGED);
      expect(membersBehind(printed)).toEqual(MEMBERS);
      command = COMMAND.exec(printed)?.[1];
      expect(command, printed).toBeDefined();
      expect((await life.readBack()).instances).toEqual(state.instances);
    });

    test("in one member by the command that was printed, which keeps address, interface and data", async () => {
      const { code, output } = await life.runPrinted(command ?? "false");
      expect(code, output).toBe(0);
      const before = state;
      state = await life.readBack();

      const [old, fresh] = [instanceOf(before, "etcd-1"), instanceOf(state, "etcd-1")];
      expect(instanceIds(state)).toEqual({ ...instanceIds(before), "etcd-1": fresh.id });
      expect(fresh.id).not.toBe(old.id);
      const { privateIp, interfaceIds, availabilityZone, placementGroup } = old;
      expect(fresh).toMatchObject({ privateIp, interfaceIds, availabilityZone, placementGroup });
      const dataVolume = (of: AwsState) => of.volumes.find(({ tags }) => tags["Name"] === "demo-etcd-1-data");
      expect(dataVolume(state)).toEqual({
        ...dataVolume(before),
        attachments: [{ instanceId: fresh.id, device: "/dev/sdf" }],
      });
      const { stdout } = await life.cli("render", "etcd-1", "--target", "aws");
      expect(fresh.userData).toBe(stdout);
      expect(fresh.userData).not.toBe(old.userData);
    });

    test("and then has an empty plan, which warns of the other two", async () => {
      const { warnings, ...plan } = await life.plan();
      expect(plan).toEqual({ isEmpty: true, actions: [] });
      expect(warnings).toHaveLength(2);
      expect(membersBehind(warnings.join("\n"))).toEqual(["etcd-0", "etcd-2"]);
    });

    test("by another tag, in place", async () => {
      await life.define({ aws: { tags: { team: "platform" } } });
      expect((await life.synth()).code).toBe(0);
      planned = await evidenceOfPlan(life.project.terraform, life.project.stackFolder);
      const actions = plannedActions(planned);
      expect(actions.filter((action) => !action.startsWith("update "))).toEqual([]);
      expect(actions).toContain("update aws_instance.etcd-0_instance");

      const { code, output } = await life.deploy();
      expect(code, output).toBe(0);
      const before = state;
      state = await life.readBack();
      expect(instanceIds(state)).toEqual(instanceIds(before));
      for (const { tags } of [...state.instances, ...state.volumes, ...state.placementGroups])
        expect(tags).toMatchObject({ team: "platform" });
      expect(await life.plan()).toMatchObject({ isEmpty: true });
    });

    test("by renewed certificates, of which the deploy uploads the new files and does nothing else", async () => {
      await life.pki("renew", "--all");
      const { code, output } = await life.deploy();
      expect(code, output).toBe(0);
      // Certificate and key of the server and of the peer, of three members; the CAs stay.
      expect(output).toContain("Resources: 0 added, 12 changed, 0 destroyed");
      const renewed = await life.readBack();
      expect({ ...renewed, buckets: [] }).toEqual({ ...state, buckets: [] });
      await expectOwnFiles(renewed);
      state = renewed;
    });
  });

  describe("keeps its keys to itself", () =>
    keepsItsKeysToItself(
      () => life,
      () => planned,
    ));

  describe("is destroyed", () => {
    test("not as long as its data is protected: nothing is, and it is said why", async () => {
      const { code, output } = await life.cli("down", "--target", "aws");
      expect(code, output).toBe(4);
      expect(output).toContain("Error: Instance cannot be destroyed");
      expect(output).toContain("nothing was destroyed: data volumes, bucket and key are protected");
      expect(output).toContain("set aws.preventDestroy: false");
      expect(await life.readBack()).toEqual(state);
    });

    test("in the documented way, and then nothing is left, also of what members wrote", async () => {
      const keys = state.buckets.flatMap(({ objects }) => objects.map(({ key }) => key));
      expect(keys).toEqual(
        expect.arrayContaining(["status/etcd-0/joined-demo", "backups/etcd-0/snapshot.db"]),
      );
      await life.define({ aws: { preventDestroy: false } });
      const lifted = await life.deploy();
      expect(lifted.code, lifted.output).toBe(0);
      expect(instanceIds(await life.readBack())).toEqual(instanceIds(state));

      const { code, output } = await life.destroy();
      expect(code, output).toBe(0);
      expect(life.mirror.server.requests).toHaveLength(1);
      expect(whatIsThere(await life.readBack())).toEqual({});
    });
  });

  async function expectOwnFiles({ buckets }: AwsState): Promise<void> {
    for (const member of MEMBERS)
      for (const [name, file] of Object.entries(life.tlsFiles(member))) {
        const object = buckets[0]?.objects.find(({ key }) => key === `members/${member}/${name}`);
        expect(object?.sha256, file).toBe(await life.sha256(file));
      }
  }
});
