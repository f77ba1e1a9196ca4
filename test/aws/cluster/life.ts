import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { MEMBER_TLS_FILES } from "../../../lib/cluster/bucket";
import type { AwsDefinition, ClusterDefinition } from "../../../lib/cluster/definition";
import type { CliResult } from "../../support/cli";
import { AwsProject, DEPLOY_OPTIONS, SHORT_CHECK } from "../support/aws-project";
import type { AwsInstance, AwsState } from "../support/aws-state";
import { releaseMirror, type ReleaseMirror } from "../support/release-mirror";
import type { Evidence, KnownKey } from "../support/private-keys";

export const REGION = "eu-central-1";
export const DOMAIN = "etcd.example.internal";
export const MEMBERS = ["etcd-0", "etcd-1", "etcd-2"] as const;
/** Member by member, in the subnets of the default network. */
export const ADDRESSES = ["10.40.0.10", "10.40.1.10", "10.40.2.10"] as const;

/** A type of this machine's architecture, since the tarball has this machine's etcd. */
const INSTANCE_TYPE = { amd64: "m7i.large", arm64: "m7g.large" } as const;

/** What differs from the definition that the life begins with. */
export interface Changes {
  readonly aws?: Partial<AwsDefinition>;
  readonly settings?: NonNullable<ClusterDefinition["etcd"]>["settings"];
}

/** What Terraform would do, by its own account. */
export interface Plan {
  readonly isEmpty: boolean;
  /** `update aws_s3_object.etcd-0_server_crt` */
  readonly actions: readonly string[];
  readonly warnings: readonly string[];
}

/** A cluster from its first deploy to its end, with one project, one emulated AWS, and a record of all that was printed. */
export class ClusterLife {
  /** All that was printed. */
  readonly transcripts: Evidence[] = [];
  /** All private keys that the project ever had. */
  readonly keys: KnownKey[] = [];
  private changes: Changes = {};

  private constructor(
    readonly project: AwsProject,
    readonly mirror: ReleaseMirror,
  ) {}

  static async begin(): Promise<ClusterLife> {
    const project = await AwsProject.create({ definition: "", region: REGION });
    try {
      const life = new ClusterLife(project, await releaseMirror(project.namespace));
      await life.define({});
      return life;
    } catch (error) {
      await project.dispose();
      throw error;
    }
  }

  /** Has the certificates made, or made again. */
  async pki(...args: readonly string[]): Promise<void> {
    const { code, output } = await this.cli("pki", ...args);
    if (code !== 0) throw new Error(output);
    const files = await readdir(join(this.project.folder, "pki"), { recursive: true });
    for (const name of files.filter((file) => file.endsWith(".key")))
      this.keys.push({ name, pem: (await this.read(join("pki", name))).toString() });
  }

  /** Changes the definition; what was changed before stays so. */
  async define({ aws, settings }: Changes): Promise<void> {
    this.changes = {
      aws: { ...this.changes.aws, ...aws },
      settings: { ...this.changes.settings, ...settings },
    };
    const { release, architecture, sha256, server } = this.mirror;
    const definition = {
      name: "demo",
      etcd: {
        release,
        sha256: { [architecture]: sha256 },
        downloadBaseUrl: server.url,
        settings: { quotaBackendBytes: "2GiB", ...this.changes.settings },
      },
      aws: {
        region: REGION,
        instanceType: INSTANCE_TYPE[architecture],
        dns: { domain: DOMAIN },
        ...this.changes.aws,
      },
    } satisfies ClusterDefinition;
    await this.project.write("cluster.yaml", stringify(definition));
  }

  cli(...args: readonly string[]): Promise<CliResult> {
    return this.recorded(`cdktf-etcd ${args.join(" ")}`, this.project.run(args, SHORT_CHECK));
  }

  synth(): Promise<CliResult> {
    return this.recorded("cdktf synth", this.project.cdktf(["synth"]));
  }

  deploy(): Promise<CliResult> {
    return this.recorded("cdktf deploy", this.project.deploy());
  }

  destroy(): Promise<CliResult> {
    return this.recorded("cdktf destroy", this.project.destroy());
  }

  /** A command that we print for people to run, as they would run it, where nobody is asked and no machine starts. */
  runPrinted(line: string): Promise<CliResult> {
    const unattended = `${line} ${DEPLOY_OPTIONS.join(" ")}`;
    return this.recorded(line, this.project.shell(unattended, SHORT_CHECK));
  }

  /** Of what was synthesized last. */
  async plan(): Promise<Plan> {
    const args = ["plan", "-input=false", "-json", "-detailed-exitcode"];
    const { stdout, exitCode } = await this.project.terraform.run(this.project.stackFolder, args, [0, 2]);
    this.record("terraform plan -json", stdout);
    const messages = stdout.split("\n").map((line) => JSON.parse(line) as PlanMessage);
    return {
      isEmpty: exitCode === 0,
      actions: messages.flatMap(({ type, change }) =>
        type === "planned_change" && change !== undefined ? [`${change.action} ${change.resource.addr}`] : [],
      ),
      warnings: messages.flatMap(({ diagnostic }) =>
        diagnostic?.severity === "warning" ? [`${diagnostic.summary}: ${diagnostic.detail}`] : [],
      ),
    };
  }

  readBack(): Promise<AwsState> {
    return this.project.readBack();
  }

  /** What is in a file of the project. */
  read(file: string): Promise<Buffer> {
    return readFile(join(this.project.folder, file));
  }

  /** Of a file of the project, in hexadecimal digits. */
  async sha256(file: string): Promise<string> {
    return createHash("sha256")
      .update(await this.read(file))
      .digest("hex");
  }

  /** Files of the project that become a member's certificates and keys, by their names in the bucket. */
  tlsFiles(member: string): Record<(typeof MEMBER_TLS_FILES)[number], string> {
    const own = `pki/demo/members/${member}`;
    return {
      "client-ca.crt": "pki/demo/client-ca.crt",
      "server.crt": `${own}/server.crt`,
      "server.key": `${own}/server.key`,
      "peer-ca.crt": "pki/demo/peer-ca.crt",
      "peer.crt": `${own}/peer.crt`,
      "peer.key": `${own}/peer.key`,
    };
  }

  async dispose(): Promise<void> {
    await this.project.dispose();
    await this.mirror.remove();
  }

  private async recorded(name: string, running: Promise<CliResult>): Promise<CliResult> {
    const result = await running;
    this.record(name, result.output);
    return result;
  }

  private record(place: string, text: string): void {
    this.transcripts.push(outputOf(place, text));
  }
}

export function outputOf(command: string, text: string): Evidence {
  return { kind: "output of a command", place: command, content: Buffer.from(text) };
}

/** A line of `terraform plan -json`. https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
interface PlanMessage {
  readonly type: string;
  readonly change?: { readonly action: string; readonly resource: { readonly addr: string } };
  readonly diagnostic?: {
    readonly severity: "error" | "warning";
    readonly summary: string;
    readonly detail: string;
  };
}

/** The instance of a member, by its tag. */
export function instanceOf(state: AwsState, member: string): AwsInstance {
  const found = state.instances.filter(({ tags }) => tags["etcd-member"] === member);
  if (found.length !== 1) throw new Error(`${member} has ${found.length} instances`);
  return found[0]!;
}

/** Ids of the members' instances, by member. */
export function instanceIds(state: AwsState): Record<string, string> {
  return Object.fromEntries(MEMBERS.map((member) => [member, instanceOf(state, member).id]));
}
