"""Tests in memory, in folders that mirror the package."""
