"""What every budget is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zhike.bench.ground import Size

SELLER, MANAGER, ADMINISTRATOR = "seller1@bench.example", "manager1@bench.example", "linxiao@huacheng.example"
WHO = {"salesperson": SELLER, "manager": MANAGER, "administrator": ADMINISTRATOR}


@dataclass(frozen=True)
class Bench:
    size: Size
    data: Path
    rounds: int = 60
