"""The products of a deal: shown as a card of its page, edited as lines in the drawer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.base.changelog import acts
from zhike.domains.opportunities import forms, services
from zhike.domains.opportunities.models import Opportunity
from zhike.records import gate, policies, registry
from zhike.records.fields.numbers import with_symbol
from zhike.records.pages import answering, finishing
from zhike.records.roles import sight

AMOUNTS = ("amount", "currency")
"""The amount of a deal follows from its lines, so they are for whoever may read and write it."""


def lines_panel(request: Any, opportunity: Any) -> str:
    record_type = registry.of(opportunity)
    if not sight.all_readable(record_type, AMOUNTS):
        return ""
    lines = list(opportunity.lines.select_related("product"))
    may_edit = (
        not opportunity.is_trashed
        and sight.may_write(request.actor, record_type, "amount")
        and record_type.policy.allows(request.actor, policies.EDIT, opportunity)
    )
    if not lines and not may_edit:
        return ""
    shown = [{"line": line, "amount": with_symbol(line.amount, opportunity.currency)} for line in lines]
    total = with_symbol(sum((line.amount for line in lines), Decimal()), opportunity.currency)
    context = {"opportunity": opportunity, "lines": shown, "total": total, "may_edit": may_edit}
    return render_to_string("opportunities/_lines.html", context, request)


@require_http_methods(["GET", "POST"])
@answering.for_members
def lines(request: Any, opportunity_id: int) -> HttpResponse:
    record_type = registry.of(Opportunity)
    opportunity = gate.get_record(request.actor, record_type, opportunity_id, action=policies.EDIT)
    if not all(sight.may_write(request.actor, record_type, name) for name in AMOUNTS):
        raise gate.NotAllowed("amount")
    if request.method == "GET":
        return _draw(request, opportunity, forms.known_lines(opportunity))
    posted = request.POST.get("lines", "")
    try:
        read = forms.read_lines(request.actor, opportunity, posted)
        with (
            acts.act(
                request.actor,
                "replace_lines",
                record_type=record_type.name,
                subject=record_type.whole_title(opportunity),
            ) as change_set,
            gate.refusals(),
        ):
            locked = Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)
            services.replace_lines(actor=request.actor, opportunity=locked, lines=read)
            gate.obey_rules(request.actor, locked, locked.stage_id)
    except gate.Refused as refused:
        return _draw(request, opportunity, posted, refused.errors, status=422)
    return finishing.finished(request, _("Products saved."), undo=change_set, url=opportunity.get_absolute_url())


def _draw(
    request: Any, opportunity: Any, lines_json: str, errors: dict[str, list[str]] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "opportunity": opportunity, "lines_json": lines_json, "heading": _("Products"),
        "products": forms.products_on_sale(request.actor, opportunity),
        "errors": [text for texts in (errors or {}).values() for text in texts],
    }  # fmt: skip
    template = "opportunities/_lines_form.html" if request.htmx else "opportunities/lines_form.html"
    return render(request, template, context, status=status)
