"""Access to what the migration connects to, by Airflow connections."""
