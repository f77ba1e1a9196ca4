import { expect, test } from "vitest";
import { failureAdvice } from "../../lib/cli/failure-advice";
import { DeployLog } from "../../lib/cli/deploy-log";

/** As Terraform 1.11 and the AWS provider 5.100 print them, wrapped at the width of cdktf's terminal. */
const ERRORS: readonly (readonly [string, string, RegExp])[] = [
  [
    "no credentials",
    `Error: No valid credential sources found
  with provider["registry.terraform.io/hashicorp/aws"],
  on cdk.tf.json line 800, in provider.aws[0]:
Please see https://registry.terraform.io/providers/hashicorp/aws
for more information about providing credentials.
Error: failed to refresh cached credentials, no EC2 IMDS role
found, operation error ec2imds: GetMetadata, request canceled, context
deadline exceeded`,
    /^there are no AWS credentials here: set AWS_PROFILE/,
  ],
  [
    "credentials from another world",
    `Error: Retrieving AWS account details: validating provider credentials:
retrieving caller identity from STS: operation error STS: GetCallerIdentity,
https response error StatusCode: 403, RequestID: 1, api error
InvalidClientTokenId: The security token included in the request is invalid.`,
    /^AWS does not know these credentials/,
  ],
  [
    "credentials of yesterday",
    `Error: Retrieving AWS account details: operation error STS: GetCallerIdentity, api error
ExpiredToken: The security token included in the request is expired`,
    /^the AWS credentials have expired/,
  ],
  [
    "a caller without the permission",
    `Error: creating EC2 Instance: operation error EC2: RunInstances, https response error StatusCode: 403,
api error UnauthorizedOperation: You are not authorized to perform this operation.`,
    /^these AWS credentials may not do what the error names/,
  ],
  [
    "a bucket of somebody else",
    `Error: reading S3 Bucket (x): operation error S3: HeadBucket, api error AccessDenied: Access Denied`,
    /^these AWS credentials may not/,
  ],
  [
    "protected data",
    `Error: Instance cannot be destroyed
  on cdk.tf.json line 71, in resource.aws_ebs_volume.etcd-0_data_volume:
Resource aws_ebs_volume.etcd-0_data_volume has lifecycle.prevent_destroy set, but the plan calls for this
resource to be destroyed.`,
    /aws\.preventDestroy: false, deploy.*up --target aws/,
  ],
  [
    "protected instances",
    `Error: terminating EC2 Instance (i-1): operation error EC2: TerminateInstances, api error OperationNotPermitted: The
instance 'i-1' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    /aws\.terminationProtection: false/,
  ],
  [
    "a bucket that is not there",
    `Error: Failed to get existing workspaces: S3 bucket "states" does not exist.`,
    /aws\.state names first/,
  ],
];

test.each(ERRORS)("says what to do about %s", (_, error, advice) => {
  expect(failureAdvice(error)).toMatch(advice);
});

test("says nothing about what it does not know", () => {
  expect(failureAdvice("Error: creating EC2 Subnet: InvalidSubnet.Range")).toBeUndefined();
  expect(failureAdvice("")).toBeUndefined();
});

test("finds the words again in the frame that Terraform draws around them", () => {
  const log = new DeployLog();
  const frame = [
    "╷",
    "│ Error: failed to refresh cached credentials, no EC2 IMDS role",
    "│ found, operation error",
    "╵",
  ];
  for (const line of frame) log.accept(`demo-aws  ${line}`);
  expect(failureAdvice(log.errorText())).toMatch(/^there are no AWS credentials here/);
});

test("takes no advice from what a step of the deploy has said itself, nor from warnings", () => {
  const log = new DeployLog();
  const frames = [
    [
      "╷",
      "│ Error: local-exec provisioner error",
      "│ Error running command: exit status 4. Output: AccessDenied",
      "╵",
    ],
    ["╷", "│ Warning: AccessDenied", "╵"],
  ];
  for (const line of frames.flat()) log.accept(line);
  expect(log.errorText()).toBe("");
});
