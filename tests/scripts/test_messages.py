"""Extraction of English texts from Python and every kind of template."""

from pathlib import Path

import pytest

from script.lib.extraction import Text, texts

TEMPLATE = """{% load i18n %}<p title="it's">{% translate "Plain" %} don't `{{ x }} {% translate "May" context "month" %}
{% blocktranslate trimmed count n=rows|length %}
    {{ n }} row
{% plural %}
    {{ n }} rows
{% endblocktranslate %}
{% partialdef rows %}<c-card :title="_('In a cotton attribute')" text="{% translate "In an attribute" %}" />{% endpartialdef %}
{{ _("In a variable") }} {% if x == _("In a condition") %}{% endif %} // {% trans "Behind slashes" %} /* {% trans "Behind a star" %}
"""
PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy
_("Called _")
ngettext("%d cat", "%d cats", n)
pgettext_lazy("month", "May")
gettext_noop("Joined " "by Python")
"""


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        (
            "page.html",
            TEMPLATE,
            [
                ("Plain", None),
                ("May", "month"),
                (("%(n)s row", "%(n)s rows"), None),
                ("In an attribute", None),
                ("In a variable", None),
                ("In a condition", None),
                ("Behind slashes", None),
                ("Behind a star", None),
                ("In a cotton attribute", None),
            ],
        ),
        ("module.py", PYTHON, [("Called _", None), (("%d cat", "%d cats"), None), ("May", "month"), ("Joined by Python", None)]),
    ],
)
def test_every_kind_of_text_is_found(tmp_path: Path, name: str, source: str, expected: list[tuple[Text, str | None]]) -> None:
    """Nothing missed, nothing invented."""
    (tmp_path / name).write_text(source)
    assert list(texts(tmp_path / name)) == expected
