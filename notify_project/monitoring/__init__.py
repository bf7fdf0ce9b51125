"""What operators see of a running platform: one page of numbers, and alerts in the log."""
