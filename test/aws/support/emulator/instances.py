"""EC2 instances, and the network interfaces that they are started on."""

import copy
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError, MissingParameterError
from moto.ec2.models.amis import Ami
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance, InstanceBackend, InstanceState
from moto.ec2.responses import EC2Response
from moto.ec2.responses.instances import BLOCK_DEVICE_MAPPING_TEMPLATE, InstanceResponse
from placement_groups import group_named

ROOT_VOLUME = {"VolumeSize": 8, "VolumeType": "gp3", "DeleteOnTermination": True}
"""As the images of Amazon Linux 2023, Debian and Ubuntu have it."""


def install() -> None:
    describe_root_volumes()
    keep_placement_and_protection()
    start_as_the_image_and_the_interface_say()
    free_interfaces_of_terminated_instances()
    switch_detailed_monitoring()


def describe_root_volumes() -> None:
    """
    AWS: DescribeImages shows the root volume that an instance gets. moto: 15 GiB, magnetic, kept for ever.
    """

    def block_device_mappings(ami: Ami) -> list[dict[str, Any]]:
        ebs = {**ROOT_VOLUME, "SnapshotId": ami.ebs_snapshot.id}
        return [{"DeviceName": ami.root_device_name, "Ebs": ebs}]

    Ami.block_device_mappings = property(block_device_mappings)


def keep_placement_and_protection() -> None:
    """AWS: RunInstances takes a placement group and DisableApiTermination. moto: reads neither."""
    run_instances = EC2Response.run_instances

    def run(self: EC2Response) -> ActionResult:
        group = self._get_param("Placement.GroupName")
        if group:
            group_named(self.region, group)
        result = run_instances(self)
        for instance in result.result.instances:
            instance.placement.group_name = group or ""
            instance.disable_api_termination = self._get_bool_param("DisableApiTermination", False)
        return result

    EC2Response.run_instances = run


def start_as_the_image_and_the_interface_say() -> None:
    """
    AWS: an instance on an existing interface is in that interface's zone; an interface in use is refused. The
    root volume is the image's, and a mapping of its device name changes only what it says.
    moto: the zone is always the region's first; an interface is taken from another instance; the root volume
    is /dev/sda1, and a mapping without size is refused ("size or snapshotId").
    """
    # The check is made below, after the image's own values are known.
    InstanceResponse._validate_block_device_mapping = staticmethod(lambda mapping: None)
    run_instances = InstanceBackend.run_instances

    def run(self: Any, image_id: str, *args: Any, **kwargs: Any) -> Any:
        interface = primary_interface(self, kwargs.get("nics") or [])
        if interface:
            kwargs["placement"] = interface.subnet.availability_zone
        if image_id in self.amis:
            mappings = kwargs.get("block_device_mappings", [])
            kwargs["block_device_mappings"] = with_root_volume(self.amis[image_id], mappings)
        return run_instances(self, image_id, *args, **kwargs)

    InstanceBackend.run_instances = run


def primary_interface(backend: Any, specifications: list[dict[str, Any]]) -> NetworkInterface | None:
    for specification in specifications:
        interface_id = specification.get("NetworkInterfaceId")
        if int(specification.get("DeviceIndex", -1)) == 0 and interface_id:
            interface = backend.get_network_interface(interface_id)
            if interface.attachment_id:
                raise EC2ClientError(
                    "InvalidNetworkInterface.InUse", f"Interface: [{interface_id}] in use."
                )
            return interface
    return None


def with_root_volume(ami: Ami, mappings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    roots = [mapping for mapping in mappings if mapping["DeviceName"] == ami.root_device_name]
    others = [mapping for mapping in mappings if mapping not in roots]
    for mapping in others:
        if not mapping["Ebs"]["VolumeSize"] and not mapping["Ebs"]["SnapshotId"]:
            raise MissingParameterError("size or snapshotId")
    root = copy.deepcopy(roots[0] if roots else BLOCK_DEVICE_MAPPING_TEMPLATE)
    root["DeviceName"] = ami.root_device_name
    said = {name: value for name, value in root["Ebs"].items() if value is not None}
    root["Ebs"] = {**ROOT_VOLUME, **said}
    return [root, *others]


def free_interfaces_of_terminated_instances() -> None:
    """
    AWS: an interface that is not deleted with its instance becomes available again, with its address.
    moto: it stays attached to the terminated instance, and cannot be detached ("at device index 0").
    """
    terminate = Instance.terminate
    network_interfaces = Instance.network_interfaces.fget

    def free(self: Instance) -> InstanceState:
        kept = [nic for nic in self.nics.values() if not nic.delete_on_termination and nic.instance is self]
        previous = terminate(self)
        for nic in kept:
            index = nic.device_index
            # moto cannot describe an instance that has no interface at all.
            last_seen = copy.copy(nic)
            self.detach_eni(nic)
            self.nics[index] = last_seen
        return previous

    Instance.terminate = free
    Instance.network_interfaces = property(
        lambda self: [] if self.state == "terminated" else network_interfaces(self)
    )


def switch_detailed_monitoring() -> None:
    """
    AWS: MonitorInstances and UnmonitorInstances, which the provider calls for `monitoring`. moto: "not
    implemented".
    """

    def switch_to(state: str) -> Any:
        def switch(self: EC2Response) -> ActionResult:
            monitorings = []
            for instance in self.ec2_backend.get_multi_instances_by_id(self._get_param("InstanceIds")):
                instance.monitoring_state = state
                monitorings.append({"InstanceId": instance.id, "Monitoring": {"State": state}})
            return ActionResult({"InstanceMonitorings": monitorings})

        return switch

    EC2Response.monitor_instances = switch_to("enabled")
    EC2Response.unmonitor_instances = switch_to("disabled")
