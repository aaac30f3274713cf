"""What an installation may decide (运行配置): read once from the environment, complete or refused as a whole."""

from __future__ import annotations

import base64
import ipaddress
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from api.proxies import Network
from api.secrets_file import SecretsFile
from engine.errors import CaseworkError

PROJECT = Path(__file__).resolve().parents[1]
KEY_BYTES = 32  # AES-256-GCM and HMAC-SHA-256
SHORTEST_SECRET = 32  # characters
FEWEST_LETTERS = 10  # different ones: "change-me" repeated is not a secret
GENERATORS = {
    "YIMEN_SECRET_KEY": "openssl rand -hex 32",
    "YIMEN_DATA_KEYS": 'echo "k1:$(openssl rand -base64 32)"',
    "YIMEN_INDEX_KEY": "openssl rand -base64 32",
}
DATABASE_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
REDIS_SCHEMES = ("redis", "rediss", "unix")
OWN_MACHINE = "127.0.0.0/8 ::1/128"
TRUE_WORDS, FALSE_WORDS = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


class Environment(StrEnum):
    """Where this installation stands: at a desk, in service, or under test."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"
    TEST = "test"


@dataclass(frozen=True)
class Problem:
    """One setting that is missing or wrong, and what to write instead."""

    name: str
    zh: str
    en: str


class SettingsInvalid(CaseworkError):
    """运行配置不完整。"""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        zh = "\n".join(f"  {p.name}：{p.zh}" for p in problems)
        en = "\n".join(f"  {p.name}: {p.en}" for p in problems)
        super().__init__(f"运行配置不完整，请设置以下环境变量后再启动：\n{zh}", en=f"Settings to correct:\n{en}")

    def __str__(self) -> str:
        return f"{self.message}\n{self.en}"


@dataclass(frozen=True)
class DataKey:
    """One key for personal data (数据密钥); its id is written into every value it encrypts."""

    id: str
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """Everything an installation decides; `bootstrap` hands the parts to those who need them."""

    environment: Environment
    home: Path
    host: str
    port: int
    secret_key: str = field(repr=False)
    data_keys: tuple[DataKey, ...]
    index_key: bytes = field(repr=False)
    public_url: str
    trusted_proxies: tuple[Network, ...] = ()
    web_workers: int = 2
    demo: bool = False
    database_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    postgres_major: int = 16
    postgres_tcp: bool = False

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Settings:
        """The settings written in `env`; one error names everything that is missing or wrong.

        In development and under test, missing secrets are generated once into `<home>/secrets.json`.
        """
        return _Reader(env).settings()

    @property
    def current_data_key(self) -> DataKey:
        """The key new values are encrypted with; the others only open older ones."""
        return self.data_keys[0]

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    def sqlalchemy_url(self) -> str:
        """The database address as SQLAlchemy wants it, with the psycopg 3 driver named."""
        return "postgresql+psycopg://" + self.libpq_url().partition("://")[2]

    def libpq_url(self) -> str:
        """The database address as psycopg and the PostgreSQL programs want it."""
        if self.database_url is None:
            raise CaseworkError("尚无数据库地址：请设置 DATABASE_URL，或用 yimen serve 启动内置数据库。")
        return "postgresql://" + self.database_url.partition("://")[2]

    def with_servers(self, database_url: str, redis_url: str) -> Settings:
        """The same settings once the addresses of the servers are known."""
        return replace(self, database_url=database_url, redis_url=redis_url)

    def as_environment(self) -> dict[str, str]:
        """The environment from which a child process reads these same settings."""
        written = {
            "YIMEN_ENV": self.environment.value,
            "YIMEN_HOME": str(self.home),
            "YIMEN_HOST": self.host,
            "YIMEN_PORT": str(self.port),
            "YIMEN_SECRET_KEY": self.secret_key,
            "YIMEN_DATA_KEYS": ",".join(f"{k.id}:{base64.b64encode(k.key).decode('ascii')}" for k in self.data_keys),
            "YIMEN_INDEX_KEY": base64.b64encode(self.index_key).decode("ascii"),
            "YIMEN_PUBLIC_URL": self.public_url,
            "YIMEN_TRUSTED_PROXIES": ",".join(map(str, self.trusted_proxies)),
            "YIMEN_WEB_WORKERS": str(self.web_workers),
            "YIMEN_DEMO": "1" if self.demo else "0",
            "YIMEN_POSTGRES_MAJOR": str(self.postgres_major),
            "YIMEN_POSTGRES_TCP": "1" if self.postgres_tcp else "0",
        }
        addresses = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        return written | {name: url for name, url in addresses.items() if url is not None}


class _Reader:
    """Reads one environment, remembering every problem instead of stopping at the first."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = {name: value.strip() for name, value in env.items()}
        self.problems: list[Problem] = []
        self.environment = self._environment()
        self.production = self.environment is Environment.PRODUCTION
        self.home = Path(self.env.get("YIMEN_HOME") or _default_home()).expanduser().absolute()

    def settings(self) -> Settings:
        host, port = self.env.get("YIMEN_HOST") or "127.0.0.1", self._number("YIMEN_PORT", 8000, 1, 65535)
        settings = Settings(
            environment=self.environment,
            home=self.home,
            host=host,
            port=port,
            public_url=self._public_url(f"http://{host}:{port}"),
            trusted_proxies=self._trusted_proxies(),
            web_workers=self._number("YIMEN_WEB_WORKERS", 2, 1, 256),
            demo=self._demo(),
            database_url=self._address("DATABASE_URL", DATABASE_SCHEMES, "postgresql://user:password@host:5432/yimen"),
            redis_url=self._address("REDIS_URL", REDIS_SCHEMES, "redis://:password@host:6379/0"),
            postgres_major=self._number("YIMEN_POSTGRES_MAJOR", 16, 16, 99),
            postgres_tcp=self._switch("YIMEN_POSTGRES_TCP"),
            # Secrets come last: a refused environment leaves no generated files behind.
            secret_key=self._secret_key(),
            data_keys=self._data_keys(),
            index_key=self._index_key(),
        )
        if self.problems:
            raise SettingsInvalid(self.problems)
        return settings

    def _refuse(self, name: str, zh: str, en: str) -> None:
        self.problems.append(Problem(name, zh, en))

    def _environment(self) -> Environment:
        written = self.env.get("YIMEN_ENV") or Environment.DEVELOPMENT.value
        if written in set(Environment):
            return Environment(written)
        choices = ", ".join(Environment)
        self._refuse("YIMEN_ENV", f"只能是 {choices} 之一（现为 {written}）", f"one of {choices} (now {written})")
        # A misspelt "production" must not be answered with the freedoms of a desk.
        return Environment.PRODUCTION

    def _number(self, name: str, default: int, least: int, most: int) -> int:
        written = self.env.get(name)
        if not written:
            return default
        if written.isascii() and written.isdigit() and least <= int(written) <= most:
            return int(written)
        self._refuse(name, f"应为 {least} 到 {most} 的整数", f"a whole number from {least} to {most}")
        return default

    def _switch(self, name: str) -> bool:
        written = self.env.get(name, "").lower()
        if written not in TRUE_WORDS + FALSE_WORDS:
            self._refuse(name, "应为 1 或 0", "either 1 or 0")
        return written in TRUE_WORDS

    def _demo(self) -> bool:
        demo = self._switch("YIMEN_DEMO")
        if demo and self.production:
            self._refuse(
                "YIMEN_DEMO",
                "正式环境不得启用演示账号，请取消此项",
                "demo accounts are refused in production: unset it",
            )
        return demo

    def _address(self, name: str, schemes: tuple[str, ...], example: str) -> str | None:
        written = self.env.get(name)
        if not written:
            if self.production:
                self._refuse(
                    name,
                    f"正式环境不使用内置服务，请设为如 {example}",
                    f"no embedded server in production: set {example}",
                )
            return None
        if urlsplit(written).scheme not in schemes:
            self._refuse(name, f"地址应形如 {example}", f"an address such as {example}")
        return written

    def _public_url(self, default: str) -> str:
        written = self.env.get("YIMEN_PUBLIC_URL", "").rstrip("/")
        if not written and not self.production:
            return default
        parts = urlsplit(written)
        schemes = ("https",) if self.production else ("http", "https")
        if parts.scheme not in schemes or not parts.hostname:
            zh, en = (
                "群众核验证明所用的网址，形如 https://yimen.example.gov.cn",
                "the address printed into certificates",
            )
            self._refuse("YIMEN_PUBLIC_URL", zh, f"{en}, such as https://yimen.example.gov.cn")
        return written

    def _trusted_proxies(self) -> tuple[Network, ...]:
        """Whose X-Forwarded-For is believed: by default only proxies on this machine."""
        written = (self.env.get("YIMEN_TRUSTED_PROXIES") or OWN_MACHINE).replace(",", " ")
        try:
            return tuple(ipaddress.ip_network(part) for part in written.split())
        except ValueError:
            zh, en = (
                "反向代理的地址或网段，如 10.1.2.3 或 10.1.2.0/24，多个用逗号隔开",
                "addresses or networks of proxies",
            )
            self._refuse("YIMEN_TRUSTED_PROXIES", zh, f"{en}, such as 10.1.2.3, 10.1.2.0/24")
            return ()

    def _secret(self, name: str, stored_name: str, generate: Callable[[], str]) -> str | None:
        """The secret as given or generated; None where it is missing and may not be, or where all is refused anyway."""
        written = self.env.get(name)
        if written:
            return written
        if self.production:
            self._refuse(
                name, f"必须设置，例如用命令生成：{GENERATORS[name]}", f"required; generate: {GENERATORS[name]}"
            )
            return None
        return None if self.problems else SecretsFile(self.home).obtain(stored_name, generate)

    def _secret_key(self) -> str:
        written = self._secret("YIMEN_SECRET_KEY", "secret_key", lambda: secrets.token_urlsafe(48))
        if written and (len(written) < SHORTEST_SECRET or len(set(written)) < FEWEST_LETTERS):
            zh, en = (
                f"太短或太简单，至少 {SHORTEST_SECRET} 个随机字符",
                f"too weak: {SHORTEST_SECRET} random characters or more",
            )
            self._refuse("YIMEN_SECRET_KEY", zh, en)
        return written or ""

    def _index_key(self) -> bytes:
        written = self._secret("YIMEN_INDEX_KEY", "index_key", _new_key)
        key = _key(written) if written else b""
        if written and not key:
            self._refuse("YIMEN_INDEX_KEY", "应为 32 字节密钥的 base64", "the base64 of a 32-byte key")
        return key

    def _data_keys(self) -> tuple[DataKey, ...]:
        written = self._secret("YIMEN_DATA_KEYS", "data_keys", lambda: "k1:" + _new_key())
        keys = tuple(_data_key(entry) for entry in (written or "").replace(",", " ").split())
        ids = [key.id for key in keys]
        if written and (not keys or len(set(ids)) < len(ids) or not all(key.id and key.key for key in keys)):
            zh, en = (
                "应为 编号:base64（32 字节），多个用逗号隔开，第一个为当前密钥",
                "id:base64 of 32 bytes, comma between, current first",
            )
            self._refuse("YIMEN_DATA_KEYS", zh, en)
        return keys


def _default_home() -> Path:
    beside_project = PROJECT if (PROJECT / "pyproject.toml").exists() else Path.cwd()
    return beside_project / "var"


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def _key(written: str) -> bytes:
    """The 32 bytes written in base64; empty where it is anything else."""
    try:
        key = base64.b64decode(written, validate=True)
    except ValueError:
        return b""
    return key if len(key) == KEY_BYTES else b""


def _data_key(entry: str) -> DataKey:
    key_id, _, written = entry.partition(":")
    return DataKey(key_id, _key(written))
