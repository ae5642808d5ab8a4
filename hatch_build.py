"""The package's build hooks: dependencies from requirements/base.in; front end and message catalogues before the files are packed."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class Dependencies(MetadataHookInterface):
    """One list of dependencies, commented where it stands."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Hatchling's hook: fill what pyproject.toml calls dynamic."""
        lines = (Path(self.root) / "requirements" / "base.in").read_text(encoding="utf-8").splitlines()
        wanted = [line.split("#")[0].strip() for line in lines]
        metadata["dependencies"] = [line for line in wanted if line]


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """Runs groupops/frontend.py by its path: the package itself imports Celery, which a build has not."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Hatchling's hook, before anything is packed; a source archive carries no built files."""
        if self.target_name == "wheel":
            root = Path(self.root)
            runpy.run_path(str(root / "groupops" / "frontend.py"))["build"](root)
