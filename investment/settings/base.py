"""What holds in every environment. Nothing here may be unsafe in production."""

import tomllib
from pathlib import Path
from typing import Any

from investment.lib.modes import Mode
from investment.settings import env

BASE_DIR = Path(__file__).resolve().parents[2]

SECRET_KEY = env.secret("DJANGO_SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS: list[str] = []

# What this installation is: sample-<seed>-<symbols>, data-<digest> or live. See lib/modes.py.
MODE = Mode.parse(env.text("INVESTMENT_MODE", "live"))
# Where files that can be made again are kept: the sample market's arrays, logs.
RUNTIME_DIR = Path(env.text("RUNTIME_DIR", str(BASE_DIR / ".runtime")))
# The folder of real bars that the data mode serves; empty elsewhere.
DATA_DIR = env.text("DATA_DIR", "-")  # "-": none

INSTALLED_APPS = [
    # Without its autodiscovery, which urls.py does: only who serves pages needs what they are made of.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    # Ours, lowest layer first: the order of docs/architecture.md.
    "investment.accounts",
    "investment.quotas",
    "investment.providers",
    "investment.market",
    "investment.news",
    "investment.acquisition",
    "investment.analysis",
    "investment.ops",
    "investment.api",
]
MIDDLEWARE = [
    "investment.api.middleware.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "investment.urls"
WSGI_APPLICATION = "investment.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": env.database("DATABASE_URL")}
# A process that was stopped in the middle of a transaction does not keep its locks for ever.
DATABASES["default"]["OPTIONS"].setdefault("options", "-c idle_in_transaction_session_timeout=60s")
# Of which `prepare` brings users, tokens and pauses along when another mode begins.
SAMPLE_DATABASE_URL = env.secret("SAMPLE_DATABASE_URL", "")
# State (ledger, broker, leases) and cache are two servers: filling the cache loses no reservation.
REDIS_URL = env.secret("REDIS_URL")
CACHE_URL = env.secret("CACHE_URL")
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": MODE.name,
    }
}

# All datetimes are stored and computed in UTC; exchanges' local dates are separate DateFields.
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 14 * 86_400  # seconds
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# Cookies know no ports: another installation on this host must not sign ours out.
SESSION_COOKIE_NAME = f"investment-session-{MODE.name}"
CSRF_COOKIE_NAME = "csrftoken"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

STATIC_URL = "/static/"
FRONTEND_DIST = BASE_DIR / "frontend" / "web" / "dist"
# Files of the admin and of the API's page are served straight from their packages.
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
# The built dashboard is served from /. Its files under /assets/ have a hash of their content in their name.
WHITENOISE_ROOT = FRONTEND_DIST if FRONTEND_DIST.is_dir() else None
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/.+-[A-Za-z0-9_-]{8,}\.\w+$"
CSRF_FAILURE_VIEW = "investment.api.errors.csrf_failure"

# The one place where the version stands.
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["investment.api.renderers.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # Tokens first: their challenge header makes the answer to strangers 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "investment.api.authentication.TokenAuthentication",
        "investment.api.authentication.DashboardAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["investment.api.permissions.SignedInWithScope"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "investment.api.errors.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,  # answers have one form
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Investment analysis",
    "DESCRIPTION": (
        "Prices, analysis and rankings of stocks. Unknown is null. Ratios are fractions (0.25 is 25 %). "
        "`session` is a date at the exchange; instants end in `_at` and are UTC."
    ),
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "InstrumentKind": "investment.market.models.Instrument.Kind",
        "ActionKind": "investment.market.models.CorporateAction.Kind",
        "IssueKind": "investment.market.models.DataIssue.Kind",
        "RevisionReason": "investment.market.models.BarRevision.Reason",
        "Channel": "investment.market.models.Origin.Channel",
        "Basis": "investment.market.models.Origin.Basis",
        "Adjust": "investment.api.v1.market.serializers.ADJUSTMENTS",
        "ReportingHour": "investment.market.models.EarningsDate.Hour",
        "StorySentiment": "investment.news.models.Label",
        "StoryTieHow": "investment.news.models.StoryTie.How",
        "NewsProvider": "investment.api.v1.news.serializers.PROVIDERS",
        "Unit": "investment.api.v1.analysis.serializers.UNITS",
        "FundamentalUnit": "investment.api.v1.analysis.fundamentals.UNITS",
        "ProviderUnit": "investment.api.v1.analysis.fundamentals.PROVIDER_UNITS",
        "Board": "investment.analysis.models.Score.Board",
        "RunKind": "investment.ops.models.Run.Kind",
        "RunTrigger": "investment.ops.models.Run.Trigger",
        "RunState": "investment.ops.models.Run.State",
        "HistoryState": "investment.api.v1.ops.serializers.HISTORY_STATES",
        "HistoryStepName": "investment.api.v1.ops.serializers.HISTORY_STEPS",
        "HistoryStepState": "investment.api.v1.ops.serializers.STEP_STATES",
        "Scope": "investment.accounts.models.ApiToken.Scope",
        "DatumKind": "investment.api.v1.acquisition.serializers.KIND_CHOICES",
        "RefreshKind": "investment.api.v1.acquisition.serializers.REFRESHABLE",
        "CompanyStatus": "investment.market.selectors.companies.STATUSES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "investment.api.openapi.add_errors",
    ],
}

# Providers: a key ("-": none), the plan it is on (see each adapter's limits.py), and where they answer.
# In sample and data mode the addresses are our own sandbox's.
MASSIVE_API_KEY = env.secret("MASSIVE_API_KEY", "-")
MASSIVE_PLAN = env.text("MASSIVE_PLAN", "basic")
MASSIVE_BASE_URL = env.text("MASSIVE_BASE_URL", "https://api.massive.com")
FINNHUB_API_KEY = env.secret("FINNHUB_API_KEY", "-")
FINNHUB_PLAN = env.text("FINNHUB_PLAN", "free")
FINNHUB_BASE_URL = env.text("FINNHUB_BASE_URL", "https://finnhub.io/api/v1")
FINNHUB_STREAM_URL = env.text("FINNHUB_STREAM_URL", "wss://ws.finnhub.io")
ALPHAVANTAGE_API_KEY = env.secret("ALPHAVANTAGE_API_KEY", "-")
ALPHAVANTAGE_PLAN = env.text("ALPHAVANTAGE_PLAN", "free")
ALPHAVANTAGE_BASE_URL = env.text("ALPHAVANTAGE_BASE_URL", "https://www.alphavantage.co/query")
NEWSAPI_API_KEY = env.secret("NEWSAPI_API_KEY", "-")
NEWSAPI_PLAN = env.text("NEWSAPI_PLAN", "developer")
NEWSAPI_BASE_URL = env.text("NEWSAPI_BASE_URL", "https://newsapi.org/v2")
ECB_BASE_URL = env.text("ECB_BASE_URL", "https://www.ecb.europa.eu/stats/eurofxref")
SEC_CONTACT = env.secret("SEC_CONTACT", "-")
SEC_BASE_URL = env.text("SEC_BASE_URL", "https://www.sec.gov")
SEC_DATA_URL = env.text("SEC_DATA_URL", "https://data.sec.gov")

# Celery: tasks must be repeatable, for a killed worker's task is delivered again.
# Celery's name for a Redis on a Unix socket is another one.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # seconds; longer than any task
    "global_keyprefix": f"{MODE.name}:celery:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
# Single quotes and news must not wait behind the whole market: they have a worker of their own.
CELERY_TASK_ROUTES = {"acquisition.*": {"queue": "fetch"}, "ops.sync_news": {"queue": "fetch"}}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 1500  # seconds
CELERY_TASK_TIME_LIMIT = 1800  # seconds
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # httpx logs every URL at INFO, and provider URLs can carry API keys.
    "loggers": {"httpx": {"level": "WARNING"}, "httpcore": {"level": "WARNING"}},
}
