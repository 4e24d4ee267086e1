"""Checks of a source: its file, and saved pages read with it; the standard every source keeps."""

from collectors.checks.conduct import check_conduct
from collectors.checks.findings import Finding, State
from collectors.checks.pages import Checked, check_page, check_saved_page
from collectors.checks.terms import check_terms, forbidden, forbidden_said

__all__ = [
    "Checked",
    "Finding",
    "State",
    "check_conduct",
    "check_page",
    "check_saved_page",
    "check_terms",
    "forbidden",
    "forbidden_said",
]
