"""DNS v2: the zone of the name server, and record sets in it."""

from __future__ import annotations

import uuid
from typing import Any, Protocol

from lab.cloud.backends.name_server import ConflictError
from lab.cloud.calls import Answer, Call, Operation, Region
from lab.cloud.progress import as_time, state_of
from lab.cloud.refusals import RefusalError, by_dns

TYPES = ("A", "AAAA", "CNAME", "MX", "TXT", "SRV", "NS", "CAA")
_SECONDS = 3
_TTLS = range(1, 2147483648)
_GONE = "gone"
_STAGES = {
    "create": (("PENDING_CREATE", _SECONDS), ("ACTIVE", 0)),
    "update": (("PENDING_UPDATE", _SECONDS), ("ACTIVE", 0)),
    "delete": (("PENDING_DELETE", _SECONDS), (_GONE, 0)),
    "found": (("ACTIVE", 0),),
}
_KIND = "recordsets"


class Server(Protocol):
    """The name server that answers for the zone."""

    zone: str

    def records(self, name: str, kind: str) -> tuple[int, list[str]]:
        """Return the time to live and the values of a name."""

    def put(self, name: str, kind: str, ttl: int, values: list[str]) -> None:
        """Make these the values of a name."""

    def remove(self, name: str, kind: str) -> None:
        """Take a name's values of a kind away."""


class Dns:
    """DNS's interface."""

    def __init__(self, region: Region, server: Server) -> None:
        self._region = region
        self._server = server
        self._zone_id = _id_of(server.zone)

    def operations(self) -> list[Operation]:
        """Return the operations."""
        sets = "/v2/zones/{zone_id}/recordsets"
        one = f"{sets}/{{recordset_id}}"
        return [
            Operation("dns.list_public_zones", "GET", "/v2/zones", self.list_zones),
            Operation("dns.show_public_zone", "GET", "/v2/zones/{zone_id}", self.show_zone),
            Operation("dns.create_record_set", "POST", sets, self.create, takes_time=True),
            Operation("dns.list_record_sets_by_zone", "GET", sets, self.list_in_zone),
            Operation("dns.list_record_sets", "GET", "/v2/recordsets", self.list_all),
            Operation("dns.show_record_set", "GET", one, self.show),
            Operation("dns.update_record_set", "PUT", one, self.update, takes_time=True),
            Operation("dns.delete_record_set", "DELETE", one, self.delete, takes_time=True),
        ]

    def list_zones(self, call: Call) -> Answer:
        """List the zone, if it is one of those asked for."""
        name = call.first("name")
        fits = call.first("type", "public") == "public" and name.rstrip(".") in self._server.zone
        zones = [self._zone(call)] if fits else []
        links = {"self": f"{call.base}/v2/zones"}
        return Answer({"zones": zones, "links": links, "metadata": {"total_count": len(zones)}})

    def show_zone(self, call: Call) -> Answer:
        """Show the zone."""
        self._need_zone(call)
        zone = self._zone(call)
        return Answer(zone)

    def _need_zone(self, call: Call) -> None:
        if call["zone_id"] != self._zone_id:
            raise by_dns(404, "0302", "This zone does not exist.")

    def _zone(self, call: Call) -> dict[str, Any]:
        return {
            "id": self._zone_id,
            "name": self._server.zone,
            "description": "",
            "email": f"admin@{self._server.zone.rstrip('.')}",
            "zone_type": "public",
            "ttl": 300,
            "serial": 1,
            "status": "ACTIVE",
            "record_num": len(self._living()),
            "pool_id": _id_of(f"pool of {self._server.zone}"),
            "project_id": self._region.account.project,
            "created_at": as_time(0, "%Y-%m-%dT%H:%M:%S.000"),
            "updated_at": as_time(0, "%Y-%m-%dT%H:%M:%S.000"),
            "links": {"self": f"{call.base}/v2/zones/{self._zone_id}"},
            "masters": [],
        }

    def _living(self) -> dict[str, dict[str, Any]]:
        return {
            key: kept for key, kept in self._region.store.all(_KIND).items() if self._status(kept) != _GONE
        }

    def _status(self, kept: dict[str, Any]) -> str:
        age = self._region.clock.now() - kept["ordered"]
        return state_of(_STAGES[kept["action"]], age, kept["fate"], failed="ERROR")

    def create(self, call: Call) -> Answer:
        """Make a record set; names that the server knows already are taken."""
        self._need_zone(call)
        wanted = call.document()
        name, kind = self._name_and_type(wanted)
        ttl, values = _ttl_and_values(wanted, {"ttl": 300})
        taken = any((kept["name"], kept["type"]) == (name, kind) for kept in self._living().values())
        if taken or self._server.records(name, kind)[1]:
            raise by_dns(400, "0312", "This record set name already exists.")
        key = uuid.uuid4().hex
        kept = {"name": name, "type": kind, "description": wanted.get("description", "")}
        return self._order(call, key, kept | {"created": self._region.clock.now()}, "create", ttl, values)

    def _name_and_type(self, wanted: dict[str, Any]) -> tuple[str, str]:
        name, kind = str(wanted.get("name", "")).lower(), wanted.get("type")
        if not name.endswith("."):
            name += "."
        if name != self._server.zone and not name.endswith(f".{self._server.zone}"):
            raise by_dns(400, "0304", "Invalid record set name.")
        if kind not in TYPES:
            raise by_dns(400, "0307", "Invalid record set type.")
        return name, str(kind)

    def _order(
        self, call: Call, key: str, kept: dict[str, Any], action: str, ttl: int, values: list[str]
    ) -> Answer:
        """Do it, unless it is to fail or never to come about; and answer with the state that it is in at first."""
        if not call.fate and action == "delete":
            self._server.remove(kept["name"], kept["type"])
        elif not call.fate:
            try:
                self._server.put(kept["name"], kept["type"], ttl, values)
            except ValueError:
                raise by_dns(400, "0308", "Invalid record set value.") from None
            except ConflictError:
                raise by_dns(
                    400, "0016", "This record already exists or conflicts with another record."
                ) from None
        now = self._region.clock.now()
        kept |= {"ttl": ttl, "records": values, "action": action, "ordered": now, "fate": call.fate}
        if action != "create":
            kept["updated"] = now
        with self._region.store.change(_KIND) as known:
            known[key] = kept
        return Answer(self._document(call, key, kept), status=202)

    def _document(self, call: Call, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        ttl, values = kept["ttl"], kept["records"]
        status = self._status(kept)
        if status == "ACTIVE":
            # others may have changed it by updates of their own
            ttl, values = self._server.records(kept["name"], kept["type"])
        pattern = "%Y-%m-%dT%H:%M:%S.000"
        return {
            "id": key,
            "name": kept["name"],
            "description": kept["description"],
            "type": kept["type"],
            "ttl": ttl,
            "records": values,
            "status": status,
            "links": {"self": f"{call.base}/v2/zones/{self._zone_id}/recordsets/{key}"},
            "zone_id": self._zone_id,
            "zone_name": self._server.zone,
            "create_at": as_time(kept["created"], pattern),
            "update_at": as_time(kept["updated"], pattern) if "updated" in kept else None,
            "default": False,
            "project_id": self._region.account.project,
        }

    def list_in_zone(self, call: Call) -> Answer:
        """List record sets; one that is asked for by its name is also found if it was made by others."""
        self._need_zone(call)
        return self._listed(call, f"{call.base}/v2/zones/{self._zone_id}/recordsets")

    def list_all(self, call: Call) -> Answer:
        """List record sets of all zones, of which there is one."""
        return self._listed(call, f"{call.base}/v2/recordsets")

    def _listed(self, call: Call, address: str) -> Answer:
        limit, offset = call.number("limit", 500), call.number("offset", 0)
        if limit is None or offset is None or not 0 <= limit <= 500:
            raise by_dns(400, "0006", "The limit parameter is invalid.")
        self._find_others(call)
        documents = [self._document(call, key, kept) for key, kept in self._living().items()]
        found = [one for one in documents if one["records"] and _fits(call, one)]
        body = {
            "recordsets": found[offset : offset + limit],
            "links": {"self": address},
            "metadata": {"total_count": len(found)},
        }
        return Answer(body)

    def _find_others(self, call: Call) -> None:
        """Take note of record sets of a name asked for that were made without this service."""
        name = call.first("name").lower().rstrip(".") + "."
        if not name.endswith(f".{self._server.zone}"):
            return
        known = {(kept["name"], kept["type"]) for kept in self._living().values()}
        for kind in [call.first("type")] if call.first("type") in TYPES else TYPES:
            ttl, values = self._server.records(name, kind)
            if values and (name, kind) not in known:
                kept = {"name": name, "type": kind, "description": "", "ttl": ttl, "records": values}
                now = self._region.clock.now()
                with self._region.store.change(_KIND) as things:
                    things[uuid.uuid4().hex] = kept | {
                        "created": now,
                        "ordered": now,
                        "action": "found",
                        "fate": "",
                    }

    def _need(self, call: Call) -> dict[str, Any]:
        self._need_zone(call)
        kept = self._living().get(call["recordset_id"])
        if kept is None or not self._document(call, call["recordset_id"], kept)["records"]:
            raise _missing()
        return kept

    def show(self, call: Call) -> Answer:
        """Show a record set."""
        return Answer(self._document(call, call["recordset_id"], self._need(call)))

    def _need_steady(self, call: Call) -> dict[str, Any]:
        kept = self._need(call)
        if self._status(kept).startswith("PENDING"):
            raise by_dns(409, "0314", "The record set is not in a steady state.")
        return kept

    def update(self, call: Call) -> Answer:
        """Change a record set's values, time to live or description."""
        kept = self._need_steady(call)
        wanted = call.document()
        ttl, values = _ttl_and_values(wanted, self._document(call, call["recordset_id"], kept))
        kept["description"] = wanted.get("description", kept["description"])
        return self._order(call, call["recordset_id"], kept, "update", ttl, values)

    def delete(self, call: Call) -> Answer:
        """Remove a record set."""
        kept = self._need_steady(call)
        shown = self._document(call, call["recordset_id"], kept)
        return self._order(call, call["recordset_id"], kept, "delete", shown["ttl"], shown["records"])


def _ttl_and_values(wanted: dict[str, Any], known: dict[str, Any]) -> tuple[int, list[str]]:
    ttl = wanted.get("ttl", known["ttl"])
    values = wanted.get("records", known.get("records"))
    if not isinstance(ttl, int) or ttl not in _TTLS:
        raise by_dns(400, "0303", "Invalid record set TTL value.")
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise by_dns(400, "0308", "Invalid record set value.")
    return ttl, values


def _fits(call: Call, document: dict[str, Any]) -> bool:
    name = call.first("name").lower()
    if call.first("search_mode") == "equal":
        named = not name or name.rstrip(".") == document["name"].rstrip(".")
    else:
        named = name.rstrip(".") in document["name"]
    exact = all(call.first(key, document[key]) == document[key] for key in ("type", "status", "id"))
    return named and exact


def _missing() -> RefusalError:
    return by_dns(404, "0313", "This record set does not exist.")


def _id_of(name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_DNS, name).hex
