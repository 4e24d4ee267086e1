"""The made-up world on networks and messengers: two servers' answers, and two exports."""
