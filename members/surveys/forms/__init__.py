"""Forms of the fields and forms themselves, and the one that a member fills in: they parse and explain; the services decide."""

from members.surveys.forms.answering import AnswerFilter, AnswerForm
from members.surveys.forms.asking import MemberFormForm
from members.surveys.forms.bringing import ColumnsForm, TableForm
from members.surveys.forms.fields import FieldForm, field_values

__all__ = [
    "AnswerFilter",
    "AnswerForm",
    "ColumnsForm",
    "FieldForm",
    "MemberFormForm",
    "TableForm",
    "field_values",
]
