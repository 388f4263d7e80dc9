"""`make migrate`: bring the lab up, run the migration through Airflow's API, show how it goes and how it ended."""
