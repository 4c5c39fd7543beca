"""Settings by environment: one typed, documented table. The one in `docs/running.md` is drawn from it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Environment(BaseSettings):
    """What an operator may set. A wrong value ends the start with the list of what is wrong."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False)

    secret_key: str = Field("", description="signs sessions; made and kept in VAR_DIR when empty")
    debug: bool = Field(False, description="show tracebacks in the browser; never on a server")
    allowed_hosts: list[str] = Field(
        ["localhost", "127.0.0.1", "[::1]"], description="host names it answers to, as JSON"
    )
    var_dir: Path = Field(ROOT / "var", description="where everything that it writes goes")
    database_url: str = Field("", description="PostgreSQL or SQLite; a SQLite file in VAR_DIR when empty")
    redis_url: str = Field("redis://127.0.0.1:6379/0", description="broker and live layer")
    host: str = Field("127.0.0.1", description="address that the pages are served at; 0.0.0.0 is every one")
    port: int = Field(8000, ge=1, le=65535, description="port that the pages are served at")
    mail_host: str = Field(
        "", description="mail server, for forgotten passwords and ended runs; no mail is sent when empty"
    )
    mail_port: int = Field(587, ge=1, le=65535, description="its port")
    mail_security: Literal["starttls", "tls", "none"] = Field("starttls", description="how it is spoken to")
    mail_user: str = Field("", description="whom it knows us as; no log-in when empty")
    mail_password: str = Field("", description="that user's")
    mail_from: str = Field("spacewright@spacewright.local", description="whom mails come from")
    site_url: str = Field(
        "",
        description="address of the pages, as https://studio.example, which then demands https; HOST and PORT when empty",
    )
    sign_up: Literal["invited", "open"] = Field(
        "invited", description="who may sign up: who was invited into a team, or anybody"
    )
    verify_email: Literal["auto", "always", "never"] = Field(
        "auto", description="whether who signs up follows a link in a mail first; auto: where MAIL_HOST is set"
    )
    oidc_url: str = Field("", description="address of an OpenID Connect provider to log in with; none when empty")
    oidc_name: str = Field("single sign-on", description="what people call it")
    oidc_client_id: str = Field("", description="what it knows the studio as")
    oidc_client_secret: str = Field("", description="what the studio proves itself to it with")
    devices: str = Field(
        "", description="what workers of this machine use, as `cpu,0,1`; every GPU, else the CPU, when empty"
    )
    queues: str = Field(
        "short,device", description="what workers of this machine do: `short` decides, `device` performs work"
    )
    device: Literal["cpu", "cuda"] = Field("cpu", description="what one worker trains on; set by the launcher")
    node: str = Field("", description="name that one worker holds its work under; set by the launcher")
    grace_seconds: float = Field(20.0, gt=0, description="how long a process may take to stop before it is killed")
    watchdog_seconds: float = Field(
        60.0, gt=0, description="a worker that takes nothing for so long, with work waiting, is started again"
    )
    lease_seconds: float = Field(30.0, gt=0, description="a worker that has not beaten for so long has lost its work")
    heartbeat_seconds: float = Field(5.0, gt=0, description="how often a worker beats")
    checkpoint_seconds: float = Field(10.0, ge=0, description="between two checkpoints of a training")
    slice_seconds: float = Field(
        300.0, gt=0, description="how long a worker holds one message before it hands the work back"
    )
    idle_seconds: float = Field(600.0, gt=0, description="a worker without progress for so long stops beating")
    resend_seconds: float = Field(5.0, gt=0, description="work queued for so long is sent again by the sweeper")
    orphan_seconds: float = Field(3600.0, gt=0, description="a file that no row points to is removed once it is so old")
    upload_bytes: int = Field(
        20 * 2**30, gt=0, description="the most that one upload of data may hold, all files together"
    )
    team_bytes: int = Field(
        100 * 2**30,
        ge=0,
        description="the most that data and studies' files of one team may take on disk; 0 is no limit",
    )
    team_studies: int = Field(0, ge=0, description="studies of one team that may run at once; 0 is no limit")
    team_device_seconds: int = Field(0, ge=0, description="device seconds of one team in a month; 0 is no limit")
    tables_dir: str = Field(
        "", description="folder of tables of known scores that recipes may name; none may be named when empty"
    )
    metrics_token: str = Field(
        "", description="who sends it may read /metrics/ and what /health/ready/ misses; this machine only when empty"
    )
    log_format: Literal["line", "json"] = Field(
        "line", description="how processes log: lines to read, or a JSON object a line"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("warning", description="the least that is logged")
    rate_read: int = Field(1200, ge=0, description="REST: reads a minute of one token or browser; 0 is no limit")
    rate_write: int = Field(300, ge=0, description="REST: changes a minute")
    rate_upload: int = Field(1200, ge=0, description="REST: parts of uploads a minute")
    rate_expensive: int = Field(120, ge=0, description="REST: previews a minute")
    rate_unknown: int = Field(60, ge=0, description="REST: tokens that nobody has, a minute from one address")
    webhook_http: bool = Field(False, description="let webhooks call http:// too; only https:// otherwise")
    webhook_hosts: list[str] = Field(
        [], description="hosts of your own network that webhooks may call, as JSON; else only the whole internet's"
    )
    upload_hours: float = Field(24.0, gt=0, description="an upload that nothing arrived for is removed after so long")


environment = Environment()
