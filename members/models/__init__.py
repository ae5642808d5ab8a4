"""What is kept of the members: one file an idea."""

from members.models.activity import DailyActivity as DailyActivity
from members.models.care import CareTask as CareTask
from members.models.contacts import Consent as Consent
from members.models.contacts import Contact as Contact
from members.models.identity import FormerName as FormerName
from members.models.identity import Person as Person
from members.models.imports import ImportRow as ImportRow
from members.models.imports import RosterImport as RosterImport
from members.models.invitations import Arrival as Arrival
from members.models.invitations import Campaign as Campaign
from members.models.invitations import CampaignGroup as CampaignGroup
from members.models.invitations import Invitation as Invitation
from members.models.invitations import Proof as Proof
from members.models.joining import CodeDay as CodeDay
from members.models.joining import Entrance as Entrance
from members.models.joining import JoinCode as JoinCode
from members.models.joining import JoinTarget as JoinTarget
from members.models.joining import Picture as Picture
from members.models.joining import Waiting as Waiting
from members.models.membership import Membership as Membership
from members.models.merges import PersonMerge as PersonMerge
from members.models.newcomers import Greeting as Greeting
from members.models.onboarding import Intake as Intake
from members.models.onboarding import Newcomer as Newcomer
from members.models.questions import Question as Question
from members.models.questions import Reply as Reply
from members.models.requests import MemberRequest as MemberRequest
from members.models.requests import RequestNews as RequestNews
from members.models.requests import RequestSupport as RequestSupport
from members.models.rules import RulesAcknowledgement as RulesAcknowledgement
from members.models.seats import Colleague as Colleague
from members.models.seats import Leave as Leave
from members.models.sends import SegmentReceiver as SegmentReceiver
from members.models.sends import SegmentSend as SegmentSend
from members.models.sources import Source as Source
from members.models.surveys import AnswerImport as AnswerImport
from members.models.surveys import FieldValue as FieldValue
from members.models.surveys import FormAnswer as FormAnswer
from members.models.surveys import MemberForm as MemberForm
from members.models.surveys import MemberFormField as MemberFormField
from members.models.surveys import MemberFormGroup as MemberFormGroup
from members.models.surveys import ProfileField as ProfileField
from members.models.sweep import SweepCase as SweepCase
from members.models.sweep import SweepRun as SweepRun
from members.models.sweep import SweepStep as SweepStep
from members.models.tags import MembershipTag as MembershipTag
from members.models.tags import Note as Note
from members.models.tags import Segment as Segment
from members.models.tags import Tag as Tag
from members.models.tiers import TierChange as TierChange
from members.models.tiers import TierNight as TierNight
from members.models.welcome import Welcome as Welcome
from members.models.welcome import WelcomeRound as WelcomeRound

# Never rewritten; not guarded against DELETE, because a person can be erased.
APPEND_ONLY: dict[str, tuple[str, ...]] = {TierChange._meta.db_table: ("UPDATE",), Consent._meta.db_table: ("UPDATE",)}
