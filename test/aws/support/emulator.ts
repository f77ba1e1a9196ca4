import { spawn } from "node:child_process";
import { join } from "node:path";
import { runProgram } from "../../../lib/local/run-program";
import { BotoSession, type AwsAnswer, type AwsCall, type Credentials } from "./boto-session";
import { firstLine, unref } from "./background-program";
import type { NetworkNamespace } from "./network-namespace";
import { pythonWithMoto } from "./python";

const PROGRAM = join(__dirname, "emulator");

/** moto's own account. */
export const ACCOUNT_ID = "123456789012";

export interface RoleCredentials extends Credentials {
  readonly sessionToken: string;
  readonly expiresAt: Date;
}

/** Whoever deploys, whom the emulator lets do everything. */
const ADMINISTRATOR: Credentials = { accessKeyId: "testing", secretAccessKey: "testing" };

/** An AWS API on loopback, in a network namespace. */
export class Emulator {
  private boto: BotoSession | undefined;

  private constructor(
    private readonly python: string,
    private readonly namespace: NetworkNamespace,
    readonly region: string,
    /** Reached from inside the namespace only. */
    readonly endpoint: string,
  ) {}

  /** Ends with its namespace, or with this process. */
  static async start(namespace: NetworkNamespace, region: string): Promise<Emulator> {
    const python = await pythonWithMoto();
    const [file, ...args] = namespace.command([python, PROGRAM], __dirname);
    const program = spawn(file, args, {
      // Where it runs there may be a metadata service, of others.
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", AWS_EC2_METADATA_DISABLED: "true" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const { port } = JSON.parse(await firstLine(program)) as { port: number };
    unref(program);
    return new Emulator(python, namespace, region, `http://127.0.0.1:${port}`);
  }

  /**
   * All that programs need to take this for AWS, and nothing of this machine's AWS configuration.
   * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
   */
  env(credentials: Credentials = ADMINISTRATOR): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
    return {
      ...Object.fromEntries(inherited),
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_REGION: this.region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      // What fails here fails for good: the provider's 25 attempts only hide it for minutes.
      AWS_MAX_ATTEMPTS: "2",
    };
  }

  /** Runs a script of this folder with boto3, which prints JSON. */
  async runPython(script: string, input: unknown): Promise<unknown> {
    const [file, ...args] = this.namespace.command([this.python, script, JSON.stringify(input)], __dirname);
    const options = { env: this.pythonEnv(), timeoutMs: 60_000 };
    const { failure, stdout, stderr } = await runProgram(file, args, options);
    if (failure !== undefined) throw new Error(`${script}: ${failure}\n${stderr}`);
    return JSON.parse(stdout);
  }

  /** Sends one request, and gives a refusal as an answer. */
  call(call: AwsCall): Promise<AwsAnswer> {
    this.boto ??= new BotoSession(this.python, this.region, this.pythonEnv(), (words) =>
      this.namespace.command(words, __dirname),
    );
    return this.boto.call(call);
  }

  /**
   * The same as the administrator, for a request that has to be granted.
   * @throws Error with the refusal
   */
  async response(
    service: string,
    operation: string,
    parameters: Readonly<Record<string, unknown>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.call({ service, operation, parameters });
    if (!answer.ok) throw new Error(`${operation}: ${answer.code}: ${answer.message}`);
    return answer.response;
  }

  /** What an instance with that role has. The emulator checks the role's policies on every request made with them. */
  async roleCredentials(roleName: string, sessionName = "test"): Promise<RoleCredentials> {
    const parameters = {
      RoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/${roleName}`,
      RoleSessionName: sessionName,
    };
    const answer = await this.call({ service: "sts", operation: "assume_role", parameters });
    if (!answer.ok) throw new Error(`no credentials for ${roleName}: ${JSON.stringify(answer)}`);
    const credentials = answer.response["Credentials"] as Record<string, string>;
    return {
      accessKeyId: credentials["AccessKeyId"]!,
      secretAccessKey: credentials["SecretAccessKey"]!,
      sessionToken: credentials["SessionToken"]!,
      expiresAt: new Date(credentials["Expiration"]!),
    };
  }

  private pythonEnv(): NodeJS.ProcessEnv {
    return { ...this.env(), PYTHONDONTWRITEBYTECODE: "1" };
  }
}
