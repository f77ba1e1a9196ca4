"""How a service says that a request is not allowed.

AWS: in the protocol of the service, and with a code of its own.
moto: always in the same XML, with the same codes. Only boto3 can read that.
"""

import json
from typing import NoReturn
from xml.sax.saxutils import escape

from moto.iam.access_control import IAMRequest
from werkzeug.exceptions import HTTPException

JSON_SERVICES = ("kms", "ssm")
"""https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html"""

FORBIDDEN = 403


class Refusal(HTTPException):
    code = FORBIDDEN

    def __init__(self, service: str, code: str, message: str):
        super().__init__(body_of(service, code, message))


def install() -> None:
    IAMRequest._raise_access_denied = raise_access_denied
    IAMRequest._raise_invalid_access_key = raise_invalid_access_key


def raise_access_denied(self: IAMRequest) -> NoReturn:
    message = f"User: {self._access_key.arn} is not authorized to perform: {self._action}"
    code = {"ec2": "UnauthorizedOperation"}.get(self._service, "AccessDenied")
    raise Refusal(self._service, f"{code}Exception" if self._service in JSON_SERVICES else code, message)


def raise_invalid_access_key(self: IAMRequest, _reason: str) -> NoReturn:
    message = "The security token included in the request is invalid."
    if self._service in JSON_SERVICES:
        raise Refusal(self._service, "UnrecognizedClientException", message)
    raise Refusal(self._service, "AuthFailure" if self._service == "ec2" else "InvalidClientTokenId", message)


def body_of(service: str, code: str, message: str) -> str:
    if service in JSON_SERVICES:
        return json.dumps({"__type": code, "message": message})
    error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    if service == "ec2":
        return f"<Response><Errors>{error}</Errors><RequestID>refused</RequestID></Response>"
    return f"<ErrorResponse>{error}<RequestId>refused</RequestId></ErrorResponse>"
