"""Union-find over accounts that keeps apart what must stay apart."""

from __future__ import annotations

from collections.abc import Iterable


class Clusters:
    """Disjoint sets of account uids; a pair kept apart is never joined, however indirectly.

    The root of a set is its smallest uid, so that the same joins give the same roots.
    """

    def __init__(self, apart: Iterable[tuple[str, str]] = ()) -> None:
        self._parent: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._enemies: dict[str, set[str]] = {}
        for left, right in apart:
            self._enemies.setdefault(left, set()).add(right)
            self._enemies.setdefault(right, set()).add(left)

    def find(self, account: str) -> str:
        root = account
        while (above := self._parent.get(root, root)) != root:
            root = above
        while (above := self._parent.get(account, account)) != root:
            self._parent[account] = root
            account = above
        return root

    def members(self, account: str) -> list[str]:
        """The accounts joined with this one, itself included."""
        root = self.find(account)
        return self._members.get(root, [root])

    def kept_apart(self, left: str, right: str) -> tuple[str, str] | None:
        """The pair that forbids joining the sets of two accounts, smallest first, if any."""
        left_root, right_root = self.find(left), self.find(right)
        if len(self.members(left_root)) > len(self.members(right_root)):
            left_root, right_root = right_root, left_root
        forbidding = (
            (min(one, other), max(one, other))
            for one in self.members(left_root)
            for other in self._enemies.get(one, ())
            if self.find(other) == right_root
        )
        return min(forbidding, default=None)

    def join(self, left: str, right: str) -> bool:
        """Join two sets; False, and nothing done, where a pair among them is kept apart."""
        one, other = sorted((self.find(left), self.find(right)))
        if one == other:
            return True
        if self._enemies and self.kept_apart(one, other):
            return False
        few, many = sorted((self._members.pop(root, [root]) for root in (one, other)), key=len)
        many.extend(few)
        self._parent[other], self._members[one] = one, many
        return True
