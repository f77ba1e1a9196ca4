"""Public parameters that name the newest image of Debian and of Ubuntu, and the images.

AWS: both publishers keep such parameters in every region.
moto: knows Amazon Linux only.
https://wiki.debian.org/Cloud/AmazonEC2Image
https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models.amis import Ami, AmiBackend
from moto.ssm.models import Parameter, ParameterDict

ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}
"""EC2's name of an architecture by the publishers' name."""

UBUNTU_VOLUMES = {"22.04": "ebs-gp2", "24.04": "ebs-gp3"}


@dataclass(frozen=True)
class PublicImage:
    parameter: str
    name: str
    owner_id: str
    architecture: str
    root_device: str

    def id_in(self, region: str) -> str:
        return f"ami-0{sha256(f'{region}{self.parameter}'.encode()).hexdigest()[:16]}"


def public_images() -> Iterator[PublicImage]:
    for name, architecture in ARCHITECTURES.items():
        for release in ("12", "13"):
            yield PublicImage(
                parameter=f"/aws/service/debian/release/{release}/latest/{name}",
                name=f"debian-{release}-{name}-20260501-0001",
                owner_id="136693071363",
                architecture=architecture,
                root_device="/dev/xvda",
            )
        for release, volume in UBUNTU_VOLUMES.items():
            prefix = f"/aws/service/canonical/ubuntu/server/{release}/stable/current"
            yield PublicImage(
                parameter=f"{prefix}/{name}/hvm/{volume}/ami-id",
                name=f"ubuntu/images/hvm-ssd/ubuntu-{release}-{name}-server-20260501",
                owner_id="099720109477",
                architecture=architecture,
                root_device="/dev/sda1",
            )


def install() -> None:
    init_parameters = ParameterDict.__init__

    def init(self: ParameterDict, *args: Any, **kwargs: Any) -> None:
        init_parameters(self, *args, **kwargs)
        for image in public_images():
            self[image.parameter].append(parameter_of(image, self))

    load_amis = AmiBackend._load_amis

    def load(self: Any) -> None:
        load_amis(self)
        for image in public_images():
            ami = ami_of(image, self)
            self.amis[ami.id] = ami

    ParameterDict.__init__ = init
    AmiBackend._load_amis = load


def parameter_of(image: PublicImage, parameters: ParameterDict) -> Parameter:
    return Parameter(
        account_id=parameters.account_id,
        name=image.parameter,
        value=image.id_in(parameters.region_name),
        parameter_type="String",
        description=None,
        allowed_pattern=None,
        keyid=None,
        last_modified_date=utcnow(),
        version=1,
        data_type="aws:ec2:image",
    )


def ami_of(image: PublicImage, backend: Any) -> Ami:
    return Ami(
        backend,
        image.id_in(backend.region_name),
        name=image.name,
        description=image.name,
        owner_id=image.owner_id,
        public=True,
        architecture=image.architecture,
        virtualization_type="hvm",
        hypervisor="xen",
        root_device_type="ebs",
        root_device_name=image.root_device,
    )
