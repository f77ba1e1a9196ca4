"""Network interfaces: whose address they have, and those that AWS makes for its own services."""

from ipaddress import IPv4Address, IPv4Network
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.elastic_network_interfaces import NetworkInterface, NetworkInterfaceBackend
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.vpcs import VPCBackend
from moto.ec2.responses import EC2Response

RESERVED_AT_THE_START = 4
"""
And one at the end: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html#subnet-sizing-ipv4
"""


def install() -> None:
    refuse_impossible_addresses()
    give_services_addresses_of_their_subnet()
    give_endpoints_their_security_groups()
    delete_interfaces_of_nat_gateways()
    say_nothing_of_public_addresses_that_are_not_there()


def refuse_impossible_addresses() -> None:
    """AWS: refuses an address outside the subnet, a reserved one, and one that is in use. moto: takes any."""
    create_network_interface = EC2Response.create_network_interface

    def create(self: EC2Response) -> ActionResult:
        subnet = self.ec2_backend.get_subnet(self._get_param("SubnetId"))
        listed = [item["PrivateIpAddress"] for item in self._get_param("PrivateIpAddresses", [])]
        single = self._get_param("PrivateIpAddress")
        for address in [single, *listed] if single else listed:
            if IPv4Address(address) not in usable_addresses(subnet):
                raise EC2ClientError(
                    "InvalidParameterValue",
                    f"Address {address} is not one that interfaces in {subnet.cidr_block} can have.",
                )
            if address in addresses_in_use(self.ec2_backend, subnet):
                raise EC2ClientError("InvalidIPAddress.InUse", f"Address {address} is in use.")
        return create_network_interface(self)

    EC2Response.create_network_interface = create


def give_services_addresses_of_their_subnet() -> None:
    """
    AWS: interfaces of NAT gateways and interface endpoints have a free address of their subnet. Here it is
    the highest, so that two runs are alike. moto: a random address of 10.0.0.0/8.
    """
    create_network_interface = NetworkInterfaceBackend.create_network_interface

    def create(self: Any, subnet: Any, address: Any, *args: Any, **kwargs: Any) -> NetworkInterface:
        subnet = self.get_subnet(subnet) if isinstance(subnet, str) else subnet
        usable = usable_addresses(subnet)
        if isinstance(address, str) and IPv4Address(address) not in usable:
            used = addresses_in_use(self, subnet)
            address = next(str(free) for free in reversed(usable) if str(free) not in used)
        return create_network_interface(self, subnet, address, *args, **kwargs)

    NetworkInterfaceBackend.create_network_interface = create


def usable_addresses(subnet: Any) -> list[IPv4Address]:
    return list(IPv4Network(subnet.cidr_block))[RESERVED_AT_THE_START:-1]


def addresses_in_use(backend: Any, subnet: Any) -> set[str]:
    return {nic.private_ip_address for nic in backend.enis.values() if nic.subnet.id == subnet.id}


def give_endpoints_their_security_groups() -> None:
    """AWS: an interface endpoint's interfaces have its security groups. moto: the VPC's default group."""
    create_vpc_endpoint = VPCBackend.create_vpc_endpoint

    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        endpoint = create_vpc_endpoint(self, *args, **kwargs)
        groups = [self.get_security_group_from_id(group_id) for group_id in endpoint.security_group_ids or []]
        for interface_id in endpoint.network_interface_ids or []:
            self.enis[interface_id]._group_set = groups
        return endpoint

    VPCBackend.create_vpc_endpoint = create


def delete_interfaces_of_nat_gateways() -> None:
    """AWS: the interface of a NAT gateway goes with it. moto: it stays."""
    delete_nat_gateway = NatGatewayBackend.delete_nat_gateway

    def delete(self: Any, nat_gateway_id: str) -> Any:
        gateway = delete_nat_gateway(self, nat_gateway_id)
        self.enis.pop(gateway._eni.id, None)
        return gateway

    NatGatewayBackend.delete_nat_gateway = delete


def say_nothing_of_public_addresses_that_are_not_there() -> None:
    """
    AWS: an interface without a public address has no association.
    moto: an empty one, which the provider takes for `associate_public_ip_address = true`.
    """
    association = NetworkInterface.association.fget
    NetworkInterface.association = property(lambda self: association(self) or None)
