"""EBS volumes."""

from typing import Any

from moto.ec2.exceptions import EC2ClientError, VolumeInUseError
from moto.ec2.models.elastic_block_store import EBSBackend

GP3_DEFAULT_THROUGHPUT_MIBPS = 125
"""https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html"""


def install() -> None:
    report_default_throughput()
    refuse_impossible_attachments()


def report_default_throughput() -> None:
    """AWS: a gp3 volume has a throughput, 125 MiB/s unless said otherwise. moto: none."""
    create_volume = EBSBackend.create_volume

    def create(self: EBSBackend, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("volume_type") == "gp3" and not kwargs.get("throughput"):
            kwargs["throughput"] = GP3_DEFAULT_THROUGHPUT_MIBPS
        return create_volume(self, *args, **kwargs)

    EBSBackend.create_volume = create


def refuse_impossible_attachments() -> None:
    """AWS: refuses to attach a volume that is attached, or that is in another zone. moto: attaches it."""
    attach_volume = EBSBackend.attach_volume

    def attach(self: EBSBackend, volume_id: str, instance_id: str, *args: Any, **kwargs: Any) -> Any:
        volume = self.get_volume(volume_id)
        instance = self.get_instance(instance_id)
        if volume.attachment:
            raise VolumeInUseError(volume_id, volume.attachment.instance.id)
        if volume.availability_zone != instance.placement.availability_zone:
            raise EC2ClientError(
                "InvalidVolume.ZoneMismatch",
                f"The volume '{volume_id}' is not in the same availability zone as instance '{instance_id}'",
            )
        return attach_volume(self, volume_id, instance_id, *args, **kwargs)

    EBSBackend.attach_volume = attach
