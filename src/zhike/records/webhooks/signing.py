"""How a receiver knows that a delivery is ours and new: a signature over the moment and the body.

Zhike-Timestamp: 1795305600
Zhike-Signature: v1=<hex of HMAC-SHA256(secret, "1795305600." + body)>
"""

from __future__ import annotations

import hashlib
import hmac

DELIVERY, EVENT, ATTEMPT = "Zhike-Delivery", "Zhike-Event", "Zhike-Attempt"
TIMESTAMP, SIGNATURE = "Zhike-Timestamp", "Zhike-Signature"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`timestamp` in seconds since 1970, as it stands in its header."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"
