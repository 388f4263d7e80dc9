"""The lab's Airflow: scheduler, DAG processor, API server and triggerer, with the settings the migration wants."""
