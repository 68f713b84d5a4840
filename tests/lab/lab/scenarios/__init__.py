# SPDX-License-Identifier: Apache-2.0
"""One file per family; each has ROWS."""
from __future__ import annotations

import importlib
import pkgutil

from ..scenario import Scenario


def all_rows() -> list[Scenario]:
    rows: list[Scenario] = []
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        rows += importlib.import_module(f"{__name__}.{module}").ROWS
    names = [row.id for row in rows]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"two scenarios of one name: {', '.join(sorted(twice))}")
    return rows
