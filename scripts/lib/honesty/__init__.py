"""The pieces of scripts/honesty."""
