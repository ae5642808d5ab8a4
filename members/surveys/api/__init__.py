"""Fields, forms and answers over the API."""

from members.surveys.api.answers import FormAnswerViewSet
from members.surveys.api.fields import FieldValueViewSet, ProfileFieldViewSet
from members.surveys.api.forms import MemberFormViewSet
from members.surveys.api.tables import FormImportViewSet

routes = [
    ("form-imports", FormImportViewSet),
    ("profile-fields", ProfileFieldViewSet),
    ("member-forms", MemberFormViewSet),
    ("form-answers", FormAnswerViewSet),
    ("field-values", FieldValueViewSet),
]
