"""Orders that make stand-ins fail, and end that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from deploy.stub_behaviour import Behaviour
from deploy.stub_doors import Door

# Together.
TEXT_PROVIDERS = ("mmg", "firetext")


class StandIn(Protocol):
    """Whoever takes orders."""

    modes: tuple[str, ...]
    behaviour: Behaviour


class Control:
    """Knows how each stand-in behaved at first, and the ports that are its own."""

    def __init__(self, stand_ins: Mapping[str, StandIn], doors: Mapping[str, Door]) -> None:
        self.stand_ins = stand_ins
        self.doors = doors
        self._at_first = {name: each.behaviour for name, each in stand_ins.items()}

    async def obey(self, orders: Any) -> dict[str, str]:
        """Change behaviours, all or none, and return the modes of all stand-ins.

        Raises:
            ValueError: an order is not understood.
        """
        if not isinstance(orders, dict):
            raise ValueError("an object is wanted")  # noqa: TRY004 - like any other order
        ordered = dict(self._at_first) if orders.get("anew") else {}
        for name, changes in orders.items():
            if name not in {"clear", "anew"}:
                for each in self._named(name):
                    ordered[each] = self._changed(each, changes, ordered)
        for name, behaviour in ordered.items():
            await self._set(name, behaviour)
        return {name: each.behaviour.mode for name, each in self.stand_ins.items()}

    def _named(self, name: str) -> tuple[str, ...]:
        if name == "sms":
            return TEXT_PROVIDERS
        if name not in self.stand_ins:
            known = ", ".join(["sms", *self.stand_ins])
            raise ValueError(f"{name} is not one of: {known}")
        return (name,)

    def _changed(self, name: str, changes: Any, ordered: Mapping[str, Behaviour]) -> Behaviour:
        if not isinstance(changes, dict):
            raise ValueError(f"{name} must be an object")  # noqa: TRY004 - like any other order
        stand_in = self.stand_ins[name]
        if changes.get("mode") == "refuse" and name not in self.doors:
            raise ValueError(f"{name} has no port of its own to refuse connections on")
        return ordered.get(name, stand_in.behaviour).changed(changes, stand_in.modes)

    async def _set(self, name: str, behaviour: Behaviour) -> None:
        self.stand_ins[name].behaviour = behaviour
        if door := self.doors.get(name):
            if behaviour.mode == "refuse":
                door.shut()
            else:
                await door.open()
