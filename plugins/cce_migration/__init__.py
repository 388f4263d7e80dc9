"""Airflow's side of the migration: adapters that open a run and call the domain. They decide nothing."""
