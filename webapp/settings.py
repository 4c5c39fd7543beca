"""Django's settings, made from `webapp.environment`."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from webapp.environment import ROOT, environment
from webapp.redaction import clean_records, hide
from webapp.single_sign_on import provider_of


def _secret(folder: Path) -> str:
    """The key in VAR_DIR, made at the first start, readable by its owner only."""
    path = folder / "secret_key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def _origins(address: str) -> list[str]:
    """The origin of an address, if it is one."""
    return ["{0.scheme}://{0.netloc}".format(urlsplit(address))] if "://" in address else []


SECRET_KEY = environment.secret_key or _secret(environment.var_dir)
hide(
    [
        SECRET_KEY,
        environment.mail_password,
        environment.oidc_client_secret,
        environment.database_url,
        environment.redis_url,
    ]
)
clean_records()
DEBUG = environment.debug
ALLOWED_HOSTS = environment.allowed_hosts

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "webapp.accounts",
    "webapp.audit",
    "webapp.datasets",
    "webapp.operators",
    "webapp.studies",
    "webapp.runs",
    "webapp.spaces",
    "webapp.sharing",
    "webapp.notes",
    "webapp.library",
    "webapp.webhooks",
    "webapp.bundles",
    "webapp.quotas",
    "webapp.api",
    "webapp.doctor",
    "webapp.operations",
    "webapp.pages",
]
MIDDLEWARE = [
    "webapp.logs.middleware.RequestIdMiddleware",
    "webapp.transport.TransportMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "webapp.audit.origin.OriginMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "webapp.api.middleware.RateLimitHeaders",
    "webapp.pages.middleware.RefusalMiddleware",
]
ROOT_URLCONF = "webapp.urls"
ASGI_APPLICATION = "webapp.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "webapp.pages.head.teams",
            ]
        },
    }
]


def _database(url: str, folder: Path) -> dict[str, Any]:
    """SQLite in write-ahead mode with immediate transactions (none of the lock errors of deferred ones), or PostgreSQL."""
    found: dict[str, Any] = dict(dj_database_url.parse(url or f"sqlite:///{folder / 'spacewright.sqlite'}"))
    if found["ENGINE"].endswith("sqlite3"):
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on",
        }
        found["TEST"] = {"NAME": str(folder / "test.sqlite")}  # a file: worker processes open it too
    else:  # a worker that stands still within a transaction keeps its rows no longer than its lease
        limit = f"-c idle_in_transaction_session_timeout={int(environment.lease_seconds * 1000)}"
        found["OPTIONS"] = {"options": limit, **found.get("OPTIONS", {})}
    found["ATOMIC_REQUESTS"] = False
    return found


DATABASES = {"default": _database(environment.database_url, environment.var_dir)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["webapp.accounts.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_RESET_TIMEOUT = 24 * 3600  # seconds that the link in a mail is good for
SIGN_UP = environment.sign_up
ACCOUNT_ADAPTER, SOCIALACCOUNT_ADAPTER = "webapp.accounts.adapters.Account", "webapp.accounts.adapters.Social"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
IS_MAIL_PROVEN = environment.verify_email == "always" or (
    environment.verify_email == "auto" and environment.mail_host != ""
)
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if IS_MAIL_PROVEN else "none"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
# What is guessed at is counted in rows, for all processes: `webapp.accounts.services.throttle`.
ACCOUNT_RATE_LIMITS = {"signup": None, "reauthenticate": None, "login_failed": None}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {"signup": "webapp.accounts.forms.SignUp", "reauthenticate": "webapp.accounts.forms.Again"}
MFA_FORMS = {
    "authenticate": "webapp.accounts.forms.SecondFactor",
    "reauthenticate": "webapp.accounts.forms.SecondFactorAgain",
}
MFA_TOTP_ISSUER = "Spacewright"
MFA_ALLOW_UNVERIFIED_EMAIL = (
    True  # who was made by the operator, or where no mail is sent, needs a second factor no less
)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = (
    True  # by e-mails that it has proven
)
SOCIALACCOUNT_PROVIDERS = provider_of(environment)
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "studies"
LOGOUT_REDIRECT_URL = "login"
IS_HTTPS = environment.site_url.startswith("https://")
# What the browser's address begins with. Whether a request came encrypted the web server knows: from the proxies that
# FORWARDED_ALLOW_IPS names it believes X-Forwarded-Proto, so there is no SECURE_PROXY_SSL_HEADER that anybody could send.
ORIGINS = _origins(environment.site_url)
CSRF_TRUSTED_ORIGINS = ORIGINS
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_REDIRECT_EXEMPT = ["^api/", "^health/", "^metrics"]  # scripts are refused, and probes come from beside us
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # to be on the browsers' preload list is the operator's choice, and final
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-session", "__Host-csrf") if IS_HTTPS else ("sessionid", "csrftoken")
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"  # Strict would ask who follows a mail's link to log in again
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # scripts of the pages find the CSRF token in the page
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {  # nothing from elsewhere, and nothing inline
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", *_origins(environment.oidc_url)],  # a log-in by it begins with a form
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # served as they lie in the packages: nothing has to be collected first
NPM = ROOT / "node_modules"
VENDORED = {  # what pages load of packages from npm: address below static/vendor/ -> folder of the package
    "htmx": "htmx.org/dist",
    "idiomorph": "idiomorph/dist",
    "pico": "@picocss/pico/css",
    "uplot": "uplot/dist",
    "dagre": "@dagrejs/dagre/dist",
    "tus": "tus-js-client/dist",
}
STATICFILES_DIRS = [
    ROOT / "static",
    *((f"vendor/{name}", NPM / folder) for name, folder in VENDORED.items() if (NPM / folder).exists()),
]
USE_TZ = True
TIME_ZONE = "UTC"
FILES = environment.var_dir / "files"
os.environ["DATA_DIR"] = str((FILES / "data").resolve())  # where the engine looks for data that a recipe names
EXAMPLES = ROOT / "examples"

CELERY_BROKER_URL = environment.redis_url
CHANNEL_LAYERS = {
    "default": {
        # The pub/sub layer, with a pool and timeouts of its own: the other one refuses the 101st socket with redis-py 8.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [{"address": environment.redis_url, "max_connections": 10_000, "socket_timeout": None}],
            "prefix": "spacewright",
        },
    }
}

EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if environment.mail_host else 'console'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = environment.mail_host, environment.mail_port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = environment.mail_user, environment.mail_password
EMAIL_USE_TLS, EMAIL_USE_SSL = environment.mail_security == "starttls", environment.mail_security == "tls"
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = environment.mail_from

LOGGING = {  # to the process's own output, which the launcher keeps; what nobody foresaw with its trace
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(levelname)s %(name)s: %(message)s"},
        "json": {"()": "webapp.logs.json_lines.JsonLines"},
    },
    "filters": {"about": {"()": "webapp.logs.about.About"}},
    "handlers": {
        "output": {
            "class": "logging.StreamHandler",
            "formatter": environment.log_format,
            "filters": ["about"],  # in order; one that takes out what must not be said comes last
        }
    },
    "root": {"handlers": ["output"], "level": "WARNING"},
    "loggers": {
        "webapp": {"level": environment.log_level.upper()},
        "django": {"level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},
        **{name: {"level": "WARNING", "propagate": True} for name in ("uvicorn", "uvicorn.error", "uvicorn.access")},
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "webapp.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "webapp.api.scopes.TokenScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "webapp.api.schema.Operation",
    "DEFAULT_THROTTLE_CLASSES": ["webapp.api.limits.RateLimit"],
    "EXCEPTION_HANDLER": "webapp.api.problems.problem_response",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Spacewright",
    "DESCRIPTION": "Everything that the pages do, for scripts.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated", "webapp.api.scopes.TokenScope"],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "webapp.api.schema.closed",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ShareKindEnum": "webapp.sharing.models.Share.Kind",
        "DeliveryStateEnum": "webapp.webhooks.models.Delivery.State",
        "LinkStateEnum": ["live", "expired", "revoked"],
    },
}
