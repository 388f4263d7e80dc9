from __future__ import annotations

from lab.services.object_storage import Obs, SourceS3


def test_obs_is_addressed_by_the_buckets_own_host_name() -> None:
    extra = Obs().connections()["obs"]["extra"]
    assert extra["config_kwargs"]["s3"] == {"addressing_style": "virtual"}
    assert extra["region_name"] == "eu-de"


def test_clients_send_checksums_only_where_they_have_to() -> None:
    # OBS refuses what current AWS clients send by themselves
    for connection in (Obs().connections()["obs"], SourceS3().connections()["source_s3"]):
        settings = connection["extra"]["config_kwargs"]
        assert settings["request_checksum_calculation"] == "when_required"
        assert settings["response_checksum_validation"] == "when_required"


def test_the_servers_report_nothing_to_their_makers() -> None:
    for part in (Obs(), SourceS3()):
        assert "-master.telemetry=false" in part.programs()[0].command


def test_the_servers_have_a_network_of_their_own() -> None:
    # both use the same ports, and the unauthenticated ones among them are for nobody else
    for part in (Obs(), SourceS3()):
        assert "--net" in part.programs()[0].command


def test_the_servers_give_memory_back() -> None:
    for part in (Obs(), SourceS3()):
        assert part.programs()[0].environment["GOMEMLIMIT"] == "400MiB"
