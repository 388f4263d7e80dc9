"""Well-known public applications as they stand in clusters of different clouds, written by builders of our own."""
