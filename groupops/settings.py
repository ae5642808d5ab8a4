"""Every setting of GroupOps, driven by the environment.

With nothing set this is the embedded default: SQLite, a broker in a folder, no server to install.
`DATABASE_URL` and `REDIS_URL` make it a production installation; docs/reference/settings.md lists every variable.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from groupops.shared.state import secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Where things are -------------------------------------------------------------------------------------------------
STATE_DIR = Path(env.str("GROUPOPS_STATE", default=str(BASE_DIR / ".state"))).resolve()
PUBLIC_URL: str = env.str("GROUPOPS_URL", default="http://localhost:8000").rstrip("/")
DEBUG: bool = env.bool("DEBUG", default=False)
DEMO: bool = env.bool("GROUPOPS_DEMO", default=False)
HTTPS = PUBLIC_URL.startswith("https://")
DATABASE_URL: str = env.str("DATABASE_URL", default="")
DATABASE_SCHEMA: str = env.str("DATABASE_SCHEMA", default="")  # of PostgreSQL; a backup is proved in one of its own
REDIS_URL: str = env.str("REDIS_URL", default="")
EMBEDDED = not DATABASE_URL

# --- Secrets: from the environment, or made once in the state folder ---------------------------------------------------
SECRET_KEY: str = env.str("SECRET_KEY", default="") or secret(STATE_DIR, "secret.key", size=48)
# Newest first; older keys still decrypt. Credentials of connections are sealed with them (MultiFernet).
CREDENTIAL_KEYS: list[str] = env.list("CREDENTIAL_KEYS", default=[]) or [secret(STATE_DIR, "credential.key", size=48)]

# --- Backups ------------------------------------------------------------------------------------------------------------
BACKUP_DIR: str = env.str("BACKUP_DIR", default="")  # a nightly one is written there; empty: none is
BACKUP_HOUR: int = env.int("BACKUP_HOUR", default=3)  # by the clock of TIME_ZONE
BACKUP_KEEP: int = env.int("BACKUP_KEEP", default=14)  # so many proven ones stay
BACKUP_LIMIT_HOURS: int = env.int("BACKUP_LIMIT_HOURS", default=26)  # an older last proof is an alarm
# Newest first; older ones still open. The credentials in a backup stay sealed with CREDENTIAL_KEYS all the same.
BACKUP_KEYS: list[str] = env.list("BACKUP_KEYS", default=[]) or CREDENTIAL_KEYS
# Where the key lives, as every backup names it.
BACKUP_KEY_HOME: str = next(
    (f"the variable {name}" for name in ("BACKUP_KEYS", "CREDENTIAL_KEYS") if env.str(name, default="")),
    f"the file {STATE_DIR / 'credential.key'}",
)

# --- HTTP -------------------------------------------------------------------------------------------------------------
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[_public.hostname or "", "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
CSRF_FAILURE_VIEW = "groupops.shared.http.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # the token travels in the page, not in the cookie
if HTTPS:  # browsers accept these names from this very host alone, over TLS: no sister site can plant them
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
SECURE_SSL_REDIRECT = HTTPS and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # a load balancer asks without TLS
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
TRUST_PROXY: bool = env.bool("TRUST_PROXY", default=False)  # only behind a proxy that sets X-Forwarded-* itself
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # 1 MiB, also the limit of a webhook body
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- The house (import order: docs/explanation/architecture.md) ---------------------------------------------------------
INSTALLED_APPS = [
    "moderation",
    "monetization",
    "points",
    "content",
    "members",
    "groupops.dashboard",
    "groupops.api",
    "groupops.portal",
    "groupops.operations",
    "groupops.simulator",
    "groupops.inbound",
    "groupops.messaging",
    "groupops.groups",
    "groupops.accounts",
    "groupops.record",
    "groupops.shared",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",  # its widget templates, for FORM_RENDERER below
    "django_htmx",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    # Both rewrite TEMPLATES on their own; their simple configs leave the loaders below alone.
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_prometheus",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "groupops.shared.logs.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "groupops.shared.http.Headers",
    "groupops.shared.http.ErrorPages",
    "groupops.shared.intake.CleanInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "groupops.accounts.middleware.Preferences",
    "groupops.accounts.middleware.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "groupops.shared.toasts.Toasts",
    "allauth.account.middleware.AccountMiddleware",
    "groupops.accounts.guards.SecondFactor",
    "groupops.accounts.guards.SeenSessions",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "groupops.urls"
WSGI_APPLICATION = "groupops.wsgi.application"
ASGI_APPLICATION = "groupops.asgi.application"

_loaders = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
COTTON_DIR = "components"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    _loaders if DEBUG else [("django.template.loaders.cached.Loader", _loaders)],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "groupops.shared.templatetags.ui",
                "django.templatetags.i18n",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "groupops.accounts.context.shell",
                "groupops.dashboard.context.health",
                "groupops.messaging.context.pauses",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Upward questions go through these lists; groupops.shared.checks refuses to start on a wrong path --------------------
INBOUND_PIPELINE = [
    "groupops.inbound.renaming.follow",
    "members.inbound.resolve",
    "moderation.inbound.screen",
    "moderation.raids.inbound.watch",
    "moderation.quarrels.inbound.listen",
    "moderation.blacklist.inbound.come",
    "members.inbound.count",
    "members.joining.inbound.come",
    "members.newcomers.inbound.welcome",
    "members.questions.inbound.listen",
    "members.tiers.inbound.receive",
]
DELIVERY_KINDS: dict[str, dict[str, str]] = {
    "answer": {"guard": "members.questions.delivery.guard", "settled": "members.questions.delivery.settled"},
    "order": {"guard": "groupops.messaging.orders.guard", "settled": "groupops.messaging.orders.settled"},
    "welcome": {"guard": "members.newcomers.delivery.guard", "settled": "members.newcomers.delivery.settled"},
    "request_news": {"guard": "members.requests.delivery.guard", "settled": "members.requests.delivery.settled"},
    "praise": {"guard": "members.praise.delivery.guard", "settled": "members.praise.delivery.settled"},
    "post": {
        "guard": "content.delivery.guard",
        "open_row": "content.delivery.open_row",
        "settled": "content.delivery.settled",
        "sent_row": "content.delivery.sent_row",
    },
    "invitation": {"guard": "members.invitations.delivery.guard", "settled": "members.invitations.delivery.settled"},
    "form": {"guard": "members.surveys.delivery.guard", "settled": "members.surveys.delivery.settled"},
    "segment": {"guard": "members.segments.delivery.guard", "settled": "members.segments.delivery.settled"},
    "measure": {"guard": "moderation.delivery.guard", "settled": "moderation.delivery.settled"},
    "report": {"guard": "groupops.messaging.orders.guard", "settled": "groupops.messaging.orders.settled"},
    "quarrel": {"guard": "moderation.quarrels.delivery.guard", "settled": "moderation.quarrels.delivery.settled"},
    "sweep_ask": {"guard": "members.sweep.delivery.guard_ask", "settled": "members.sweep.delivery.settled_ask"},
    "sweep_remove": {"guard": "members.sweep.delivery.guard_remove", "settled": "members.sweep.delivery.settled_remove"},
}
TODAY_SOURCES = [
    "groupops.dashboard.today.source",
    "groupops.messaging.today.source",
    "groupops.inbound.today.source",
    "groupops.groups.today.source",
    "members.today.source",
    "members.newcomers.today.source",
    "members.praise.today.source",
    "members.joining.today.source",
    "members.invitations.today.source",
    "members.sweep.today.source",
    "moderation.today.source",
    "moderation.raids.today.source",
    "moderation.quarrels.today.source",
    "members.surveys.today.source",
    "members.segments.today.source",
    "content.today.source",
    "content.today_posts.source",
]
PROFILE_SECTIONS: list[str] = [
    "members.profile.sections.stays",
    "members.profile.sections.talk",
    "members.profile.sections.names",
    "members.profile.sections.asked",
    "members.profile.sections.greeted",
    "members.newcomers.sections.arrived",
    "members.newcomers.sections.read_rules",
    "members.profile.sections.cared",
    "members.profile.sections.tagged",
    "members.profile.sections.noted",
    "members.requests.sections.wished",
    "members.surveys.sections.filled_in",
    "members.surveys.sections.said",
    "members.sweep.sections.swept",
    "moderation.sections.struck",
]
SWEEP_EXEMPTIONS = [
    "members.sweep.exempting.newcomer",
    "members.sweep.exempting.on_leave",
    "members.sweep.exempting.colleague",
    "members.sweep.exempting.own_account",
]
# Who may say that the ways into a group and its welcomes are held for now.
ENTRANCE_HOLDS: list[str] = ["moderation.raids.queries.held"]
# What each app holds of a human, and how it forgets: told by an export and emptied by an erasure, in this order.
PERSONAL_DATA: list[str] = [
    "groupops.record.personal.holdings",
    "groupops.messaging.personal.holdings",
    "groupops.inbound.personal.holdings",
    "content.personal.holdings",
    "members.mentions.holdings",  # before the next: it goes by their contacts
    "moderation.personal.holdings",
    "members.personal.holdings",
]
# Models that are called after a human: the audit trail keeps their names beside the chain, where they can be erased.
PERSONAL_LABELS = frozenset(
    {
        "members.arrival",
        "members.caretask",
        "members.codearrival",
        "members.colleague",
        "members.consent",
        "members.contact",
        "members.dailyactivity",
        "members.erasure",
        "members.fieldvalue",
        "members.formanswer",
        "members.formername",
        "members.greeting",
        "members.importrow",
        "members.invitation",
        "members.leave",
        "members.memberrequest",
        "members.membership",
        "members.membershiptag",
        "members.newcomer",
        "members.note",
        "members.person",
        "members.personexport",
        "members.personmerge",
        "members.proof",
        "members.question",
        "members.requestnews",
        "members.requestsupport",
        "members.rulesacknowledgement",
        "members.segmentreceiver",
        "members.sweepcase",
        "members.sweepstep",
        "members.tierchange",
        "members.waiting",
        "members.welcome",
        "moderation.appeal",
        "moderation.appealreply",
        "moderation.barred",
        "moderation.case",
        "moderation.decision",
        "moderation.evidence",
        "moderation.measure",
        "moderation.exchange",
        "moderation.quarrelside",
        "moderation.raidjoin",
        "moderation.rehearsedcase",
        "moderation.report",
        "moderation.strike",
    }
)
# What manage.py doctor looks at; each app says what must hold of its own rows.
INVARIANTS: list[str] = [
    "groupops.record.invariants.kept",
    "groupops.messaging.invariants.kept",
    "groupops.inbound.invariants.kept",
    "content.invariants.kept",
    "moderation.invariants.kept",
]
# What operators may set in the policy store: name -> the dataclass that validates it.
POLICIES: dict[str, str] = {
    "content.duties": "content.policy.DutyRule",
    "content.clashes": "content.clashes.ClashRule",
    "content.coverage": "groupops.groups.policy.Coverage",
    "content.labels": "content.workflow.Labels",
    "content.review": "content.workflow.Review",
    "members.onboarding": "members.arriving.OnboardingRule",
    "members.welcome": "members.arriving.WelcomeRule",
    "group.health": "groupops.groups.policy.HealthWeights",
    "group.posts": "groupops.groups.policy.PostRanges",
    "group.traffic": "groupops.groups.policy.Traffic",
    "group.stage": "groupops.groups.policy.StagePlan",
    "delivery.duplicates": "groupops.messaging.restraint.SameText",
    "delivery.pauses": "groupops.messaging.restraint.AfterPause",
    "delivery.quiet": "groupops.messaging.restraint.QuietHours",
    "members.sends": "members.sending.SendRule",
    "members.praise": "members.praising.PraiseRule",
    "members.sweep": "members.sweeping.SweepRule",
    "messages.kept": "groupops.inbound.keeping.Kept",
    "delivery.retry": "groupops.messaging.policy.RetryPolicy",
    "members.tiers": "members.tiering.TierRule",
    "operations.notices": "groupops.operations.policy.NoticeRule",
    "moderation.fairness": "moderation.policy.fairness.FairnessRule",
    "moderation.quarrels": "moderation.policy.quarrels.QuarrelRule",
    "moderation.raids": "moderation.raids.policy.RaidRule",
    "moderation.ladders": "moderation.policy.LadderRule",
    "moderation.words": "moderation.policy.Words",
}

# --- Database -----------------------------------------------------------------------------------------------------------
if EMBEDDED:
    DATABASES: dict[str, Any] = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": env.str("SQLITE_PATH", default=str(STATE_DIR / "groupops.sqlite3")),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-32000;PRAGMA recursive_triggers=ON;",
            },
        }
    }
else:
    DATABASES = {
        "default": env.db_url("DATABASE_URL")
        | {
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "connect_timeout": 2,
                # What pages ask is in memory: with a disk's price of a random page a whole table is read to find a few hundred rows.
                # Compiling a plan pays off after seconds; no page asks for so long.
                "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
                f" -c random_page_cost=1.1 -c jit=off{f' -c search_path={DATABASE_SCHEMA}' if DATABASE_SCHEMA else ''}",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "groupops.shared.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- Login --------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it answers for locked-out guessers
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "groupops.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "groupops.accounts.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "groupops.shared.http.client_address"
AXES_DISABLE_ACCESS_LOG = True  # logins stand in the audit trail
AXES_VERBOSE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60  # seconds for which somebody who proved to be themselves need not do so again
MFA_ADAPTER = "groupops.accounts.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "GroupOps"
MFA_TOTP_TOLERANCE = 1  # a code before and after: clocks of telephones differ
MFA_FORMS = {
    "authenticate": "groupops.accounts.factor_forms.CodeForm",
    "reauthenticate": "groupops.accounts.factor_forms.AgainForm",
    "activate_totp": "groupops.accounts.factor_forms.ActivateForm",
    "add_webauthn": "groupops.accounts.factor_forms.PasskeyForm",
    "edit_webauthn": "groupops.accounts.factor_forms.PasskeyNameForm",
}
# Days that founders, operators and admins have, from their account or role on, before they work with a second factor only.
SECOND_FACTOR_GRACE: int = env.int("SECOND_FACTOR_GRACE", default=14)
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # axes counts wrong passwords, in the database; allauth's own count would hide its page

# --- Language and time ----------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "static" / "collected")))
STATICFILES_DIRS = [("build", BASE_DIR / "static" / "build")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = STATE_DIR / "media"
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # nobody asks for the others, and compressing them takes half the time
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")  # megabytes that only a debugger loads

# --- API ------------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "groupops.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["groupops.accounts.authentication.HasScope"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "groupops.shared.api.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["groupops.shared.parsers.StrictJSONParser"],
    "EXCEPTION_HANDLER": "groupops.shared.api.problem",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "user": env.str("API_RATE", default="600/min"),
        "public_form": env.str("PUBLIC_FORM_RATE", default="60/hour"),
    },
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "GroupOps API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {  # several fields share these names; the schema wants one name a set of choices
        "ModerationCaseStateEnum": "moderation.policy.CaseState",
        "LearnedModelStateEnum": "moderation.policy.learning.ModelState",
        "ModerationRuleStateEnum": "moderation.policy.RuleState",
        "QuarrelStepEnum": "moderation.policy.quarrels.Step",
        "QuarrelOutcomeEnum": "moderation.policy.quarrels.Outcome",
        "RaidOutcomeEnum": "moderation.models.raids.JoinOutcome",
        "RehearsalStateEnum": "moderation.models.rehearsals.RunState",
        "AppealStateEnum": "moderation.policy.AppealState",
        "CaseSourceEnum": "moderation.policy.Source",
        "HeldEnum": "moderation.policy.Held",
        "LadderEnum": "moderation.policy.Ladder",
        "OffenceEnum": "moderation.policy.Offence",
        "SeverityEnum": "moderation.policy.Severity",
        "PostKindEnum": "content.policy.PostKind",
        "PostStateEnum": "content.policy.PostState",
        "RequestStateEnum": "members.requesting.RequestState",
        "SlotStateEnum": "content.policy.SlotState",
        "EventStateEnum": "groupops.inbound.models.EventState",
        "DeliveryStateEnum": "groupops.messaging.policy.DeliveryState",
        "PolicyScopeEnum": "groupops.groups.policy.Scope",
        "GroupLevelEnum": "groupops.groups.policy.Level",
        "MomentSortEnum": "groupops.groups.policy.MomentSort",
        "PauseSortEnum": "groupops.messaging.policy.Sort",
        "OperationEnum": "groupops.messaging.adapter.Operation",
        "CapabilityLevelEnum": "groupops.messaging.adapter.Level",
        "InvitedPostEnum": "groupops.groups.policy.SEATS",
        "PostEnum": "groupops.groups.policy.Post",
        "TokenScopeEnum": "groupops.accounts.policy.Scope",
    },
}

# --- Telling staff outside the chat ---------------------------------------------------------------------------------------------
EMAIL_WANTED = bool(env.str("EMAIL_URL", default=""))
vars().update(env.email("EMAIL_URL", default="dummymail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str("EMAIL_FROM", default="GroupOps <groupops@localhost>")
NOTICE_WEBHOOK_URL: str = env.str("NOTICE_WEBHOOK_URL", default="")

# --- Metrics: /health/metrics answers nobody while both are empty -----------------------------------------------------------------
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
METRICS_ALLOW: list[str] = env.list("METRICS_ALLOW", default=[])
PROMETHEUS_EXPORT_MIGRATIONS = False  # it would ask the database before there is one

# --- Platforms ----------------------------------------------------------------------------------------------------------------
# Whether connections may point into private networks, and without TLS (a homeserver beside this machine).
ALLOW_PRIVATE_TARGETS: bool = env.bool("ALLOW_PRIVATE_TARGETS", default=False)
# The fake platform of the demo and of rehearsals; without it the platform "memory" is not offered.
FAKE_PLATFORM_URL: str = env.str("GROUPOPS_FAKE_PLATFORM_URL", default="").rstrip("/")

# --- Celery: the broker is only a doorbell ----------------------------------------------------------------------------------
_broker = STATE_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "spool://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"socket_timeout": 2, "socket_connect_timeout": 2, "visibility_timeout": 3600}
    if REDIS_URL
    else {
        "data_folder_in": str(_broker),
        "data_folder_out": str(_broker),
        "control_folder": str(STATE_DIR / "broker-control"),
        "polling_interval": 0.05,
    }
)
if not REDIS_URL:
    _broker.mkdir(parents=True, exist_ok=True)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False  # ringing may fail: the tick finds the row
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 90, 120
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: ticks need no memory of their own
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
# Ticks wake a task up; what is due is a row. A tick that nobody took in time is worthless: it expires.
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    name: {"task": task, "schedule": seconds, "options": {"expires": max(seconds * 2, 2)}}
    for name, task, seconds in [
        ("plan slots", "content.tasks.plan", 60.0),
        ("release posts", "content.tasks.release", 1.0),
        ("deliver", "groupops.messaging.tasks.deliver", 1.0),
        ("recover deliveries", "groupops.messaging.tasks.recover", 10.0),
        ("check connections", "groupops.messaging.tasks.check_connections", 60.0),
        ("watch the queue", "groupops.messaging.tasks.watch", 60.0),
        ("watch the slots", "content.tasks.watch_slots", 60.0),
        ("doctor", "groupops.operations.tasks.examine", 3600.0),
        ("watch the disk", "groupops.operations.tasks.watch_disk", 60.0),
        ("back up", "groupops.operations.tasks.back_up", 300.0),
        ("fetch events", "groupops.inbound.tasks.fetch", 1.0),
        ("empty old texts", "groupops.inbound.tasks.empty_texts", 3600.0),
        ("process events", "groupops.inbound.tasks.process", 1.0),
        ("seal the audit trail", "groupops.record.tasks.seal", 3.0),
        ("verify the audit trail", "groupops.record.tasks.verify", 600.0),
        ("note the audit trail's head", "groupops.record.tasks.export_head", 3600.0),
        ("beat heart", "groupops.record.tasks.heartbeat", 15.0),
        ("daily health", "groupops.groups.tasks.assess", 900.0),
        ("watch the hours", "groupops.groups.tasks.watch_traffic", 3600.0),
        ("look at the members", "members.tasks.look_around", 600.0),
        ("watch coverage", "content.tasks.watch_coverage", 120.0),
        ("welcome newcomers", "members.tasks.welcome", 5.0),
        ("tag by rules", "members.tasks.tag_by_rules", 900.0),
        ("follow newcomers up", "members.tasks.follow_up", 60.0),
        ("tend entrances", "members.tasks.tend_entrances", 300.0),
        ("propose praises", "members.tasks.propose_praises", 900.0),
        ("sweep", "members.tasks.sweep", 300.0),
        ("judge the tiers", "members.tasks.judge_tiers", 600.0),
        ("lapse questions", "members.tasks.lapse_questions", 900.0),
        ("make exports of persons", "members.tasks.make_exports", 30.0),
        ("erase persons", "members.tasks.erase_persons", 300.0),
        ("carry imports", "members.tasks.carry_imports", 30.0),
        ("tell staff", "groupops.operations.tasks.notify", 10.0),
        ("empty old evidence", "moderation.tasks.empty_evidence", 3600.0),
        ("learn from verdicts", "moderation.learning.tasks.learn", 300.0),
        ("watch fairness", "moderation.tasks.watch_fairness", 900.0),
        ("forget exchanges", "moderation.tasks.forget_exchanges", 3600.0),
        ("end floods of joins", "moderation.tasks.tend_raids", 60.0),
        ("rehearse rules", "moderation.tasks.rehearse", 30.0),
        ("read appeals by message", "moderation.tasks.read_replies", 10.0),
        ("end the blacklist's entries", "moderation.tasks.lapse", 300.0),
        ("forget marks", "groupops.dashboard.tasks.sweep", 3600.0),
    ]
}

# --- Logs -------------------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = "groupops.shared.logs.configure"
LOGGING: dict[str, Any] = {"level": env.str("LOG_LEVEL", default="INFO"), "json": env.bool("LOG_JSON", default=not DEMO)}
SILENCED_SYSTEM_CHECKS: list[str] = []
