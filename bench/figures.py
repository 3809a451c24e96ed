"""Rows of figures that have no peer."""

from __future__ import annotations

from typing import Any


def at_most(name: str, value: float, unit: str, goal: float | None, *, digits: int = 1) -> dict[str, Any]:
    """A figure that holds when it is not above its goal; null: it has none."""
    return _row(name, value, unit, goal, digits) | {"held": None if goal is None else value <= goal}


def at_least(name: str, value: float, unit: str, goal: float, *, digits: int = 1) -> dict[str, Any]:
    """A figure that holds when it is not below its goal."""
    return _row(name, value, unit, goal, digits) | {"held": value >= goal}


def _row(name: str, value: float, unit: str, goal: float | None, digits: int) -> dict[str, Any]:
    no_peer = {"peer": None, "peer_value": None, "ratio": None}
    return {"name": name, "value": round(value, digits), "unit": unit, "goal": goal, **no_peer}
