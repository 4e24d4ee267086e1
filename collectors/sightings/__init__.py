"""What became of each listing: what a round tells of it, by which rules, and all of it again."""

from collectors.sightings.answers import outcome_of
from collectors.sightings.kinds import kept_as, told_apart
from collectors.sightings.rebuild import rebuild
from collectors.sightings.rounds import Sightings
from collectors.sightings.stand import down_since
from collectors.sightings.states import STATES

__all__ = ["STATES", "Sightings", "down_since", "kept_as", "outcome_of", "rebuild", "told_apart"]
