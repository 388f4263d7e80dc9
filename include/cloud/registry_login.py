"""Derive the long-term login of the image registry (SWR) from the access key, so that nobody has to copy it."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from include.cloud.access import CloudAccess
from include.errors import ConnectionDetailsError

if TYPE_CHECKING:
    from include.connections.access import RegistryAccess


def registry_login(access: CloudAccess) -> RegistryAccess:
    """Return access to the registry of the project; its password holds until the key is changed.

    :raises ConnectionDetailsError: when the key is a temporary one.
    """
    # Connections know of clouds, too: one of the two packages has to wait.
    from include.connections.access import RegistryAccess

    if access.security_token:
        raise ConnectionDetailsError(
            f"connection {access.connection_id}: the registry takes logins of permanent access keys only; "
            "use one without a security token, or give the registry a connection of type docker",
            connection_id=access.connection_id,
        )
    scheme, _, host = access.endpoint("registry").partition("://")
    user = access.provider.registry_user_template
    return RegistryAccess(
        host=host,
        user=user.format(project_name=access.project_name, access_key=access.access_key),
        password=hmac.new(access.secret_key.encode(), access.access_key.encode(), hashlib.sha256).hexdigest(),
        scheme=scheme,
    )
