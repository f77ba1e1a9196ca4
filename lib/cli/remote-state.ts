import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AwsState } from "../cluster/cluster";
import { CLUSTER_OUTPUT } from "../cluster/outputs";
import { ExternalError } from "../errors";
import { runProgram, type ProgramResult } from "../local/run-program";
import { failureAdvice } from "./failure-advice";
import { parseJson } from "./parse-json";
import { terraformBinary } from "./terraform-binary";

/** Terraform tries a service that does not answer for minutes. */
const TIMEOUT_MS = 60_000;

/**
 * The stack's output out of a state in S3, read by Terraform itself: it finds credentials the way the deploy does.
 *
 * In a folder with the backend alone, not in the stack's: this needs neither a synthesized stack nor its provider, and is the same in
 * a fresh checkout.
 *
 * @throws {ExternalError} when Terraform cannot read it
 */
export async function outputInBucket({ bucket, key, region }: AwsState): Promise<unknown> {
  const name = `s3://${bucket}/${key}`;
  const terraform = terraformBinary();
  const folder = await mkdtemp(join(tmpdir(), "cdktf-etcd-state-"));
  try {
    const backend = { terraform: { backend: { s3: { bucket, key, region } } } };
    await writeFile(join(folder, "main.tf.json"), JSON.stringify(backend));
    const env = { ...process.env, TF_DATA_DIR: join(folder, ".terraform"), CHECKPOINT_DISABLE: "1" };
    const run = async (...args: string[]): Promise<ProgramResult> => {
      const result = await runProgram(terraform, [...args, "-no-color"], {
        cwd: folder,
        env,
        timeoutMs: TIMEOUT_MS,
      });
      if (result.failure === undefined) return result;
      throw new ExternalError(
        `cannot read the Terraform state ${name}:\n${result.stderr.trim() || result.failure}`,
        {
          remedy:
            failureAdvice(result.stderr) ??
            "check the AWS credentials of this shell, and bucket, key and region of aws.state in the definition",
        },
      );
    };
    await run("init", "-input=false");
    const { stdout } = await run("output", "-json");
    const outputs = parseJson(
      stdout,
      `what Terraform says of ${name}`,
      "run the same command again",
    ) as Record<string, { value?: unknown } | undefined>;
    return outputs[CLUSTER_OUTPUT]?.value;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
