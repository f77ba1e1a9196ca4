"""Prints, as JSON, all that an etcd cluster can consist of in AWS. The region is in the first argument."""

import base64
import gzip
import hashlib
import json
import sys
from collections.abc import Callable
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.exceptions import ClientError

Item = dict[str, Any]

region: str = json.loads(sys.argv[1])["region"]


def client(service: str) -> BaseClient:
    return boto3.client(service, region_name=region)


def items(service: BaseClient, operation: str, key: str, **parameters: Any) -> list[Item]:
    """All pages of a list."""
    pages = service.get_paginator(operation).paginate(**parameters)
    return [item for page in pages for item in page.get(key, [])]


def tags_of(item: Item) -> dict[str, str]:
    tags = item.get("Tags") or item.get("TagSet") or []
    return {tag["Key"]: tag["Value"] for tag in tags}


def or_none(read: Callable[[], Any]) -> Any:
    """What was never set is an error for S3."""
    try:
        return read()
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
        return None


def read_instances() -> list[Item]:
    ec2 = client("ec2")
    reservations = items(ec2, "describe_instances", "Reservations")
    found = [instance for reservation in reservations for instance in reservation["Instances"]]
    return [instance_of(ec2, item) for item in found if item["State"]["Name"] != "terminated"]


def instance_of(ec2: BaseClient, item: Item) -> Item:
    def attribute(name: str) -> Any:
        answer = ec2.describe_instance_attribute(InstanceId=item["InstanceId"], Attribute=name)
        return answer[name[0].upper() + name[1:]].get("Value")

    metadata = item["MetadataOptions"]
    user_data = attribute("userData")
    return {
        "id": item["InstanceId"],
        "state": item["State"]["Name"],
        "imageId": item["ImageId"],
        "instanceType": item["InstanceType"],
        "architecture": item["Architecture"],
        "launchTime": item["LaunchTime"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "privateIp": item.get("PrivateIpAddress"),
        "publicIp": item.get("PublicIpAddress"),
        "availabilityZone": item["Placement"]["AvailabilityZone"],
        "placementGroup": item["Placement"].get("GroupName") or None,
        "subnetId": item.get("SubnetId"),
        "keyName": item.get("KeyName"),
        "interfaceIds": [interface["NetworkInterfaceId"] for interface in item["NetworkInterfaces"]],
        "profileArn": item.get("IamInstanceProfile", {}).get("Arn"),
        "monitoring": item["Monitoring"]["State"],
        "ebsOptimized": item.get("EbsOptimized", False),
        "metadataOptions": {
            "endpoint": metadata["HttpEndpoint"],
            "tokens": metadata["HttpTokens"],
            "hopLimit": metadata["HttpPutResponseHopLimit"],
            "instanceTags": metadata["InstanceMetadataTags"],
        },
        "terminationProtection": attribute("disableApiTermination"),
        "shutdownBehavior": attribute("instanceInitiatedShutdownBehavior"),
        "userData": user_data_text(user_data),
        "userDataBase64": user_data,
        "devices": [
            {
                "name": device["DeviceName"],
                "volumeId": device["Ebs"]["VolumeId"],
                "deleteOnTermination": device["Ebs"]["DeleteOnTermination"],
            }
            for device in item["BlockDeviceMappings"]
        ],
        "tags": tags_of(item),
    }


def user_data_text(encoded: str | None) -> str | None:
    if encoded is None:
        return None
    data = base64.b64decode(encoded)
    return (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode()


def read_interfaces() -> list[Item]:
    return [
        {
            "id": item["NetworkInterfaceId"],
            "status": item["Status"],
            "description": item["Description"],
            "macAddress": item["MacAddress"],
            "privateIp": item["PrivateIpAddress"],
            "publicIp": item.get("Association", {}).get("PublicIp"),
            "subnetId": item["SubnetId"],
            "availabilityZone": item["AvailabilityZone"],
            "instanceId": item.get("Attachment", {}).get("InstanceId"),
            "securityGroupIds": sorted(group["GroupId"] for group in item["Groups"]),
            "tags": tags_of(item),
        }
        for item in items(client("ec2"), "describe_network_interfaces", "NetworkInterfaces")
    ]


def read_volumes() -> list[Item]:
    return [
        {
            "id": item["VolumeId"],
            "state": item["State"],
            "sizeGiB": item["Size"],
            "type": item["VolumeType"],
            "iops": item.get("Iops"),
            "throughputMiBps": item.get("Throughput"),
            "encrypted": item["Encrypted"],
            "kmsKeyId": item.get("KmsKeyId"),
            "availabilityZone": item["AvailabilityZone"],
            "attachments": [
                {"instanceId": attachment["InstanceId"], "device": attachment["Device"]}
                for attachment in item["Attachments"]
            ],
            "tags": tags_of(item),
        }
        for item in items(client("ec2"), "describe_volumes", "Volumes")
    ]


def read_security_groups() -> list[Item]:
    ec2 = client("ec2")
    rules = items(ec2, "describe_security_group_rules", "SecurityGroupRules")
    return [
        {
            "id": item["GroupId"],
            "name": item["GroupName"],
            "description": item["Description"],
            "vpcId": item["VpcId"],
            "rules": [rule_of(rule) for rule in rules if rule["GroupId"] == item["GroupId"]],
            "tags": tags_of(item),
        }
        for item in items(ec2, "describe_security_groups", "SecurityGroups")
        if item["VpcId"] in own_vpc_ids(ec2)
    ]


def rule_of(item: Item) -> Item:
    return {
        "id": item["SecurityGroupRuleId"],
        "direction": "egress" if item["IsEgress"] else "ingress",
        "protocol": item["IpProtocol"],
        "fromPort": item.get("FromPort"),
        "toPort": item.get("ToPort"),
        "description": item.get("Description"),
        "cidr": item.get("CidrIpv4") or item.get("CidrIpv6"),
        "securityGroupId": item.get("ReferencedGroupInfo", {}).get("GroupId"),
        "prefixListId": item.get("PrefixListId"),
        "tags": tags_of(item),
    }


def own_vpc_ids(ec2: BaseClient) -> list[str]:
    """All but the default VPC, which every region has from the start."""
    vpcs = items(ec2, "describe_vpcs", "Vpcs")
    return [vpc["VpcId"] for vpc in vpcs if not vpc["IsDefault"]]


def read_vpcs() -> list[Item]:
    ec2 = client("ec2")
    own = own_vpc_ids(ec2)
    return [
        {"id": item["VpcId"], "cidr": item["CidrBlock"], "tags": tags_of(item)}
        for item in items(ec2, "describe_vpcs", "Vpcs")
        if item["VpcId"] in own
    ]


def read_subnets() -> list[Item]:
    ec2 = client("ec2")
    own = own_vpc_ids(ec2)
    return [
        {
            "id": item["SubnetId"],
            "vpcId": item["VpcId"],
            "cidr": item["CidrBlock"],
            "availabilityZone": item["AvailabilityZone"],
            "mapPublicIpOnLaunch": item["MapPublicIpOnLaunch"],
            "tags": tags_of(item),
        }
        for item in items(ec2, "describe_subnets", "Subnets")
        if item["VpcId"] in own
    ]


def read_route_tables() -> list[Item]:
    ec2 = client("ec2")
    own = own_vpc_ids(ec2)
    return [
        {
            "id": item["RouteTableId"],
            "vpcId": item["VpcId"],
            "isMain": any(association["Main"] for association in item["Associations"]),
            "subnetIds": sorted(
                association["SubnetId"] for association in item["Associations"] if "SubnetId" in association
            ),
            "routes": [route_of(route) for route in item["Routes"]],
            "tags": tags_of(item),
        }
        for item in items(ec2, "describe_route_tables", "RouteTables")
        if item["VpcId"] in own
    ]


def route_of(item: Item) -> Item:
    destination = item.get("DestinationCidrBlock") or item.get("DestinationPrefixListId")
    target = item.get("GatewayId") or item.get("NatGatewayId")
    return {"destination": destination, "target": target}


def read_vpc_endpoints() -> list[Item]:
    return [
        {
            "id": item["VpcEndpointId"],
            "type": item["VpcEndpointType"],
            "service": item["ServiceName"],
            "vpcId": item["VpcId"],
            "routeTableIds": sorted(item.get("RouteTableIds", [])),
            "subnetIds": sorted(item.get("SubnetIds", [])),
            "securityGroupIds": sorted(group["GroupId"] for group in item.get("Groups", [])),
            "policy": json.loads(item["PolicyDocument"]) if item.get("PolicyDocument") else None,
            "tags": tags_of(item),
        }
        for item in items(client("ec2"), "describe_vpc_endpoints", "VpcEndpoints")
        if item["State"] != "deleted"
    ]


def read_prefix_lists() -> list[Item]:
    ec2 = client("ec2")
    return [
        {
            "id": item["PrefixListId"],
            "name": item["PrefixListName"],
            "cidrs": [
                entry["Cidr"]
                for entry in items(
                    ec2, "get_managed_prefix_list_entries", "Entries", PrefixListId=item["PrefixListId"]
                )
            ],
        }
        for item in items(ec2, "describe_managed_prefix_lists", "PrefixLists")
        if item["AddressFamily"] == "IPv4"
    ]


def read_gateways() -> Item:
    ec2 = client("ec2")
    return {
        "internetGateways": [
            {
                "id": item["InternetGatewayId"],
                "vpcIds": [attachment["VpcId"] for attachment in item["Attachments"]],
            }
            for item in items(ec2, "describe_internet_gateways", "InternetGateways")
        ],
        "natGateways": [
            {"id": item["NatGatewayId"], "subnetId": item["SubnetId"]}
            for item in items(ec2, "describe_nat_gateways", "NatGateways")
            if item["State"] != "deleted"
        ],
        "elasticIps": [
            {"id": item["AllocationId"], "publicIp": item["PublicIp"]}
            for item in ec2.describe_addresses()["Addresses"]
        ],
    }


def read_placement_groups() -> list[Item]:
    return [
        {"name": item["GroupName"], "strategy": item["Strategy"], "tags": tags_of(item)}
        for item in client("ec2").describe_placement_groups()["PlacementGroups"]
    ]


def read_buckets() -> list[Item]:
    s3 = client("s3")
    return [bucket_of(s3, item["Name"]) for item in s3.list_buckets()["Buckets"]]


def bucket_of(s3: BaseClient, name: str) -> Item:
    encryption = or_none(lambda: s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"])
    policy = or_none(lambda: s3.get_bucket_policy(Bucket=name)["Policy"])
    ownership = or_none(lambda: s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"])
    access = or_none(lambda: s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"])
    lifecycle = or_none(lambda: s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"])
    rule = encryption["Rules"][0] if encryption else None
    default = rule["ApplyServerSideEncryptionByDefault"] if rule else {}
    return {
        "name": name,
        "versioning": s3.get_bucket_versioning(Bucket=name).get("Status"),
        "encryption": default.get("SSEAlgorithm"),
        "kmsKeyId": default.get("KMSMasterKeyID"),
        "bucketKey": rule.get("BucketKeyEnabled", False) if rule else False,
        "publicAccessBlocked": access is not None and all(access.values()),
        "objectOwnership": ownership["Rules"][0]["ObjectOwnership"] if ownership else None,
        "policy": json.loads(policy) if policy else None,
        "lifecycleRules": lifecycle or [],
        "objects": [
            object_of(s3, name, item["Key"])
            for item in items(s3, "list_objects_v2", "Contents", Bucket=name)
        ],
        "tags": tags_of(or_none(lambda: s3.get_bucket_tagging(Bucket=name)) or {}),
    }


def object_of(s3: BaseClient, bucket: str, key: str) -> Item:
    answer = s3.get_object(Bucket=bucket, Key=key)
    content = answer["Body"].read()
    return {
        "key": key,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "encryption": answer.get("ServerSideEncryption"),
        "kmsKeyId": answer.get("SSEKMSKeyId"),
        "bucketKey": answer.get("BucketKeyEnabled", False),
        "versionId": answer.get("VersionId"),
    }


def read_roles() -> list[Item]:
    iam = client("iam")
    return [role_of(iam, item) for item in items(iam, "list_roles", "Roles")]


def role_of(iam: BaseClient, item: Item) -> Item:
    name = item["RoleName"]
    inline = items(iam, "list_role_policies", "PolicyNames", RoleName=name)
    attached = items(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    return {
        "name": name,
        "path": item["Path"],
        "trustPolicy": item["AssumeRolePolicyDocument"],
        "inlinePolicies": {
            policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in inline
        },
        "attachedPolicyArns": sorted(policy["PolicyArn"] for policy in attached),
        "tags": tags_of(iam.get_role(RoleName=name)["Role"]),
    }


def read_instance_profiles() -> list[Item]:
    return [
        {
            "id": item["InstanceProfileId"],
            "name": item["InstanceProfileName"],
            "arn": item["Arn"],
            "roleNames": [role["RoleName"] for role in item["Roles"]],
        }
        for item in items(client("iam"), "list_instance_profiles", "InstanceProfiles")
    ]


def read_kms_keys() -> list[Item]:
    kms = client("kms")
    keys = [kms.describe_key(KeyId=item["KeyId"])["KeyMetadata"] for item in items(kms, "list_keys", "Keys")]
    found = [key_of(kms, key) for key in keys if key["KeyState"] != "PendingDeletion"]
    # AWS makes those for its services by itself, and keeps them.
    return [key for key in found if not any(alias.startswith("alias/aws/") for alias in key["aliases"])]


def key_of(kms: BaseClient, key: Item) -> Item:
    key_id = key["KeyId"]
    return {
        "id": key_id,
        "arn": key["Arn"],
        "description": key["Description"],
        "rotation": kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"],
        "policy": json.loads(kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"]),
        "aliases": [
            alias["AliasName"] for alias in items(kms, "list_aliases", "Aliases", KeyId=key_id)
        ],
    }


def read_hosted_zones() -> list[Item]:
    route53 = client("route53")
    return [zone_of(route53, item) for item in items(route53, "list_hosted_zones", "HostedZones")]


def zone_of(route53: BaseClient, item: Item) -> Item:
    zone = route53.get_hosted_zone(Id=item["Id"])
    records = items(
        route53, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=item["Id"]
    )
    return {
        "id": item["Id"].removeprefix("/hostedzone/"),
        "name": item["Name"],
        "isPrivate": item["Config"]["PrivateZone"],
        "vpcIds": [vpc["VPCId"] for vpc in zone.get("VPCs", [])],
        "records": [
            {
                "name": record["Name"],
                "type": record["Type"],
                "ttlSeconds": record.get("TTL"),
                "values": sorted(value["Value"] for value in record.get("ResourceRecords", [])),
            }
            for record in records
            if record["Type"] not in ("NS", "SOA")
        ],
    }


print(
    json.dumps(
        {
            "instances": read_instances(),
            "interfaces": read_interfaces(),
            "volumes": read_volumes(),
            "securityGroups": read_security_groups(),
            "vpcs": read_vpcs(),
            "subnets": read_subnets(),
            "routeTables": read_route_tables(),
            "vpcEndpoints": read_vpc_endpoints(),
            "prefixLists": read_prefix_lists(),
            **read_gateways(),
            "placementGroups": read_placement_groups(),
            "buckets": read_buckets(),
            "roles": read_roles(),
            "instanceProfiles": read_instance_profiles(),
            "kmsKeys": read_kms_keys(),
            "hostedZones": read_hosted_zones(),
        }
    )
)
