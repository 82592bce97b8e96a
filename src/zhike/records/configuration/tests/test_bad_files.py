"""What is wrong in a file is told with its place and its line, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zhike.base.actors import Actor
from zhike.base.changelog.models import ChangeSet
from zhike.records import gate, registry
from zhike.records.configuration import applying
from zhike.records.configuration.faults import Fault, UnableToApply
from zhike.records.models import CustomField
from zhike.testing import samples

FIELD = """\
zhike_configuration: 1
fields:
  customers:
    hu_xing:
      label: 户型
      kind: {kind}
      {more}
"""
CIRCLE = """\
zhike_configuration: 1
fields:
  customers:
    jia:
      label: 甲
      kind: formula
      formula: '{yi} + 1'
      result: decimal
    yi:
      label: 乙
      kind: formula
      formula: '{jia} + 1'
      result: decimal
"""
ROLE = """\
zhike_configuration: 1
roles:
  manager:
    rights:
      customers:
        see:
        - condition:
            field: owner
            op: in
            value:
            - nobody@example.com
"""


def faults_of(actor: Actor, text: str | bytes) -> list[Fault]:
    before = applying.exported(actor), ChangeSet.objects.count()
    with pytest.raises(UnableToApply) as raised:
        applying.prepare(actor, text if isinstance(text, bytes) else text.encode())
    assert (applying.exported(actor), ChangeSet.objects.count()) == before
    return raised.value.faults


@pytest.mark.parametrize(
    ("text", "line", "path", "words"),
    [
        ("zhike_configuration: 1\nfeilds: {}\n", 2, "feilds", "perhaps “fields”"),
        ("zhike_configuration: 2\n", 1, "zhike_configuration", "version 2"),
        ("fields: {}\n", 0, "", "no configuration of Zhike"),
        ("zhike_configuration: 1\nfields: [\n", 3, "", "YAML"),
        ("zhike_configuration: 1\nroles: &a {}\nfields: *a\n", 3, "fields", "Anchors"),
        ("zhike_configuration: !!python/name:os.system 1\n", 1, "zhike_configuration", "tags"),
        ("zhike_configuration: 1\nroles:\n  manager: {}\n  manager: {}\n", 4, "roles.manager", "twice"),
        (FIELD.format(kind="text", more="lable: x"), 7, "fields.customers.hu_xing.lable", "perhaps “label”"),
        (FIELD.format(kind="text", more="required: 'yes'"), 7, "fields.customers.hu_xing.required", "true or false"),
        (FIELD.format(kind="txt", more="help: x"), 6, "fields.customers.hu_xing.kind", "one of"),
        (FIELD.format(kind="choice", more="help: x"), 4, "fields.customers.hu_xing", "at least one choice"),
        (FIELD.format(kind="choice", more="list: 等级"), 4, "fields.customers.hu_xing", "no shared list “等级”"),
        (FIELD.format(kind="reference", more="target: villas"), 4, "fields.customers.hu_xing", "“villas”"),
        (FIELD.format(kind="formula", more="formula: '{price'"), 7, "fields.customers.hu_xing.formula", ""),
        (FIELD.format(kind="integer", more="minimum: viel"), 7, "fields.customers.hu_xing.minimum", "number"),
        (FIELD.format(kind="text", more="places: 2"), 7, "fields.customers.hu_xing.places", "would be kept as “–”"),
        (FIELD.replace("hu_xing", "Hu-Xing").format(kind="text", more="help: x"), 4, "fields.customers.Hu-Xing", "key"),
        (FIELD.replace("customers", "villas").format(kind="text", more=""), 4, "fields.villas.hu_xing", "“villas”"),
        (CIRCLE, 7, "fields.customers.jia.formula", "“甲” → “乙” → “甲”"),
        (ROLE, 3, "roles.manager", "no member “nobody@example.com”"),
        (ROLE.replace("field: owner", "field: parent"), 3, "roles.manager", "no customer “nobody@example.com”"),
        (ROLE.replace("- nobody@example.com", "- external_id: X-9"), 3, "roles.manager", "no member “X-9”"),
        (ROLE.replace("- nobody@example.com", "- gone: true"), 3, "roles.manager", "is gone"),
        (ROLE.replace("owner", "ownr"), 6, "roles.manager.rights.customers.see", "“ownr”"),
        (ROLE.replace("manager", "administrator"), 3, "roles.administrator", "stays as it is"),
        (b"\xff\xfe\x00", 0, "", "UTF-8"),
        (b"zhike_configuration: 1\nroles: " + b"[" * 5000, 0, "", ""),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(
    administrator: Actor, text: str | bytes, line: int, path: str, words: str
) -> None:
    found = faults_of(administrator, text)

    assert [(each.line, each.path) for each in found][:1] == [(line, path)] or (not line and found[0].sentence)
    assert words in found[0].sentence


def test_all_faults_are_told_at_once(administrator: Actor) -> None:
    text = FIELD.format(kind="choice", more="help: x") + "    mian_ji:\n      kind: decimal\n"

    found = faults_of(administrator, text)

    assert [(each.line, each.sentence) for each in found] == [
        (4, "Name at least one choice."), (8, "Give the field a label."),
    ]  # fmt: skip


def test_a_kind_that_cannot_become_the_other_is_a_conflict(administrator: Actor, applied: Callable[..., Any]) -> None:
    applied(FIELD.format(kind="text", more="help: x"))
    samples.record_of(administrator, registry.get("customers"), hu_xing="三居")

    found = faults_of(administrator, FIELD.format(kind="integer", more="help: x"))

    assert [(each.line, each.path) for each in found] == [(6, "fields.customers.hu_xing.kind")]
    assert "Records hold values" in found[0].sentence
    assert CustomField.objects.get(name="hu_xing").kind == "text"


def test_only_administrators_export_and_apply(manager: Actor) -> None:
    with pytest.raises(gate.NotAllowed):
        applying.exported(manager)
    with pytest.raises(gate.NotAllowed):
        applying.prepare(manager, b"zhike_configuration: 1\n")


def test_a_name_of_several_is_no_name(administrator: Actor) -> None:
    for number in ("A-1", "A-2"):
        samples.record_of(administrator, registry.get("customers"), name="同名公司", external_id=number)

    text = ROLE.replace("field: owner", "field: parent").replace("nobody@example.com", "同名公司")

    assert "Several are called customer “同名公司” here" in faults_of(administrator, text)[0].sentence
