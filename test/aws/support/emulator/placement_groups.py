"""Placement groups.

AWS: groups have a name, a strategy and tags; RunInstances refuses an unknown one and DescribeInstances shows
it.
moto: answers with "not implemented", drops the name that RunInstances gives, and knows no resource whose id
begins with `pg-`.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response

Group = dict[str, Any]
Tags = dict[str, str]

GROUPS: defaultdict[str, dict[str, Group]] = defaultdict(dict)
"""By region, by name."""


def install() -> None:
    EC2Response.create_placement_group = create_placement_group
    EC2Response.describe_placement_groups = describe_placement_groups
    EC2Response.delete_placement_group = delete_placement_group
    change_tags_of_groups()


def group_named(region: str, name: str) -> Group:
    if name not in GROUPS[region]:
        raise EC2ClientError("InvalidPlacementGroup.Unknown", f"The Placement Group '{name}' is unknown.")
    return GROUPS[region][name]


def create_placement_group(self: EC2Response) -> ActionResult:
    name = self._get_param("GroupName")
    strategy = self._get_param("Strategy") or "cluster"
    if name in GROUPS[self.region]:
        raise EC2ClientError(
            "InvalidPlacementGroup.Duplicate", f"The placement group '{name}' already exists."
        )
    tags = self._parse_tag_specification("placement-group").get("placement-group", {})
    group = {
        "GroupName": name,
        "GroupId": f"pg-{uuid4().hex[:17]}",
        "GroupArn": f"arn:aws:ec2:{self.region}:{self.current_account}:placement-group/{name}",
        "State": "available",
        "Strategy": strategy,
        "SpreadLevel": self._get_param("SpreadLevel") or ("rack" if strategy == "spread" else None),
        "PartitionCount": self._get_param("PartitionCount"),
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
    }
    GROUPS[self.region][name] = group
    return ActionResult({"PlacementGroup": group})


def describe_placement_groups(self: EC2Response) -> ActionResult:
    names = self._get_param("GroupNames") or list(GROUPS[self.region])
    return ActionResult({"PlacementGroups": [group_named(self.region, name) for name in names]})


def change_tags_of_groups() -> None:
    create_tags, delete_tags = EC2Response.create_tags, EC2Response.delete_tags

    def create(self: EC2Response) -> ActionResult:
        return change_tags(self, lambda tags, given: tags | given) or create_tags(self)

    def delete(self: EC2Response) -> ActionResult:
        return change_tags(self, without) or delete_tags(self)

    EC2Response.create_tags, EC2Response.delete_tags = create, delete


def without(tags: Tags, given: Tags) -> Tags:
    return {key: value for key, value in tags.items() if key not in given}


def change_tags(self: EC2Response, change: Callable[[Tags, Tags], Tags]) -> ActionResult | None:
    """Nothing when the request is for other resources."""
    ids = self._get_param("Resources", [])
    groups = [group for group in GROUPS[self.region].values() if group["GroupId"] in ids]
    if not groups:
        return None
    given = {tag["Key"]: tag.get("Value", "") for tag in self._get_param("Tags", [])}
    for group in groups:
        tags = {tag["Key"]: tag["Value"] for tag in group["Tags"]}
        group["Tags"] = [{"Key": key, "Value": value} for key, value in change(tags, given).items()]
    return EmptyResult()


def delete_placement_group(self: EC2Response) -> ActionResult:
    name = group_named(self.region, self._get_param("GroupName"))["GroupName"]
    if any(is_in_group(instance, name) for instance in self.ec2_backend.all_instances()):
        raise EC2ClientError(
            "InvalidPlacementGroup.InUse", f"The placement group '{name}' is in use and may not be deleted."
        )
    del GROUPS[self.region][name]
    return ActionResult({})


def is_in_group(instance: Any, name: str) -> bool:
    return instance.placement.group_name == name and instance.state != "terminated"
