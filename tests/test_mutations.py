"""What `tools/mutations` breaks stands where it says; whether the tests notice is tried by hand."""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest

TOOL = Path(__file__).resolve().parent.parent / "tools" / "mutations"


def _loaded() -> Any:
    loader = SourceFileLoader("zhike_mutations", str(TOOL))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    module = module_from_spec(spec)
    sys.modules[loader.name] = module
    was, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = was
    return module


@pytest.mark.parametrize("mutation", _loaded().MUTATIONS, ids=lambda mutation: str(mutation.name))
def test_the_line_to_break_stands_there_once(mutation: Any) -> None:
    source = TOOL.parent.parent / "src" / "zhike" / mutation.file
    assert source.read_text(encoding="utf-8").count(mutation.line) == 1
    assert mutation.becomes != mutation.line
    assert all((TOOL.parent.parent / path).exists() for path in mutation.tests if path.endswith(".py"))
