"""Descriptions of security group rules.

AWS: a rule keeps its description whatever its other end is.
moto: only when that is an IPv4 or IPv6 range; not for a security group or a prefix list.
"""

import inspect
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule


def install() -> None:
    init = SecurityGroupRule.__init__
    parameters = inspect.signature(init)

    def init_with_prefix_list(self: SecurityGroupRule, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        prefix_list = parameters.bind(self, *args, **kwargs).arguments.get("prefix_list_id") or {}
        self.prefix_list_description = prefix_list.get("Description")

    SecurityGroupRule.__init__ = init_with_prefix_list
    SecurityGroupRule.description = property(description)


def description(rule: SecurityGroupRule) -> str | None:
    return (
        rule.ip_range.get("Description")
        or rule.source_group.get("Description")
        or rule.prefix_list_description
    )
