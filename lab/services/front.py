"""The front of a service: nginx on the service's address, which refuses what the real service refuses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab import addresses, paths
from lab.parts import Program
from lab.services.configuration import revision, write_configuration


@dataclass(frozen=True)
class Front:
    """An nginx before a server that listens on a Unix socket.

    `rules` are directives of nginx's server block.
    """

    part: str
    listen: str
    socket: Path
    rules: str = ""

    @property
    def _folder(self) -> Path:
        return paths.RUN / self.part

    def text(self) -> str:
        """Return nginx's configuration: whatever is not refused goes on unchanged, bodies as they arrive."""
        folder = self._folder
        # one process: a worker would live on without its master, and keep the address from the next
        return f"""daemon off;
master_process off;
pid "{folder}/nginx.pid";
error_log stderr warn;
events {{
    worker_connections 1024;
}}
http {{
    access_log off;
    server_tokens off;
    client_body_temp_path "{folder}/nginx-bodies";
    proxy_temp_path "{folder}/nginx-answers";
    fastcgi_temp_path "{folder}/nginx-unused";
    uwsgi_temp_path "{folder}/nginx-unused";
    scgi_temp_path "{folder}/nginx-unused";
    client_max_body_size 0;
    client_body_timeout 300s;
    proxy_read_timeout 300s;
    proxy_send_timeout 300s;
    proxy_request_buffering off;
    proxy_buffering off;
    proxy_http_version 1.1;
    # a signature covers names and headers as they were sent
    merge_slashes off;
    ignore_invalid_headers off;
    underscores_in_headers on;
    large_client_header_buffers 8 64k;
    upstream behind {{
        server unix:{self.socket};
        keepalive 32;
    }}
    server {{
        listen {self.listen}:{addresses.HTTP_PORT};
        {self.rules}
        location / {{
            proxy_pass http://behind;
            proxy_set_header Host $http_host;
            proxy_set_header Connection "";
        }}
    }}
}}
"""

    def prepare(self) -> None:
        """Write the configuration."""
        write_configuration(paths.run_of(self.part) / "nginx.conf", self.text())

    def program(self) -> Program:
        """Return nginx."""
        command = ["nginx", "-e", "stderr", "-c", str(self._folder / "nginx.conf")]
        return Program(f"{self.part}-front", command, environment=revision(self.text()))
