"""Sign requests by AWS Signature Version 4, as S3 and OBS read it.

Source of the rules: "Authenticating Requests (AWS Signature Version 4)" in the API reference of Amazon S3.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
OF_NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Signer:
    """Sign with one login. The key is made once a day: it costs as much as a signature does."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str
    keys: dict[str, bytes] = field(default_factory=dict, repr=False)

    def signed(
        self, method: str, path: str, query: str, headers: dict[str, str], payload: str, *, now: datetime
    ) -> dict[str, str]:
        """Return all headers of a request.

        :param path: encoded; `query` likewise, its parameters sorted.
        :param headers: lower-case names, `host` among them, values without superfluous blanks.
        :param payload: SHA-256 of the body in hexadecimal digits, or `UNSIGNED`.
        """
        moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        sent = {**headers, "x-amz-date": moment, "x-amz-content-sha256": payload}
        names = sorted(sent)
        lines = [
            method,
            path,
            query,
            *(f"{name}:{sent[name]}" for name in names),
            "",
            ";".join(names),
            payload,
        ]
        scope = f"{moment[:8]}/{self.region}/s3/aws4_request"
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        text = "\n".join((ALGORITHM, moment, scope, digest))
        signature = hmac.digest(self._key(moment[:8]), text.encode(), "sha256").hex()
        sent["authorization"] = (
            f"{ALGORITHM} Credential={self.access_key}/{scope}, SignedHeaders={';'.join(names)}, "
            f"Signature={signature}"
        )
        return sent

    def _key(self, day: str) -> bytes:
        if day not in self.keys:
            key = f"AWS4{self.secret_key}".encode()
            for text in (day, self.region, "s3", "aws4_request"):
                key = hmac.digest(key, text.encode(), "sha256")
            self.keys[day] = key
        return self.keys[day]
