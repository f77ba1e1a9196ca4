"""
Sends requests to AWS, one per line of JSON on standard input, and prints their answers. The region is the
argument.
"""

import json
import sys
from typing import Any

import boto3
from botocore.exceptions import ClientError
from botocore.response import StreamingBody


def answer_to(call: dict[str, Any]) -> dict[str, Any]:
    client = boto3.client(call["service"], region_name=sys.argv[1], **credentials_of(call))
    try:
        response = getattr(client, call["operation"])(**call.get("parameters", {}))
    except ClientError as error:
        return {"ok": False, "code": error.response["Error"]["Code"], "message": str(error)}
    del response["ResponseMetadata"]
    return {"ok": True, "response": response}


def credentials_of(call: dict[str, Any]) -> dict[str, str | None]:
    if "credentials" not in call:
        return {}
    credentials = call["credentials"]
    return {
        "aws_access_key_id": credentials["accessKeyId"],
        "aws_secret_access_key": credentials["secretAccessKey"],
        "aws_session_token": credentials.get("sessionToken"),
    }


def as_json(value: Any) -> str:
    return value.read().decode(errors="replace") if isinstance(value, StreamingBody) else str(value)


for line in sys.stdin:
    print(json.dumps(answer_to(json.loads(line)), default=as_json), flush=True)
