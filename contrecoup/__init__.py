"""THINK: pure functions from values to values. Knows neither prefect nor duckdb nor the network."""
