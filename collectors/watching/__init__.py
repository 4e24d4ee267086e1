"""Sources that are watched: what they tell comes by itself, as it happens."""
