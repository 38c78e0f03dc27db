# SPDX-License-Identifier: MIT
"""JSON Web Tokens as an issuer that shares a secret with the server signs them (RFC 7519)."""
import base64
import hashlib
import hmac
import json
import time


def signed(secret, **claims):
    """Returns a token with these claims, good for an hour where they do not say otherwise."""
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    claims = {"exp": int(time.time()) + 3600} | claims
    text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    key = secret if isinstance(secret, bytes) else secret.encode()
    return (text + b"." + part(hmac.new(key, text, hashlib.sha256).digest())).decode()
