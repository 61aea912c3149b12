"""Open data: tables with typed columns, written as CSV, JSON Lines, Parquet or XLSX in flat memory."""
