"""Parts of a date by the arithmetic of whole numbers, as operations of ONNX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from engine.export.onnx_graph import Graph

_DAY_S, _HOUR_S = 86_400.0, 3_600.0
# Four hundred years have so many days.
_ERA_DAYS, _ERA_YEARS = 146_097, 400
# Counted from the first of March of the year −40,000, so that no day is negative and a leap day is the last of a year:
# 719,468 days lie between the first of March of the year 0 and 1970.
_ERAS_BEFORE = 100
_DAYS_BEFORE_1970 = 719_468 + _ERAS_BEFORE * _ERA_DAYS


class Calendar:
    """The dates of a column, from the tensor of their seconds since 1970, (rows, 1) double, NaN for none.

    The rule of the calendar is that of Hinnant, "chrono-compatible low-level date algorithms" (2013): years begin in
    March, and months of 31, 30, 31, 30, 31 days repeat from there. Each property is the name of a tensor (rows, 1).
    """

    def __init__(self, graph: Graph, seconds: str) -> None:
        self.graph = graph
        self.seconds = seconds

    def parts(self, names: Sequence[str]) -> str:
        """The parts (rows, parts), double; NaN where there is no date."""
        made = [self.graph.cast(ONNX_DATE_PARTS[name](self), np.float64) for name in names]
        joined = self.graph.op("Concat", *made, axis=1)
        none = self.graph.op("IsNaN", self.seconds)
        return self.graph.op("Where", none, self.graph.constant(np.nan, np.float64), joined)

    def _with(self, kind: str, a: str, b: int | float) -> str:
        """A tensor and a number; whole numbers are divided without a rest."""
        return self.graph.op(kind, a, self.graph.constant(b, np.int64 if isinstance(b, int) else np.float64))

    def _sum(self, first: str, *others: tuple[str, str]) -> str:
        """Tensors added to, or taken from, a first one; each as the operation and its name."""
        for kind, other in others:
            first = self.graph.op(kind, first, other)
        return first

    @cached_property
    def days(self) -> str:
        """Whole days since 1970, double."""
        return self.graph.op("Floor", self._with("Div", self.seconds, _DAY_S))

    @cached_property
    def count(self) -> str:
        """Whole days since the first of March of the year −40,000; 0 where there is no date."""
        none, zero = self.graph.op("IsNaN", self.days), self.graph.constant(0.0, np.float64)
        whole = self.graph.cast(self.graph.op("Where", none, zero, self.days), np.int64)
        return self._with("Add", whole, _DAYS_BEFORE_1970)

    @cached_property
    def year_of_era(self) -> str:
        """0 to 399."""
        day = self.day_of_era
        fours, centuries, era = (self._with("Div", day, days) for days in (1460, 36_524, 146_096))
        return self._with("Div", self._sum(day, ("Sub", fours), ("Add", centuries), ("Sub", era)), 365)

    @cached_property
    def day_of_era(self) -> str:
        """0 to 146,096."""
        return self._with("Mod", self.count, _ERA_DAYS)

    @cached_property
    def day_of_year(self) -> str:
        """0 to 365, from the first of March."""
        year = self.year_of_era
        fours, centuries = self._with("Div", year, 4), self._with("Div", year, 100)
        return self._sum(self.day_of_era, ("Sub", self._with("Mul", year, 365)), ("Sub", fours), ("Add", centuries))

    @cached_property
    def month_from_march(self) -> str:
        """0 for March to 11 for February."""
        return self._with("Div", self._with("Add", self._with("Mul", self.day_of_year, 5), 2), 153)

    @cached_property
    def month(self) -> str:
        """1 to 12."""
        return self._with("Add", self._with("Mod", self._with("Add", self.month_from_march, 2), 12), 1)

    @property
    def year(self) -> str:
        """January and February belong to the next one."""
        era = self._with("Div", self.count, _ERA_DAYS)
        years = self._with("Add", self._with("Mul", era, _ERA_YEARS), -_ERAS_BEFORE * _ERA_YEARS)
        late = self.graph.cast(self._with("GreaterOrEqual", self.month_from_march, 10), np.int64)
        return self._sum(years, ("Add", self.year_of_era), ("Add", late))

    @property
    def day(self) -> str:
        """1 to 31."""
        before = self._with("Div", self._with("Add", self._with("Mul", self.month_from_march, 153), 2), 5)
        return self._with("Add", self._sum(self.day_of_year, ("Sub", before)), 1)

    @property
    def weekday(self) -> str:
        """0 for Monday to 6; the first day that is counted was a Wednesday, as all firsts of March of an era are."""
        return self._with("Mod", self._with("Add", self.count, 2), 7)

    @property
    def hour(self) -> str:
        """0 to 23, double."""
        of_the_day = self._sum(self.seconds, ("Sub", self._with("Mul", self.days, _DAY_S)))
        return self.graph.op("Floor", self._with("Div", of_the_day, _HOUR_S))

    @property
    def days_since_1970(self) -> str:
        """With their fraction, double."""
        return self._with("Div", self.seconds, _DAY_S)


# The same keys as ``DATE_PARTS``.
ONNX_DATE_PARTS: dict[str, Callable[[Calendar], str]] = {
    "year": lambda at: at.year,
    "month": lambda at: at.month,
    "day": lambda at: at.day,
    "weekday": lambda at: at.weekday,
    "hour": lambda at: at.hour,
    "days": lambda at: at.days_since_1970,
}
