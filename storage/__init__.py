"""KEEP: the only place that knows duckdb."""
