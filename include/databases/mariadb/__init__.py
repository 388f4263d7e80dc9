"""Copy and follow MariaDB databases: rows in parallel streams between both servers, no file in between."""
