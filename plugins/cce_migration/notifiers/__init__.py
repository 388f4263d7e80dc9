"""Tell people of a run by the connections that Airflow keeps."""

from __future__ import annotations
