"""Evaluation of IAM policies: action, resource and condition of a request against statements.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any

Context = Mapping[str, str]
"""Condition keys of a request in lower case, as they compare without regard to case."""


class Decision(Enum):
    DENIED = "explicit deny"
    ALLOWED = "allow"
    NEITHER = "implicit deny"


def evaluate(documents: Iterable[str], action: str, resource: str, context: Context) -> Decision:
    decision = Decision.NEITHER
    for document in documents:
        for statement in as_list(json.loads(document)["Statement"]):
            if not applies(statement, action, resource, context):
                continue
            if statement["Effect"] == "Deny":
                return Decision.DENIED
            decision = Decision.ALLOWED
    return decision


def applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    return (
        concerns(statement, "Action", action.lower(), str.lower)
        and concerns(statement, "Resource", resource, str)
        and all(
            condition_holds(operator, key, as_list(values), context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def concerns(
    statement: Mapping[str, Any], element: str, value: str, normalized: Callable[[str], str]
) -> bool:
    inverse = f"Not{element}"
    if inverse in statement:
        return not any(matches(normalized(pattern), value) for pattern in as_list(statement[inverse]))
    return any(matches(normalized(pattern), value) for pattern in as_list(statement[element]))


def condition_holds(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    """
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html

    Raises `NotImplementedError` for an operator that is not known here: a guess would make a test lie.
    """
    actual = context.get(key.lower())
    if operator == "Null":
        return (actual is None) == (str(wanted[0]).lower() == "true")
    name = operator.removesuffix("IfExists")
    if name not in OPERATORS:
        raise NotImplementedError(f"condition operator {operator}")
    compare, is_negated = OPERATORS[name]
    if actual is None:
        return name != operator or is_negated
    return any(compare(str(value), actual) for value in wanted) != is_negated


def matches(pattern: str, value: str) -> bool:
    """`*` is any text and `?` any one character, of every other character itself."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


def equals(wanted: str, actual: str) -> bool:
    return wanted == actual


def equals_ignoring_case(wanted: str, actual: str) -> bool:
    return wanted.lower() == actual.lower()


OPERATORS: dict[str, tuple[Callable[[str, str], bool], bool]] = {
    "StringEquals": (equals, False),
    "StringNotEquals": (equals, True),
    "StringEqualsIgnoreCase": (equals_ignoring_case, False),
    "StringLike": (matches, False),
    "StringNotLike": (matches, True),
    "ArnEquals": (matches, False),
    "ArnNotEquals": (matches, True),
    "ArnLike": (matches, False),
    "ArnNotLike": (matches, True),
    "Bool": (equals_ignoring_case, False),
}
"""Comparison, and whether the operator negates it."""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
