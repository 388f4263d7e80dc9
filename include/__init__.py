"""The migration itself, in plain Python: no Airflow import below this package."""
