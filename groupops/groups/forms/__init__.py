"""Forms of the groups: they parse and explain; the services decide."""

from groupops.groups.forms.base import attempt, refuse
from groupops.groups.forms.groups import CreateForm, EditForm, HandOverForm, PostForm
from groupops.groups.forms.invitations import AcceptForm, InviteForm
from groupops.groups.forms.kinds import KindForm, NewKindForm
from groupops.groups.forms.moments import MomentForm, UsersForm
from groupops.groups.forms.policies import policy_form
from groupops.groups.forms.roster import RosterForm
from groupops.groups.forms.rules import RulesForm

__all__ = [
    "AcceptForm",
    "CreateForm",
    "EditForm",
    "HandOverForm",
    "InviteForm",
    "KindForm",
    "MomentForm",
    "NewKindForm",
    "PostForm",
    "RosterForm",
    "RulesForm",
    "UsersForm",
    "attempt",
    "policy_form",
    "refuse",
]
