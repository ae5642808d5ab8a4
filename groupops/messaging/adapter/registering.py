"""Platforms whose operator must first be given a file, and which then prove that they reach us."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Registration:
    """A file for the platform's operator. Its text holds secrets."""

    filename: str
    text: str


@runtime_checkable
class Registers(Protocol):
    """What such an adapter can do beyond Adapter."""

    def proved(self) -> bool:
        """Whether the platform has reached our door once."""

    def registration(self, address: str) -> Registration:
        """The file. `address` is where the platform finds the connection's door."""

    def prove(self) -> Mapping[str, str]:
        """Have the platform call our door; the credentials to be kept then. Raises AdapterError, with what is wrong."""
