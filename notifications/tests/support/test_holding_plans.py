"""Putting away, giving back and acting on many read few rows at a time, however many wait."""

ROWS = 20_000
AWAY = "created_at + %s * interval '1 day'"
WHY = "an incident"
