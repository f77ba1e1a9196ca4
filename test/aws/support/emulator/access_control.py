"""Who may do what: policies of roles and of buckets.

AWS: every request is checked against the caller's policies with their conditions, and a request to S3 against
the bucket's policy too, and against that of the gateway endpoint through which it comes. Reading or writing an object that is encrypted with a KMS key needs permission for
that key.
moto: checks nothing unless told to; then statements with a condition deny whatever the condition says, `?` is
no wildcard, and KMS keys are not asked for. A bucket policy with a conditional Deny makes it refuse every
request.

A request with a session token is a role's, and is checked. One without comes from whoever deploys, an
administrator; to them only bucket policies apply.
"""

import os
from typing import Any

import flask
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.ec2.models import ec2_backends
from moto.iam.access_control import IAMRequestBase, PermissionResult, S3IAMRequest
from moto.iam.models import Policy
from moto.kms.models import kms_backends
from moto.s3.exceptions import BucketAccessDeniedError
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from policies import Context, Decision, evaluate

KMS = "aws:kms"
SSE_HEADER = "x-amz-server-side-encryption"

THROUGH_ENDPOINT = "x-emulator-through-gateway-endpoint"
"""Header of requests that come from inside the VPC; whoever hands them on puts it there."""


def install() -> None:
    load_managed_policies()
    check_roles_from_the_start()
    sign_what_was_sent()
    IAMRequestBase.check_action_permitted = check_action_permitted
    FakeBucket.get_permission = bucket_permission
    ask_for_kms_keys()
    hide_missing_objects()


def load_managed_policies() -> None:
    """AWS: has its own policies, such as AmazonSSMManagedInstanceCore. moto: only when asked for them."""
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"


def check_roles_from_the_start() -> None:
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    authorize = ActionAuthenticatorMixin._authenticate_and_authorize_action

    def authorize_roles(self: Any, request_class: type, resource: str = "*") -> None:
        if is_of_role(self):
            authorize(self, request_class, resource)

    ActionAuthenticatorMixin._authenticate_and_authorize_action = authorize_roles


def sign_what_was_sent() -> None:
    """
    AWS: the signature is of the query as it was sent. moto: of the decoded one, so that `prefix=a%2F` never
    fits.
    """
    init = IAMRequestBase.__init__

    def init_with_raw_path(self: IAMRequestBase, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        self._path = flask.request.environ["RAW_URI"]

    IAMRequestBase.__init__ = init_with_raw_path


def is_of_role(response: Any) -> bool:
    return "X-Amz-Security-Token" in response.headers


def check_action_permitted(self: IAMRequestBase, resource: str) -> None:
    if self._action == "sts:GetCallerIdentity":
        return
    if decision_for(self, self._action, resource, request_context()) is not Decision.ALLOWED:
        self._raise_access_denied()
    if THROUGH_ENDPOINT in flask.request.headers and not endpoint_lets_through(self, resource):
        self._raise_access_denied()


def endpoint_lets_through(request: IAMRequestBase, resource: str) -> bool:
    """
    Of several endpoints that of the caller's VPC would count; there is one at most.
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """
    context = {**request_context(), "aws:principalaccount": request.account_id}
    backend = ec2_backends[request.account_id][request._region]
    policies = [
        endpoint.policy_document
        for endpoint in backend.vpc_end_points.values()
        if endpoint.service_name.endswith(".s3") and endpoint.state == "available"
    ]
    return not policies or evaluate(policies, request._action, resource, context) is Decision.ALLOWED


def decision_for(request: IAMRequestBase, action: str, resource: str, context: Context) -> Decision:
    documents = [document_of(policy) for policy in request._access_key.collect_policies()]
    return evaluate(documents, action, resource, context)


def document_of(policy: Any) -> str:
    """An attached policy, or the text of a role's inline policy."""
    if not isinstance(policy, Policy):
        return policy
    return next(version.document for version in policy.versions if version.is_default)


def bucket_permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    # moto gives S3's action by the HTTP method.
    action = action.replace("s3:HeadObject", "s3:GetObject")
    decision = evaluate([bucket.policy.decode()], action, resource, request_context())
    return {
        Decision.DENIED: PermissionResult.DENIED,
        Decision.ALLOWED: PermissionResult.PERMITTED,
        Decision.NEITHER: PermissionResult.NEUTRAL,
    }[decision]


def request_context() -> dict[str, str]:
    """
    Condition keys of the request that is being answered.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
    """
    # Plain HTTP on loopback stands for the HTTPS endpoint of AWS.
    context = {"aws:securetransport": "true"}
    for key in ("prefix", "delimiter", "max-keys"):
        if key in flask.request.args:
            context[f"s3:{key}"] = flask.request.args[key]
    for name, value in flask.request.headers.items():
        if name.lower().startswith("x-amz-"):
            context[f"s3:{name.lower()}"] = value
    return context


def ask_for_kms_keys() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms"""
    get_object, put_object = S3Response.get_object, S3Response.put_object

    def get(self: S3Response) -> Any:
        key, _ = self._get_key()
        if key.encryption == KMS and is_of_role(self):
            check_kms_key(self, "kms:Decrypt", key.kms_key_id, is_true(key.bucket_key_enabled))
        return get_object(self)

    def put(self: S3Response) -> Any:
        rule = encryption_rule(self.backend.get_bucket(self.bucket_name))
        default = rule.get("ApplyServerSideEncryptionByDefault", {})
        algorithm = self.headers.get(SSE_HEADER, default.get("SSEAlgorithm"))
        if algorithm == KMS and is_of_role(self):
            key_id = self.headers.get(f"{SSE_HEADER}-aws-kms-key-id", default.get("KMSMasterKeyID"))
            bucket_key = self.headers.get(f"{SSE_HEADER}-bucket-key-enabled", rule.get("BucketKeyEnabled"))
            check_kms_key(self, "kms:GenerateDataKey", key_id, is_true(bucket_key))
        return put_object(self)

    S3Response.get_object, S3Response.put_object = get, put


def encryption_rule(bucket: FakeBucket) -> dict[str, Any]:
    return bucket.encryption["Rule"] if bucket.encryption else {}


def is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def check_kms_key(response: S3Response, action: str, key_id: str | None, has_bucket_key: bool) -> None:
    if key_id is None:
        # The key policy of aws/s3 lets everybody in the account use it through S3.
        return
    bucket = f"arn:aws:s3:::{response.bucket_name}"
    context = {
        "kms:viaservice": f"s3.{response.region}.amazonaws.com",
        "kms:calleraccount": response.current_account,
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html#bucket-key-changes
        "kms:encryptioncontext:aws:s3:arn": bucket
        if has_bucket_key
        else f"{bucket}/{response.parse_key_name()}",
    }
    if decision_of(response, action, key_arn(response, key_id), context) is not Decision.ALLOWED:
        raise BucketAccessDeniedError(bucket=response.bucket_name)


def key_arn(response: S3Response, key_id: str) -> str:
    return kms_backends[response.current_account][response.region].describe_key(key_id).arn


def hide_missing_objects() -> None:
    """
    AWS: who may not list the bucket is told "access denied" about an object that is not there. Whether a
    permission with a condition on `s3:prefix` counts is not documented: here it does not, the stricter of the
    two. moto: tells everybody.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    get_key = S3Response._get_key
    head_object = S3Response.head_object

    def get(self: S3Response, *args: Any, **kwargs: Any) -> Any:
        if is_hidden(self):
            raise BucketAccessDeniedError(bucket=self.bucket_name)
        return get_key(self, *args, **kwargs)

    def head(self: S3Response, *args: Any, **kwargs: Any) -> Any:
        answer = head_object(self, *args, **kwargs)
        return (403, {}, "") if is_hidden(self) else answer

    S3Response._get_key, S3Response.head_object = get, head


def is_hidden(response: S3Response) -> bool:
    """Whether the object is not there, and the caller may not know."""
    if not is_of_role(response):
        return False
    if response.backend.get_object(response.bucket_name, response.parse_key_name()):
        return False
    bucket = f"arn:aws:s3:::{response.bucket_name}"
    return decision_of(response, "s3:ListBucket", bucket, request_context()) is not Decision.ALLOWED


def decision_of(response: S3Response, action: str, resource: str, context: Context) -> Decision:
    """For the caller of a request to S3, about another action than the request's own."""
    request = S3IAMRequest(
        account_id=response.current_account,
        method=response.method,
        path=response.path,
        data=response.data,
        body=response.raw_body,
        headers=response.headers,
        action=action,
    )
    return decision_for(request, action, resource, context)
