"""The documentation: what it tells people to type, and where its links lead."""
