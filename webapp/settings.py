"""Django's settings, made from `webapp.environment`."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import dj_database_url

from webapp.environment import ROOT, environment


def _secret(folder: Path) -> str:
    """The key in VAR_DIR, made at the first start, readable by its owner only."""
    path = folder / "secret_key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = environment.secret_key or _secret(environment.var_dir)
DEBUG = environment.debug
ALLOWED_HOSTS = environment.allowed_hosts

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "webapp.accounts",
    "webapp.studies",
    "webapp.runs",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
    found["ATOMIC_REQUESTS"] = False
    return found


DATABASES = {"default": _database(environment.database_url, environment.var_dir)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "static"] if (ROOT / "static").exists() else []
USE_TZ = True
TIME_ZONE = "UTC"
FILES = environment.var_dir / "files"

CELERY_BROKER_URL = environment.redis_url
