"""Private hosted zones.

AWS: CreateHostedZone with a VPC makes a private zone.
moto: only with `HostedZoneConfig.PrivateZone` too, which is there to be read and which the AWS provider does
not send.
https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html
"""

from typing import Any

from moto.route53.responses import Route53


def install() -> None:
    create_hosted_zone = Route53.create_hosted_zone

    def create_zone_of_vpc(self: Route53) -> Any:
        if self._get_param("VPC.VPCId"):
            read = self._get_bool_param
            self._get_bool_param = lambda name, default=None: (
                name == "HostedZoneConfig.PrivateZone" or read(name, default)
            )
        return create_hosted_zone(self)

    Route53.create_hosted_zone = create_zone_of_vpc
