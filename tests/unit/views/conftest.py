"""What tests of the live views share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import comm
import ipywidgets
import pytest

from tests.unit.views.bench import Bench, FakeComm

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A bench whose comms go nowhere else."""
    bench = Bench()

    def create(*args: Any, **options: Any) -> FakeComm:
        FakeComm.published = bench.published
        made = FakeComm(*args, **options)
        comm.get_comm_manager().register_comm(made)
        return made

    monkeypatch.setattr(comm, "create_comm", create)
    ipywidgets.Widget.close_all()
    yield bench
    ipywidgets.Widget.close_all()
