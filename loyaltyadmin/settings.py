"""Settings, from the environment alone; deploy/env.example lists every variable.

A `.env` file beside manage.py is read if there is one; the environment wins over it. A wrong or
missing value stops the start with a sentence that names the variable.
"""

from __future__ import annotations

import math
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


# The readers: every variable comes in through one of these.

if (BASE_DIR / ".env").is_file():
    environ.Env.read_env(BASE_DIR / ".env")


def env_text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def env_list(name: str, default: list[str]) -> list[str]:
    return [item.strip() for item in env_text(name).split(",") if item.strip()] or default


def env_bool(name: str, *, default: bool) -> bool:
    value = env_text(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not “{value}”.")
    return default


def env_number(name: str, default: float, *, least: float) -> float:
    value = env_text(name)
    try:
        number = float(value) if value else default
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ImproperlyConfigured(f"{name} must be a number, not “{value}”.")
    if number < least:
        raise ImproperlyConfigured(f"{name} must be at least {least:g}, not “{value}”.")
    return number


def env_int(name: str, default: int, *, least: int) -> int:
    number = env_number(name, default, least=least)
    if number != int(number):
        raise ImproperlyConfigured(f"{name} must be a whole number, not “{env_text(name)}”.")
    return int(number)


def env_pattern(name: str, values: list[str], *, pattern: str, example: str) -> list[str]:
    for value in values:
        if not re.fullmatch(pattern, value):
            raise ImproperlyConfigured(f"{name} must be such as {example}, not “{value}”.")
    return values


def env_url(name: str, default: str) -> str:
    value = env_text(name, default).rstrip("/")
    [value] = env_pattern(
        name, [value], pattern=rf"{_ORIGIN}(/[\w.~/-]*)?", example="https://example.com"
    )
    return value


def env_secret(name: str, *, debug: str | None = None) -> str:
    """Read NAME, or the file that NAME_FILE names; only with DEBUG=1 may it be missing.

    Without a `debug` value it may be missing everywhere, and so may what is in its file.
    """
    path = env_text(f"{name}_FILE")
    if path:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}.") from error
        if not value and debug is not None:
            raise ImproperlyConfigured(f"{name}_FILE names a file that is empty.")
    else:
        value = env_text(name)
    if value or debug is None:
        return value
    if DEBUG:
        return debug
    raise ImproperlyConfigured(f"{name} is missing. It is needed unless DEBUG=1.")


# Scheme, host and port: no user, no path, and nothing that could end a directive of the
# Content-Security-Policy.
_ORIGIN = r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"


# Core

DEBUG = env_bool("DEBUG", default=False)
SECRET_KEY = env_secret("SECRET_KEY", debug="debug-only-" + "x" * 50)
if not DEBUG and not env_text("PUBLIC_URL"):
    raise ImproperlyConfigured(
        "PUBLIC_URL is missing: the address merchants' browsers reach this app at, "
        "such as https://loyalty.example.com."
    )
[PUBLIC_URL] = env_pattern(
    "PUBLIC_URL",
    [env_text("PUBLIC_URL", "http://localhost:8000").rstrip("/")],
    pattern=_ORIGIN,
    example="https://loyalty.example.com, without a path",
)
IS_HTTPS = PUBLIC_URL.startswith("https://")
_PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""
ALLOWED_HOSTS = env_pattern(
    "ALLOWED_HOSTS",
    env_list(
        "ALLOWED_HOSTS",
        [_PUBLIC_HOST, "localhost", "127.0.0.1", "[::1]"] if DEBUG else [_PUBLIC_HOST],
    ),
    pattern=r"\*|[\w.-]+|\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:.]+",
    example="loyalty.example.com, without a scheme or a port",
)
# How many proxies are in front, each of which adds to X-Forwarded-For whom it saw (web/doors.py).
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0 if DEBUG else 1, least=0)
DATA_DIR = Path(env_text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"DATA_DIR cannot be made: {error}.") from error
if not os.access(DATA_DIR, os.W_OK | os.X_OK):
    raise ImproperlyConfigured(f"DATA_DIR cannot be written to: {DATA_DIR}.")

ROOT_URLCONF = "loyaltyadmin.urls"
WSGI_APPLICATION = "loyaltyadmin.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",  # allauth builds on it; only support staff sign in
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "django_htmx",
    "loyaltyadmin.telemetry",
    "loyaltyadmin.zid_oauth",
    "loyaltyadmin.stores",
    "loyaltyadmin.activity",
    "loyaltyadmin.snapshots",
    "loyaltyadmin.web",
    "loyaltyadmin.program",
    "loyaltyadmin.customers",
    "loyaltyadmin.segments",
    "loyaltyadmin.presets",
    "loyaltyadmin.points_adjustments",
    "loyaltyadmin.notices",
    "loyaltyadmin.info_page",
    "loyaltyadmin.recurring_adjustments",
    "loyaltyadmin.store_data",
    "loyaltyadmin.support",
]

# No XFrameOptionsMiddleware: Zid's dashboard must be able to frame us, and frame-ancestors in the
# Content-Security-Policy says who else may not (docs/adr/0006).
MIDDLEWARE = [
    "loyaltyadmin.web.middleware.HealthMiddleware",
    "loyaltyadmin.support.middleware.MetricsMiddleware",
    "loyaltyadmin.web.middleware.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "loyaltyadmin.web.middleware.RequestMiddleware",
    # A page's secrets are safe to compress: CSRF and session tokens are masked anew each time, and
    # Django adds random bytes besides.
    "django.middleware.gzip.GZipMiddleware",
    "loyaltyadmin.web.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "loyaltyadmin.web.middleware.StoreMiddleware",
    "loyaltyadmin.web.middleware.DoorMiddleware",
    "loyaltyadmin.web.middleware.ZidFailureMiddleware",
]

_CONTEXT = [
    "django.template.context_processors.request",
    "django.template.context_processors.i18n",
    "loyaltyadmin.web.context.page",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT},
    },
]


# Database

DATABASE_URL = env_secret("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'loyaltyadmin.sqlite3'}"
if not re.match(r"(sqlite:///|postgres(ql)?://)", DATABASE_URL):
    raise ImproperlyConfigured("DATABASE_URL must start with sqlite:/// or postgres://.")
try:
    DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
except ValueError:  # says neither the value nor why: there is a password in it
    DATABASES = {"default": {"NAME": ""}}
if not DATABASES["default"]["NAME"]:
    raise ImproperlyConfigured(
        "DATABASE_URL must be such as postgres://user:password@host:5432/name."
    ) from None
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # Web and worker write at once: readers never wait, and whoever means to write waits for
        # its turn at the start of the transaction instead of failing half-way. What is committed is
        # on the disk: a claim that a power cut takes back would be sent a second time.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # What is deleted is overwritten: most of it is somebody's data.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA secure_delete=ON;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        # A server that vanishes without a word is missed in half a minute, not after two hours: a
        # thread that waits for it cannot be ended (docs/adr/0024).
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 4,
        "tcp_user_timeout": 30_000,  # milliseconds
        **DATABASES["default"].get("OPTIONS", {}),
    }
    # A thread mostly waits for Zid, and gives its connection back meanwhile (stores/pacer.py).
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env_int("DATABASE_POOL_SIZE", 16, least=1),
        "timeout": 20,  # seconds until a thread gives up waiting for a connection
    }


# How long all data of a store is kept after it removed the app, for it to find when it comes back.
ERASE_AFTER_DAYS = env_int("ERASE_AFTER_DAYS", 30, least=1)
# How long each line of an adjustment is kept after its end; 0 is for ever. Its totals stay.
KEEP_LINES_DAYS = env_int("KEEP_LINES_DAYS", 400, least=0)
if 0 < KEEP_LINES_DAYS < 30:
    raise ImproperlyConfigured("KEEP_LINES_DAYS must be 0, for ever, or at least 30.")


# Tokens at rest

# The key for DEBUG is no secret and never fit for a real store's tokens.
TOKEN_ENCRYPTION_KEYS = [
    key.strip()
    for key in env_secret(
        "TOKEN_ENCRYPTION_KEYS", debug="ZGVidWctb25seS1kZWJ1Zy1vbmx5LWRlYnVnLW9ubHk="
    ).split(",")
]
for _key in TOKEN_ENCRYPTION_KEYS:
    try:
        Fernet(_key)
    except ValueError:
        raise ImproperlyConfigured(
            "TOKEN_ENCRYPTION_KEYS must be Fernet keys (32 url-safe base64-encoded bytes), "
            "separated by commas."
        ) from None


# Zid

ZID_CLIENT_ID = env_secret("ZID_CLIENT_ID", debug="sandbox-client")
ZID_CLIENT_SECRET = env_secret("ZID_CLIENT_SECRET", debug="sandbox-secret")
# It stands in addresses.
[ZID_APP_ID] = env_pattern(
    "ZID_APP_ID", [env_secret("ZID_APP_ID", debug="4242")], pattern=r"[\w-]+", example="4242"
)
ZID_API_URL = env_url("ZID_API_URL", "https://api.zid.sa")
ZID_OAUTH_URL = env_url("ZID_OAUTH_URL", "https://oauth.zid.sa")
ZID_DASHBOARD_URL = env_url("ZID_DASHBOARD_URL", "https://dashboard.zid.sa")
# Zid sends these with every delivery of a merchant event; unset, nothing is subscribed.
ZID_WEBHOOK_USERNAME = env_text("ZID_WEBHOOK_USERNAME")
ZID_WEBHOOK_PASSWORD = env_secret("ZID_WEBHOOK_PASSWORD")
if bool(ZID_WEBHOOK_USERNAME) != bool(ZID_WEBHOOK_PASSWORD) or ":" in ZID_WEBHOOK_USERNAME:
    raise ImproperlyConfigured(
        "ZID_WEBHOOK_USERNAME and ZID_WEBHOOK_PASSWORD go together, and the name has no colon."
    )
ZID_TIMEOUT_SECONDS = env_number("ZID_TIMEOUT_SECONDS", 20, least=0.1)
ZID_RATE_LIMIT_PER_MINUTE = env_int("ZID_RATE_LIMIT_PER_MINUTE", 60, least=1)
ZID_RATE_LIMIT_BURST = env_int("ZID_RATE_LIMIT_BURST", 60, least=1)
# How long after an answer was lost the points history is believed when it shows no entry. Zid may
# apply a change some seconds after our connection died.
ZID_SETTLE_SECONDS = env_number("ZID_SETTLE_SECONDS", max(90.0, 3 * ZID_TIMEOUT_SECONDS), least=0.1)
# The longest reason that we send. Ours to shorten, so that Zid never cuts the reference off.
ZID_REASON_MAX_LENGTH = env_int("ZID_REASON_MAX_LENGTH", 190, least=40)


# Telling customers, by e-mail and by text message; each is off until it is set up.

EMAIL_HOST = env_text("EMAIL_HOST")
EMAIL_PORT = env_int("EMAIL_PORT", 587, least=1)
EMAIL_HOST_USER = env_text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_secret("EMAIL_HOST_PASSWORD")
[_EMAIL_SECURITY] = env_pattern(
    "EMAIL_SECURITY",
    [env_text("EMAIL_SECURITY", "starttls")],
    pattern="starttls|tls|none",
    example="starttls, tls or none",
)
EMAIL_USE_TLS = _EMAIL_SECURITY == "starttls"
EMAIL_USE_SSL = _EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 20  # seconds for each answer of the server; for the SMS provider's, too
_ADDRESS = r"[^@\s<>]+@[^@\s<>]+"
[EMAIL_FROM] = env_pattern(
    "EMAIL_FROM",
    [env_text("EMAIL_FROM", "loyalty@example.com" if DEBUG else "")],
    pattern=_ADDRESS if DEBUG or EMAIL_HOST else "",
    example="loyalty@example.com, together with EMAIL_HOST",
)
[EMAIL_BOUNCES_TO] = env_pattern(
    "EMAIL_BOUNCES_TO",
    [env_text("EMAIL_BOUNCES_TO")],
    pattern=f"({_ADDRESS})?",
    example="bounces@example.com",
)
if DEBUG and not EMAIL_HOST:  # nothing leaves a developer's machine unasked
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mails"
[SMS_PROVIDER] = env_pattern(
    "SMS_PROVIDER", [env_text("SMS_PROVIDER")], pattern="(unifonic)?", example="unifonic"
)
UNIFONIC_APP_SID = env_secret("UNIFONIC_APP_SID")
UNIFONIC_SENDER_ID = env_text("UNIFONIC_SENDER_ID")
UNIFONIC_URL = env_url("UNIFONIC_URL", "https://el.cloud.unifonic.com")
if SMS_PROVIDER == "unifonic" and not (UNIFONIC_APP_SID and UNIFONIC_SENDER_ID):
    raise ImproperlyConfigured(
        "SMS_PROVIDER is unifonic, so UNIFONIC_APP_SID and UNIFONIC_SENDER_ID are needed."
    )
NOTICES_PER_MINUTE = env_number("NOTICES_PER_MINUTE", 60, least=0.1)
# Keeps who asked not to be written to. Not SECRET_KEY, which may change.
NOTICES_KEY = env_secret("NOTICES_KEY", debug="debug-only" if EMAIL_FROM or SMS_PROVIDER else None)


# allauth

SOCIALACCOUNT_PROVIDERS = {
    "zid": {"APPS": [{"client_id": ZID_CLIENT_ID, "secret": ZID_CLIENT_SECRET}]}
}
AUTHENTICATION_BACKENDS: list[str] = []  # no merchant signs in; a store opens from Zid's dashboard


# The support console, where it is asked for: Django's admin, for staff (docs/adr/0026)

SUPPORT_CONSOLE = env_bool("SUPPORT_CONSOLE", default=False)
if SUPPORT_CONSOLE:
    INSTALLED_APPS += [
        "django.contrib.admin.apps.SimpleAdminConfig",
        "django.contrib.messages",
    ]
    MIDDLEWARE.insert(2, "loyaltyadmin.support.middleware.ConsoleMiddleware")
    MIDDLEWARE += [
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ]
    _CONTEXT += [
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]
    MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
    AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    AUTH_PASSWORD_VALIDATORS = [
        {
            "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
            "OPTIONS": {"min_length": 12},
        },
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    ]


# Celery. With no REDIS_URL the same code runs on a broker made of files (docs/adr/0005).

REDIS_URL = env_secret("REDIS_URL")
_REDIS = r"rediss?://([^/]*@)?(\[[0-9A-Fa-f:.]+\]|[^/:@\[\]]+)(:[0-9]+)?(/[0-9]*)?(\?.*)?"
if REDIS_URL and not re.fullmatch(_REDIS, REDIS_URL):
    raise ImproperlyConfigured("REDIS_URL must be such as redis://host:6379/0, or empty.")
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A store's turn is nearly all waiting, for Zid and for the limit, so threads serve many stores
# at once from one process, in both modes (docs/adr/0005).
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env_int("WORKER_CONCURRENCY", 64, least=1)
# What somebody waits for, what takes long, and what beat sends: none waits behind another kind. A
# worker takes from all three in turn, or from those that its -Q names (docs/adr/0024).
CELERY_TASK_QUEUES: dict[str, dict[str, object]] = {
    "interactive": {},
    "bulk": {},
    "housekeeping": {},
}
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
CELERY_TASK_ROUTES = {
    "loyaltyadmin.points_adjustments.tasks.take_turn": {"queue": "interactive"},
    "loyaltyadmin.customers.tasks.fetch_some": {"queue": "bulk"},
    "loyaltyadmin.notices.tasks.tell_customers": {"queue": "bulk"},
    "loyaltyadmin.recurring_adjustments.tasks.make_run": {"queue": "bulk"},
    "loyaltyadmin.store_data.tasks.erase_data": {"queue": "bulk"},
    "loyaltyadmin.store_data.tasks.forget_old_lines": {"queue": "bulk"},
    # These wait for Zid, which may be down, for one store after the other.
    "loyaltyadmin.stores.tasks.check_stores": {"queue": "bulk"},
    "loyaltyadmin.stores.tasks.refresh_tokens": {"queue": "bulk"},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
# An hour of the day (UTC), not a day since beat began: where each deploy starts beat with an empty
# folder, a day might never be over.
_NIGHTLY = crontab(hour=0, minute=10)
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "loyaltyadmin.points_adjustments.tasks.sweep",
        "schedule": 2.0,
        "options": {"expires": 10},
    },
    "start-due-runs": {
        "task": "loyaltyadmin.recurring_adjustments.tasks.start_due_runs",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "forget-old-gifts": {
        "task": "loyaltyadmin.recurring_adjustments.tasks.forget_old_gifts",
        "schedule": _NIGHTLY,
    },
    "check-stores": {
        "task": "loyaltyadmin.stores.tasks.check_stores",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "refresh-tokens": {
        "task": "loyaltyadmin.stores.tasks.refresh_tokens",
        "schedule": 10 * 60.0,
        "options": {"expires": 60},
    },
    "erase-data": {
        "task": "loyaltyadmin.store_data.tasks.erase_data",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "forget-old-lines": {
        "task": "loyaltyadmin.store_data.tasks.forget_old_lines",
        "schedule": _NIGHTLY,
    },
    "keep-directories": {
        "task": "loyaltyadmin.customers.tasks.keep_directories",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "close-lost-attempts": {
        "task": "loyaltyadmin.activity.tasks.close_lost_attempts",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "tell-customers-by-email": {
        "task": "loyaltyadmin.notices.tasks.tell_customers",
        "args": ["email"],
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "tell-customers-by-sms": {
        "task": "loyaltyadmin.notices.tasks.tell_customers",
        "args": ["sms"],
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "forget-uploads": {
        "task": "loyaltyadmin.points_adjustments.tasks.forget_uploads",
        "schedule": 60 * 60.0,
        "options": {"expires": 60},
    },
    "clear-sessions": {
        "task": "loyaltyadmin.web.tasks.clear_sessions",
        "schedule": _NIGHTLY,
    },
}
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object]
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # No task lasts longer than a store's turn, so an unacknowledged one is lost by then.
        "visibility_timeout": 300,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    }
else:
    CELERY_BROKER_URL = "files://localhost"  # loyaltyadmin/file_broker.py
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA_DIR / "queue"),
        "data_folder_out": str(DATA_DIR / "queue"),
        "control_folder": str(DATA_DIR / "queue-control"),
        "polling_interval": 0.1,
    }


# Cookies, framing and HTTPS. The dashboard's frame is third-party, so cookies are SameSite=None
# and Secure; browsers take Secure cookies from http://localhost too.

FRAME_ANCESTORS = env_pattern(
    "FRAME_ANCESTORS",
    env_list("FRAME_ANCESTORS", ["https://web.zid.sa", "https://dashboard.zid.sa"]),
    pattern=_ORIGIN,
    example="https://dashboard.zid.sa",
)
SESSION_ENGINE = "loyaltyadmin.web.session_store"
SESSION_COOKIE_NAME = "loyaltyadmin_session"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = "None"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = True  # one secret for both carriers of the session
CSRF_COOKIE_SECURE = True
CSRF_FAILURE_VIEW = "loyaltyadmin.web.views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if IS_HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # XFrameOptionsMiddleware: see MIDDLEWARE
    "security.W005",  # HSTS for subdomains and
    "security.W021",  # HSTS preload: the operator's domain is not ours to commit
]


# Language

LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", "العربية"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "loyaltyadmin" / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = "loyaltyadmin.formats"
USE_TZ = True
TIME_ZONE = "Asia/Riyadh"


# Static files and uploads

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "loyaltyadmin.web.bundles.BundledStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024


# Seeing it: logs, metrics (docs/adr/0025)

[LOG_FORMAT] = env_pattern(
    "LOG_FORMAT",
    [env_text("LOG_FORMAT", "line" if DEBUG else "json")],
    pattern="line|json",
    example="line or json",
)
# No bodies, no query strings, and of errors and addresses only what nobody's name can be in.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "loyaltyadmin.telemetry.logs.JsonFormatter"},
        "line": {"()": "loyaltyadmin.telemetry.logs.LineFormatter", "is_discreet": not DEBUG},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        # A line for every request is for servers; a developer has the browser's own tools.
        "loyaltyadmin.web.middleware": {"level": "WARNING" if DEBUG else "INFO"},
        # A line for every message that beat sends says nothing.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}

# Whoever reads the metrics proves it with this; without it there are none.
METRICS_TOKEN = env_secret("METRICS_TOKEN")
if METRICS_TOKEN and not re.fullmatch(r"[\x21-\x7e]{20,}", METRICS_TOKEN):
    raise ImproperlyConfigured("METRICS_TOKEN must be at least 20 letters, digits and signs.")
[WORKER_METRICS_BIND] = env_pattern(
    "WORKER_METRICS_BIND",
    [env_text("WORKER_METRICS_BIND")],
    pattern=r"([\w.-]+:[0-9]{1,5})?",
    example="127.0.0.1:9100",
)
if WORKER_METRICS_BIND and not METRICS_TOKEN:
    raise ImproperlyConfigured("WORKER_METRICS_BIND is set, so METRICS_TOKEN is needed.")

# Where errors are reported to, scrubbed (telemetry/reports.py); unset, nowhere.
SENTRY_DSN = env_secret("SENTRY_DSN")
if SENTRY_DSN and not re.fullmatch(r"https?://[^\s@/]+@[^\s@/]+/\S+", SENTRY_DSN):
    raise ImproperlyConfigured("SENTRY_DSN must be such as https://key@sentry.example.com/1.")
