"""What the cloud's own services refuse and others do not: rules for their fronts, with the real services' answers."""

from __future__ import annotations

import re
from pathlib import Path

_OCI_INDEX = "application/vnd.oci.image.index.v1+json"


def swr_refusals(logins: Path, realm: str) -> str:
    """Return SWR's rules: an OCI index is answered with 400, and who has no login with 401, as anywhere.

    SWR reads Docker's manifests and lists and OCI's manifests, but not OCI's indexes
    (regclient/regclient#720, AliyunContainerService/image-syncer#163).
    """
    error = '{"errors":[{"code":"MANIFEST_INVALID","message":"Invalid image, fail to parse \\\'manifest.json\\\'"}]}'
    return f"""
        set $sent "$request_method $content_type";
        if ($sent = "PUT {_OCI_INDEX}") {{
            rewrite ^/v2/.+/manifests/.+$ /refused-index last;
        }}
        location = /refused-index {{
            internal;
            auth_basic "{realm}";
            auth_basic_user_file "{logins}";
            error_page 400 = @refused-index;
            # reached after the login was checked, and never a file
            try_files /dev/null/none =400;
        }}
        location @refused-index {{
            internal;
            default_type application/json;
            return 400 '{error}';
        }}
"""


def obs_refusals(host: str) -> str:
    """Return OBS's rules: a bucket in the path is refused on anything but HEAD, and so are trailing checksums.

    A host name that is not a bucket's is the service's own, or an address. The answer to a bucket in the path is
    that of https://support.huaweicloud.com/intl/en-us/api-obs/obs_errorcode_0014.html; that HEAD is answered made
    checks pass and uploads fail (Tencent/WeKnora#3269). Current AWS clients send trailing checksums unless told
    otherwise (huaweicloud/terraform-provider-huaweicloud#7021).
    """
    path = _error(
        "VirtualHostDomainRequired", "Virtual host domain is required while accessing a specific bucket."
    )
    trailer = _error(
        "XAmzContentSHA256Mismatch",
        "The provided \\'x-amz-content-sha256\\' header does not match what was computed.",
    )
    return f"""
        default_type application/xml;
        set $bucket_in "path";
        if ($host ~ "^.+\\.{re.escape(host)}$") {{
            set $bucket_in "host";
        }}
        if ($uri = "/") {{
            set $bucket_in "nothing";
        }}
        if ($request_method = HEAD) {{
            set $bucket_in "nothing";
        }}
        if ($bucket_in = "path") {{
            return 403 '{path}';
        }}
        if ($http_x_amz_content_sha256 ~ "-TRAILER$") {{
            return 400 '{trailer}';
        }}
"""


def _error(code: str, message: str) -> str:
    """Return an S3 error; nginx fills the variables in."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message>"
        "<Resource>$uri</Resource><RequestId>$request_id</RequestId></Error>"
    )
