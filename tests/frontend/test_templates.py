"""Components and error pages: they render, they keep the content policy, they are documented."""

import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import render_to_string
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted(path.stem for path in (ROOT / "templates" / "components").glob("*.html"))
PROBE = """{% partialdef rows %}{% for name in names %}<c-badge colour="green">{{ name }}</c-badge>{% endfor %}{% endpartialdef %}
<h1>Probe</h1>{% partial rows %}"""


def render(source: str, **context: object) -> str:
    """A template from a string, its components compiled as the loader would."""
    return engines["django"].from_string(CottonCompiler().process(source)).render(context)


def test_partials_and_components_live_with_the_cached_loader(tmp_path: Path) -> None:
    """Both packages rewrite loaders: with ours spelled out, a partial that uses components renders, and is compiled once."""
    (tmp_path / "probe.html").write_text(PROBE)
    ours: dict[str, Any] = dict(settings.TEMPLATES[0])
    loaders = ours["OPTIONS"]["loaders"]
    assert "django.template.loaders.cached.Loader" in str(loaders)
    options = {**ours["OPTIONS"], "context_processors": []}
    backend = DjangoTemplates({"NAME": "probe", "DIRS": [tmp_path, *ours["DIRS"]], "APP_DIRS": False, "OPTIONS": options})
    for _again in range(2):
        html = backend.get_template("probe.html#rows").render({"names": ["林若曦"]})
        assert 'class="badge bg-green-lt"' in html
        assert "<h1>" not in html
    assert "<h1>" in backend.get_template("probe.html").render({"names": []})
    assert backend.get_template("probe.html").template is backend.get_template("probe.html").template


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_template_needs_what_the_policy_forbids(path: Path) -> None:
    """No inline script, style or handler: the browser would refuse it."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=.application/json)", text)
    assert not re.search(r"<style|\sstyle=", text)
    assert not re.search(r"\s(on[a-z]+|hx-on[:a-z-]*)=", text)
    assert not re.search(r"""(src|href)=["']https?://""", text)


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_says_what_it_is_and_is_used(name: str) -> None:
    """Its first line is its documentation; a component that no template uses is dead."""
    text = (ROOT / "templates" / "components" / f"{name}.html").read_text(encoding="utf-8")
    assert re.match(r"{# .{20,} #}\n", text)
    use = re.compile(rf"<c-{name.replace('_', '-')}[\s/>]|components/{name}\.html")
    assert any(use.search(path.read_text(encoding="utf-8")) for path in TEMPLATES if path.stem != name)


def test_a_component_does_not_see_the_pages_variables() -> None:
    """A `title` of the page must not become the title of every card on it."""
    assert "Page" not in render("<c-card>body</c-card>", title="Page", sub="Page", footer="Page")


class Sample(forms.Form):
    """A form with one required field."""

    name = forms.CharField(label="Name")


def test_a_rejected_form_says_why_in_one_place() -> None:
    """The summary links to the field; the hidden field makes a double submit harmless."""
    form = Sample({"name": ""})
    form.add_error(None, "Not today")
    html = render('<c-form :form="form" target="box" action="/x/" />', form=form)
    assert html.count("Not today") == 1
    assert 'role="alert"' in html
    assert 'href="#id_name"' in html
    assert 'hx-post="/x/"' in html
    assert 'name="_once"' in html


def test_the_pager_shows_only_where_one_can_go() -> None:
    """At the first page there is nothing newer."""
    html = render('<c-pager :page="page" target="rows" />', page={"newer": None, "older": "?after=x", "count_label": "1,000+"})
    assert 'rel="next"' in html
    assert 'rel="prev"' not in html
    assert "1,000+" in html


@pytest.mark.parametrize("status", ["500", "503"])
def test_the_last_pages_need_nothing(status: str) -> None:
    """No request, no user, no database (pytest-django forbids it here), and both languages."""
    html = render_to_string(f"errors/{status}.html")
    assert 'lang="zh-Hans"' in html
    assert 'lang="en"' in html
    assert "data-error-message" in html


@pytest.mark.parametrize("name", ["400", "403", "404", "409", "422", "429", "csrf"])
def test_error_pages_show_the_refusals_own_words(name: str) -> None:
    """The sentence of the refusal replaces the general one; a toast finds it by its attribute."""
    request = RequestFactory().get("/somewhere/")
    html = render_to_string(f"errors/{name}.html", {"message": "<b>Third strike</b>", "request": request})
    assert re.search(r"data-error-message>\s*&lt;b&gt;Third strike&lt;/b&gt;", html)
    assert "data-error-message" in render_to_string(f"errors/{name}.html", {"request": request})
