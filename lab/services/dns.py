"""The lab's DNS: BIND with the zone `lab.`, which takes updates signed with a key."""

from __future__ import annotations

from typing import Any

import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.update

from lab import addresses, paths
from lab.parts import Program
from lab.secrets import secrets
from lab.services.configuration import revision, write_configuration

# short: the cutover moves names, and whoever asked before must ask again soon
TTL = 1
# the last number: a name that nobody has yet may be made any moment, so "no such name" is forgotten as soon
_TOP = f"@ {TTL} IN SOA ns.lab. admin.lab. 1 60 60 3600 {TTL}\n@ {TTL} IN NS ns.lab.\nns.lab. {TTL} IN A {addresses.DNS}\n"


class Dns:
    """The name server. Names that are not of the lab are answered with "no such name"."""

    name = "dns"
    depends_on: tuple[str, ...] = ("network",)
    address = f"{addresses.DNS}:{addresses.DNS_PORT}"

    def __init__(self) -> None:
        self._data = paths.DATA / self.name
        self._configuration = paths.RUN / self.name / "named.conf"

    def prepare(self) -> None:
        """Write the configuration, and the zones at the first start: updates change them from then on."""
        paths.data_of(self.name)
        paths.run_of(self.name)
        write_configuration(self._configuration, self.text())
        (self._data / "root.zone").write_text(first_zone())
        zone = self._data / "lab.zone"
        if not zone.exists():
            zone.with_suffix(".zone.jnl").unlink(missing_ok=True)
            zone.write_text(first_zone())

    def text(self) -> str:
        """Return BIND's configuration."""
        # The root zone is empty and ours: without it other names would be refused, and musl's resolver (Alpine)
        # takes a refusal for no answer at all and waits for its time-out.
        return f"""options {{
    directory "{self._data}";
    listen-on port {addresses.DNS_PORT} {{ {addresses.DNS}; }};
    listen-on-v6 {{ none; }};
    recursion no;
    allow-query {{ any; }};
    allow-transfer {{ none; }};
    empty-zones-enable no;
    dnssec-validation no;
    minimal-responses yes;
    notify no;
    pid-file none;
    lock-file none;
    session-keyfile none;
}};
controls {{ }};
key "{addresses.DNS_KEY_NAME}" {{
    algorithm {addresses.DNS_KEY_ALGORITHM};
    secret "{secrets()["tsig_key"]}";
}};
zone "{addresses.DNS_ZONE}" {{
    type primary;
    file "lab.zone";
    allow-update {{ key "{addresses.DNS_KEY_NAME}"; }};
}};
zone "." {{
    type primary;
    file "root.zone";
}};
"""

    def programs(self) -> list[Program]:
        """Return BIND, with its log on standard error."""
        command = ["named", "-g", "-4", "-n", "1", "-c", str(self._configuration)]
        return [Program(self.name, command, environment=revision(self.text()))]

    def is_ready(self) -> bool:
        """Say whether a question signed with the key for updates gets its answer."""
        question = dns.message.make_query(f"ns.{addresses.DNS_ZONE}", "A")
        question.use_tsig(_key())
        answer = dns.query.udp(question, addresses.DNS, timeout=2, port=addresses.DNS_PORT)
        return any(str(record) == addresses.DNS for found in answer.answer for record in found)

    def finish(self) -> None:
        """Make the names of the lab that are missing or point elsewhere."""
        update = dns.update.UpdateMessage(addresses.DNS_ZONE, keyring=_key())
        wrong = {
            name: address for name, address in addresses.HOST_NAMES.items() if _address_of(name) != address
        }
        for name, address in wrong.items():
            update.replace(dns.name.from_text(name), TTL, "A", address)
        if wrong:
            answer = dns.query.tcp(update, addresses.DNS, timeout=5, port=addresses.DNS_PORT)
            if answer.rcode() != dns.rcode.NOERROR:
                raise RuntimeError(f"The name server refused an update: {dns.rcode.to_text(answer.rcode())}")

    def connections(self) -> dict[str, dict[str, Any]]:
        """Return the connection by which the cutover changes names."""
        connection = {
            "conn_type": "generic",
            "host": addresses.DNS,
            "port": addresses.DNS_PORT,
            "login": addresses.DNS_KEY_NAME,
            "password": secrets()["tsig_key"],
            "extra": {"algorithm": addresses.DNS_KEY_ALGORITHM, "zone": addresses.DNS_ZONE},
        }
        return {"dns": connection}


def first_zone() -> str:
    """Return both zones as they begin: that of the lab, which updates change, and that of all other names."""
    return _TOP


def _key() -> dns.tsig.Key:
    return dns.tsig.Key(addresses.DNS_KEY_NAME, secrets()["tsig_key"], addresses.DNS_KEY_ALGORITHM)


def _address_of(name: str) -> str | None:
    question = dns.message.make_query(name, "A")
    answer = dns.query.udp(question, addresses.DNS, timeout=2, port=addresses.DNS_PORT)
    asked = dns.name.from_text(name)
    records = answer.get_rrset(answer.answer, asked, dns.rdataclass.IN, dns.rdatatype.A)
    return str(records[0]) if records and len(records) == 1 else None
