"""The mail server that the settings name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Security = Literal["starttls", "tls", "none"]
PORTS: dict[str, int] = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class Server:
    """`security`: TLS from the first byte, TLS before anything is said (never without it), or none (loopback only).

    `ca_file`: certificates to trust instead of the system's; None for the system's.
    """

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""
    ca_file: Path | None = None

    def __repr__(self) -> str:
        return f"<mail server {self.host}:{self.port}>"
