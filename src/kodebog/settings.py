"""Files of settings (YAML), which people edit: `_config.yml`, CITATION.cff."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kodebog.errors import KodebogError


class SettingsError(KodebogError):
    """A file of settings that cannot be read; the message says where and why."""


def read_settings(path: Path, *needed: str) -> dict[str, Any]:
    """Return what a file of settings says, by name; `needed`: what it must say.

    Raises:
        SettingsError: when it is not there, is no YAML, or lacks something.

    """
    import yaml  # noqa: PLC0415 - only those who have a project need it

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: is not there.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is no YAML ({' '.join(str(error).split())}).") from None
    if not isinstance(found, dict):
        raise SettingsError(f"{path}: says nothing; a line for each setting, “name: value”.")
    if missing := [name for name in needed if found.get(name) in (None, "", [])]:
        raise SettingsError(f"{path}: does not say {', '.join(missing)}.")
    return found
