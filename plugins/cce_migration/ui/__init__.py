"""What the migration adds to the Airflow UI."""
