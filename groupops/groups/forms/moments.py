"""Forms of key moments and of the product's number of users."""

from django import forms
from django.utils.translation import gettext_lazy as _

from groupops.groups.policy import MomentSort


class MomentForm(forms.Form):
    """Record a key moment."""

    sort = forms.ChoiceField(label=_("Sort of moment"), choices=MomentSort.choices)
    title = forms.CharField(label=_("Title"), max_length=120)
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    note = forms.CharField(label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class UsersForm(forms.Form):
    """How many users the product has now."""

    users = forms.IntegerField(label=_("Users of the product"), min_value=0, max_value=2_000_000_000)
