"""Reads of the forms: fields, forms, links, answers, and what members said."""

from collections.abc import Collection, Iterable

from django.db.models import Count, Prefetch, Q, QuerySet

from groupops.accounts.models import User
from groupops.groups import access
from groupops.groups.access import GroupRight
from groupops.groups.models import Group
from groupops.shared import links, secretbox
from groupops.shared.masking import masked
from members import queries as members
from members.models import AnswerImport, FieldValue, FormAnswer, MemberForm, MemberFormField, MemberFormGroup, Membership, ProfileField
from members.surveying import AnswerState, Asked, words

PERSONAL_LINK, GROUP_LINK = "form", "form of a group"  # purposes of signed links


def fields(*, archived: bool = False) -> QuerySet[ProfileField]:
    """The fields of the site, in their order."""
    return ProfileField.objects.filter(archived=archived).order_by("position", "name", "pk")


def asked(field: ProfileField) -> Asked:
    """The field as the policy takes it."""
    return Asked(field.kind, tuple(field.options))


def shown(field: ProfileField, value: str) -> str:
    """A value as lists show it: masked where it is personal."""
    return masked(value) if field.personal and value else words(field.kind, value)


def plain(row: FieldValue) -> str:
    """What was written, opened where it is sealed. For comparing and for whoever may see it, never for a list."""
    return str(secretbox.unseal(row.sealed).get("value", "")) if row.sealed else row.value


def forms_for(user: User) -> QuerySet[MemberForm]:
    """The forms of which the user may see every group: one that asks elsewhere too would tell of groups they do not know."""
    foreign = MemberFormGroup.objects.exclude(group__in=access.visible_to(user, sandboxes=True))
    return MemberForm.objects.exclude(pk__in=foreign.values("form")).prefetch_related(
        Prefetch("targets", MemberFormGroup.objects.select_related("group").order_by("group__name", "pk"))
    )


def groups_of(form: MemberForm) -> list[Group]:
    """The groups of a form, by name."""
    return [row.group for row in form.targets.select_related("group__kind").order_by("group__name", "pk")]


def may(user: User, right: GroupRight, form: MemberForm) -> bool:
    """Whether `user` has `right` on every group of the form."""
    found = [row.group for row in form.targets.all()]
    return all(right in given for given in access.rights_on(user, found).values())


def fields_of(form: MemberForm) -> list[ProfileField]:
    """What a form asks for, in its order."""
    return [row.field for row in MemberFormField.objects.filter(form=form).select_related("field").order_by("position")]


def counts(forms: Iterable[MemberForm]) -> dict[int, dict[str, int]]:
    """Of each form how many answers there are by state; one query."""
    found: dict[int, dict[str, int]] = {form.pk: dict.fromkeys(AnswerState.values, 0) for form in forms}
    rows = FormAnswer.objects.filter(form__in=list(found)).order_by().values("form", "state").annotate(n=Count("pk"))
    for row in rows:
        found[row["form"]][row["state"]] = row["n"]
    return found


def answers_for(user: User) -> QuerySet[FormAnswer]:
    """The answers of members of the groups a user sees."""
    rows = FormAnswer.objects.filter(group__in=access.visible_to(user, sandboxes=True))
    return rows.select_related("form", "group", "membership__person__merged_into", "settled_by")


def cells(answers: Collection[FormAnswer], asks: Collection[ProfileField]) -> dict[int, list[str]]:
    """Of each answer what it says to each of these fields, as lists show it. One query, and the sealed ones opened."""
    said: dict[int, dict[int, str]] = {row.pk: {} for row in answers}
    for value in FieldValue.objects.filter(answer__in=list(said)).select_related("field"):
        said[value.answer_id][value.field_id] = value.said  # type: ignore[index]
    by_id = {field.pk: field for field in asks}
    for row in answers:
        if row.sealed:
            said[row.pk] = {pk: shown(by_id[pk], text) for pk, text in sealed_values(row).items() if pk in by_id}
    return {pk: [values.get(field.pk, "") for field in asks] for pk, values in said.items()}


def sealed_values(row: FormAnswer) -> dict[int, str]:
    """What somebody wrote of whom we do not know who they are: field → value."""
    return {int(pk): str(text) for pk, text in secretbox.unseal(row.sealed).get("values", {}).items()}


def by_personal_link(link: str) -> tuple[MemberForm, Membership] | None:
    """The form and the member of somebody's own link; None of one that is damaged or was replaced."""
    found = links.read(PERSONAL_LINK, link)
    if found is None:
        return None
    form = MemberForm.objects.filter(pk=found[0][0]).first()
    member = Membership.objects.select_related("group", "person__merged_into").filter(pk=found[0][1]).first()
    if form is None or member is None or not links.holds(found[1], form.key):
        return None
    return form, member


def by_group_link(link: str) -> tuple[MemberForm, Group] | None:
    """The form and the group of a link that everybody of the group gets; None once the form no longer asks there."""
    found = links.read(GROUP_LINK, link)
    target = MemberFormGroup.objects.select_related("form", "group").filter(form=found[0][0], group=found[0][1]).first() if found else None
    if target is None or found is None or not links.holds(found[1], target.form.key):
        return None
    return target.form, target.group


def has_answered(form: MemberForm, member: Membership) -> bool:
    """Whether a member has answered a form that takes one answer."""
    return not form.several and FormAnswer.objects.filter(form=form, membership=member, single=True).exists()


def to_assign(user: User) -> QuerySet[FormAnswer]:
    """Answers of which nobody has said yet whose they are, in groups the user cares for; the oldest first."""
    rows = FormAnswer.objects.filter(state=AnswerState.UNMATCHED, group__in=access.groups_with(user, GroupRight.CARE))
    return rows.filter(group__sandbox=False).select_related("form", "group").order_by("at", "pk")


def candidates(row: FormAnswer, text: str, most: int = 20) -> QuerySet[Membership]:
    """Who of the group may be meant: those whose name or account has the text, else what was typed, in it."""
    wanted = text or row.name or row.account
    rows = Membership.objects.filter(group=row.group, same_as=None, left_at=None).select_related("person__merged_into", "group")
    return rows.filter(members.called(wanted) if wanted else Q()).order_by("person__name", "pk")[:most]


def imports_for(user: User) -> QuerySet[AnswerImport]:
    """The tables that were brought into the groups a user sees."""
    return AnswerImport.objects.filter(group__in=access.visible_to(user, sandboxes=True)).select_related("group", "by")
