#!/usr/bin/env node
/**
 * Stands in for `aws ssm start-session` and its session-manager-plugin, which cannot be had here: neither AWS nor the plugin's
 * binary. It takes no other command line than the one that the AWS CLI documents, prints what aws-cli 1.45.11 and the plugin print
 * (https://github.com/aws/session-manager-plugin/tree/mainline/src/sessionmanagerplugin/session/portsession), runs the plugin as a
 * child as the CLI does, and the plugin forwards bytes for real: to a port of this machine instead of an instance.
 *
 * $STAND_IN is a JSON file: what each instance does, read anew by each run. $STAND_IN_LOG gets a line for what happened.
 */
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { fileURLToPath } from "node:url";

const log = (line) => appendFileSync(process.env.STAND_IN_LOG, `${line}\n`);

/** What botocore says with the error that the service gives. */
const refusals = {
  TargetNotConnected: (target) => `${target} is not connected.`,
  ExpiredTokenException: () => "The security token included in the request is expired",
  UnrecognizedClientException: () => "The security token included in the request is invalid.",
  AccessDeniedException: (target) =>
    `User: arn:aws:iam::111122223333:user/ops is not authorized to perform: ssm:StartSession on resource: arn:aws:ec2:eu-central-1:111122223333:instance/${target}`,
};

/** What the CLI says by itself. */
const complaints = {
  "no-plugin":
    "SessionManagerPlugin is not found. Please refer to SessionManager Documentation here: http://docs.aws.amazon.com/console/systems-manager/session-manager-plugin-not-found",
  "no-credentials": 'Unable to locate credentials. You can configure credentials by running "aws configure".',
  "no-network": 'Could not connect to the endpoint URL: "https://ssm.eu-central-1.amazonaws.com/"',
};

if (process.argv[2] === "--plugin") plugin(...process.argv.slice(3));
else cli(process.argv.slice(2).join(" "));

function cli(line) {
  const form =
    /^ssm start-session --region eu-central-1 --target (i-[0-9a-f]{17}) --document-name AWS-StartPortForwardingSession --parameters portNumber=2379,localPortNumber=(\d+)$/;
  const [, target, localPort] = form.exec(line) ?? [];
  if (target === undefined) fail(`aws: error: the following arguments are not as expected: ${line}`);
  const { does, port } = JSON.parse(readFileSync(process.env.STAND_IN, "utf8"))[target];
  if (refusals[does])
    fail(`\nAn error occurred (${does}) when calling the StartSession operation: ${refusals[does](target)}`);
  if (complaints[does]) fail(`\n${complaints[does]}`);
  if (does === "hangs") {
    setInterval(() => undefined, 1000);
    return;
  }
  const child = spawn(
    process.execPath,
    [fileURLToPath(import.meta.url), "--plugin", target, localPort, String(port), does],
    { stdio: "inherit" },
  );
  log(`opened ${target} ${process.pid} ${child.pid}`);
  // The real one ignores what a user types, for the plugin to handle.
  for (const signal of ["SIGINT", "SIGQUIT", "SIGTSTP"]) process.on(signal, () => undefined);
  child.on("exit", (code) => process.exit(code ?? 255));
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(255);
}

function plugin(target, localPort, port, does) {
  const session = `ops-${target.slice(2)}`;
  process.stdout.write(`\nStarting session with SessionId: ${session}\n`);
  process.on("SIGINT", () => {
    log(`terminated ${target}`);
    if (does === "ends-never") return;
    process.stdout.write(
      `Terminate signal received, exiting.\n\n\nExiting session with sessionId: ${session}.\n\n`,
    );
    process.exit(0);
  });
  const server = createServer((near) => {
    const far = connect(Number(port), "127.0.0.1");
    let isRefused = true;
    far.on("connect", () => (isRefused = false));
    far.on("error", () => {
      if (isRefused) process.stdout.write("\nConnection to destination port failed, check SSM Agent logs.\n");
      near.destroy();
    });
    near.on("error", () => far.destroy());
    near.pipe(far).pipe(near);
  });
  server.on("error", (error) => {
    process.stdout.write(`Cannot perform start session: ${error.message}\n`);
    process.exit(0);
  });
  server.listen(Number(localPort), process.env.SSM_PLUGIN_LOCAL_HOST ?? "localhost", () =>
    process.stdout.write(`Port ${localPort} opened for sessionId ${session}.\nWaiting for connections...\n`),
  );
}
