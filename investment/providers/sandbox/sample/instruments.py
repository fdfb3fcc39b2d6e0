"""
Who is listed in the sample market, and how each of them behaves.

The first two dozen are a cast with a part each (it splits, it halts, it is renamed …), so that
even the smallest market shows every oddity; the rest are drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from investment.providers.contracts import InstrumentKind
from investment.providers.sandbox.sample.names import SECTORS, NameMaker

EPOCH = date(2021, 1, 4)
FEWEST_INSTRUMENTS = 24
MOST_INSTRUMENTS = 20_000

KINDS: dict[str, InstrumentKind] = {
    "CS": "common_stock",
    "ADRC": "adr",
    "ETF": "etf",
    "PFD": "preferred",
    "WARRANT": "warrant",
    "RIGHT": "right",
    "UNIT": "unit",
    "FUND": "fund",
    "ETN": "other",
}
SHARES = {
    "CS": 0.585, "ETF": 0.16, "ADRC": 0.05, "PFD": 0.05, "WARRANT": 0.06, "UNIT": 0.03,
    "RIGHT": 0.01, "FUND": 0.045, "ETN": 0.01,
}  # fmt: skip
SUFFIXES = {
    "PFD": ("pA", "Preferred Series A"),
    "WARRANT": ("W", "Warrants"),
    "UNIT": ("U", "Units"),
    "RIGHT": ("R", "Rights"),
}
ALWAYS = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """
    The parameters of an instrument's price.

    ``price`` is where it starts and what it is drawn back to, in USD; ``growth`` the yearly log
    growth of that; ``sigma`` the daily volatility of its own; ``own_of_parent`` how much of its
    parent's own return it shares; ``dollars`` its usual turnover a day; ``idle`` the share of
    sessions without a trade; ``dividend_yield`` a year, paid quarterly.
    """

    price: float
    beta: float
    sector_beta: float
    sigma: float
    dollars: float
    growth: float = 0.06
    own_of_parent: float = 0.0
    idle: float = 0.0
    dividend_yield: float = 0.0
    special_dividend: bool = False
    split_years: str = ""  # "even" or "odd": the years in which it is sure to split
    split_ratio: tuple[int, int] | None = None  # from, to; None: as its price asks for
    halts: bool = False  # for a month, from the tenth of March and of September


@dataclass(frozen=True, slots=True)
class Instrument:
    """One line of the sample market. ``parent`` is the place of the company it belongs to."""

    place: int
    symbol: str
    name: str
    type_code: str
    exchange: str
    sector: int
    listed_on: date
    delisted_on: date | None
    behaviour: Behaviour
    parent: int | None = None
    renamed_on: date | None = None
    later_symbol: str = ""
    shares_outstanding: int = 0

    @property
    def kind(self) -> InstrumentKind:
        return KINDS[self.type_code]

    @property
    def cik(self) -> str | None:
        return (
            None
            if self.type_code in ("ETF", "ETN", "FUND")
            else f"99{self.place if self.parent is None else self.parent:08d}"
        )

    @property
    def composite_figi(self) -> str:
        return f"ZZGSMP{self.place:06d}"

    @property
    def share_class_figi(self) -> str:
        return f"ZZGSMC{self.place:06d}"

    def symbol_on(self, day: date) -> str:
        """Return the ticker under which it trades on that day."""
        return self.later_symbol if self.renamed_on and day >= self.renamed_on else self.symbol

    def listed(self, day: date) -> bool:
        """Whether it is listed on that day; ``delisted_on`` is its last day."""
        return self.listed_on <= day and (self.delisted_on is None or day <= self.delisted_on)


@dataclass
class Roll:
    """Builds the list of instruments, drawing everything from one stream."""

    rng: np.random.Generator
    names: NameMaker
    lines: list[Instrument] = field(default_factory=list)

    def add(
        self,
        type_code: str,
        behaviour: Behaviour,
        *,
        sector: int | None = None,
        exchange: str | None = None,
        theme: str | None = None,
        name: tuple[str, str] | None = None,
        parent: int | None = None,
        listed_on: date | None = None,
        delisted_on: date | None = None,
        renamed_on: date | None = None,
    ) -> Instrument:
        sector = int(self.rng.integers(len(SECTORS))) if sector is None else sector
        if name is None:
            fund = type_code in ("ETF", "ETN", "FUND")
            name = self.names.fund(theme) if fund else self.names.company(sector)
            ending = {"ETF": " ETF", "ETN": " ETN", "FUND": " Fund", "ADRC": " ADR"}.get(type_code, "")
            name = (name[0], name[1] + ending)
        drawn = self.rng.random(2)
        usual = "ARCX" if type_code in ("ETF", "ETN") else ("XNAS" if drawn[0] < 0.6 else "XNYS")
        line = Instrument(
            place=len(self.lines),
            symbol=name[0],
            name=name[1],
            type_code=type_code,
            exchange=exchange or usual,
            sector=sector,
            listed_on=listed_on or date(1985, 1, 2) + timedelta(days=int(drawn[1] * 12_900)),
            delisted_on=delisted_on,
            behaviour=behaviour,
            parent=parent,
            renamed_on=renamed_on,
            later_symbol=self.names.ticker(name[0]) if renamed_on else "",
            shares_outstanding=int(behaviour.dollars / behaviour.price * float(self.rng.uniform(80, 400))),
        )
        self.lines.append(line)
        return line

    def of_parent(self, type_code: str, parent: Instrument, behaviour: Behaviour) -> Instrument:
        ending, words = SUFFIXES[type_code]
        return self.add(
            type_code,
            behaviour,
            sector=parent.sector,
            exchange=parent.exchange,
            name=(parent.symbol + ending, f"{parent.name} {words}"),
            parent=parent.place,
            listed_on=parent.listed_on,
            delisted_on=parent.delisted_on,
        )


def build(*, seed: int, count: int) -> list[Instrument]:
    """
    Return ``count`` instruments, the same for the same arguments.

    :raises ValueError: if the count is below 24 (the cast) or above 20,000.
    """
    if not FEWEST_INSTRUMENTS <= count <= MOST_INSTRUMENTS:
        raise ValueError(
            f"a sample market has {FEWEST_INSTRUMENTS} to {MOST_INSTRUMENTS} instruments, asked for {count}"
        )
    rng = np.random.Generator(np.random.PCG64([seed, count, 1]))
    roll = Roll(rng=rng, names=NameMaker(rng))
    _cast(roll)
    for sector in range(3, len(SECTORS) if count >= 100 else 0):
        _sector_fund(roll, sector)
    drawn = _draw_types(rng, count - len(roll.lines))
    parents: dict[str, int] = {}
    for type_code in drawn:
        _extra(roll, type_code, parents)
    return roll.lines


def _draw_types(rng: np.random.Generator, count: int) -> list[str]:
    # A small market is mostly stocks: fewer than thirty of them could not be ranked.
    shares = SHARES if count >= 100 else {**SHARES, "CS": 2.0}
    codes = list(shares)
    drawn = rng.choice(len(codes), size=count, p=np.array(list(shares.values())) / sum(shares.values()))
    return [codes[int(place)] for place in drawn]


def _stock(rng: np.random.Generator) -> Behaviour:
    price = float(np.exp(rng.normal(3.55, 0.95)))
    penny = rng.random() < 0.05
    price = float(rng.uniform(0.15, 0.8)) if penny else min(max(price, 2.0), 900.0)
    dollars = float(np.exp(rng.normal(16.6, 1.9)))
    return Behaviour(
        price=price,
        beta=float(np.clip(rng.normal(1.0, 0.45), -0.4, 2.8)),
        sector_beta=float(rng.uniform(0.4, 1.4)),
        sigma=float(np.clip(np.exp(rng.normal(-4.1, 0.45)), 0.006, 0.09)) * (1.8 if penny else 1.0),
        dollars=dollars * (0.05 if penny else 1.0),
        growth=float(rng.normal(0.05, 0.08)),
        idle=float(rng.uniform(0.05, 0.6)) if rng.random() < 0.04 else 0.0,
        dividend_yield=float(rng.uniform(0.005, 0.05)) if price > 8 and rng.random() < 0.5 else 0.0,
        special_dividend=bool(price > 8 and rng.random() < 0.02),
    )


def _fund(rng: np.random.Generator) -> Behaviour:
    leverage = float(rng.choice([1.0, 0.8, 2.0, -1.0, 0.15], p=[0.6, 0.24, 0.05, 0.03, 0.08]))
    return Behaviour(
        price=float(np.exp(rng.normal(3.7, 0.5))),
        beta=leverage,
        sector_beta=float(rng.uniform(0.0, 1.0)) * leverage,
        sigma=float(rng.uniform(0.0006, 0.005)),
        dollars=float(np.exp(rng.normal(15.6, 2.0))),
        growth=0.05,
        idle=float(rng.uniform(0.02, 0.3)) if rng.random() < 0.05 else 0.0,
        dividend_yield=float(rng.uniform(0.005, 0.04)) if rng.random() < 0.7 else 0.0,
    )


def _child(rng: np.random.Generator, type_code: str, parent: Instrument) -> Behaviour:
    """A preferred lies still near its face value; a warrant exaggerates what its company does."""
    of_parent = parent.behaviour
    if type_code == "PFD":
        return Behaviour(25.0, 0.15, 0.1, 0.004, 4e5, 0.0, own_of_parent=0.05, dividend_yield=0.06, idle=0.03)
    if type_code == "UNIT":
        return Behaviour(
            of_parent.price * 1.05, of_parent.beta, of_parent.sector_beta, 0.006, 8e4, of_parent.growth,
            own_of_parent=1.0, idle=0.25,
        )  # fmt: skip
    factor = 2.2 if type_code == "WARRANT" else 1.4
    return Behaviour(
        max(0.05, of_parent.price * float(rng.uniform(0.02, 0.1))),
        of_parent.beta * factor, of_parent.sector_beta * factor, 0.035, 6e4, 0.0,
        own_of_parent=factor, idle=0.15,
    )  # fmt: skip


def _extra(roll: Roll, type_code: str, parents: dict[str, int]) -> None:
    rng = roll.rng
    if type_code in SUFFIXES:
        # Each kind walks the list of companies at its own pace, so no company gets the same kind twice.
        place = parents.get(type_code, len(SECTORS) + 20)
        while place < len(roll.lines) and not _may_have_children(roll.lines[place]):
            place += 1
        if place < len(roll.lines):
            parents[type_code] = place + 1
            parent = roll.lines[place]
            roll.of_parent(type_code, parent, _child(rng, type_code, parent))
            return
        type_code = "CS"
    listed_on, delisted_on = _life(rng)
    renamed_on = EPOCH + timedelta(days=int(rng.integers(30, 5_000))) if rng.random() < 0.03 else None
    behaviour = _fund(rng) if type_code in ("ETF", "ETN", "FUND") else _stock(rng)
    roll.add(
        type_code,
        replace(behaviour, idle=0.0) if type_code == "ETN" else behaviour,
        listed_on=listed_on,
        delisted_on=delisted_on,
        renamed_on=renamed_on if type_code == "CS" and delisted_on is None else None,
    )


def _may_have_children(line: Instrument) -> bool:
    return (
        line.type_code == "CS" and "." not in line.symbol and not line.renamed_on and line.behaviour.price > 2
    )


def _life(rng: np.random.Generator) -> tuple[date | None, date | None]:
    """About one listing in two hundred ends each year, and half as many new ones begin."""
    listed_on = EPOCH + timedelta(days=int(rng.integers(30, 4_400))) if rng.random() < 0.03 else None
    after = int(rng.exponential(70_000)) + 40
    delisted_on = (listed_on or EPOCH) + timedelta(days=after)
    return listed_on, delisted_on if delisted_on < date(2036, 1, 1) else None


def _sector_fund(roll: Roll, sector: int) -> Instrument:
    behaviour = Behaviour(60 + 9 * sector, 1.0, 1.0, 0.0004, 3e8 / (1 + sector), 0.06, dividend_yield=0.014)
    return roll.add("ETF", behaviour, sector=sector, exchange="ARCX", theme=f"{SECTORS[sector][0]} Sector")


def _cast(roll: Roll) -> None:
    parts: list[Callable[[], object]] = [
        lambda: roll.add(
            "ETF",
            Behaviour(320, 1.0, 0.0, 0.0003, 2.4e10, 0.08, dividend_yield=0.013),
            exchange="ARCX",
            theme="Whole Market",
        ),
        lambda: _sector_fund(roll, 0),
        lambda: _sector_fund(roll, 1),
        lambda: _sector_fund(roll, 2),
        lambda: roll.add("CS", Behaviour(180, 1.2, 1.0, 0.013, 9e9, 0.1, dividend_yield=0.006), sector=0),
        lambda: roll.add(
            "CS", Behaviour(150, 1.4, 1.1, 0.02, 2e9, 0.69, split_years="even", split_ratio=(1, 4)), sector=0
        ),
        lambda: roll.add(
            "CS",
            Behaviour(
                90, 1.1, 1.0, 0.017, 6e8, 0.55, dividend_yield=0.01, split_years="odd", split_ratio=(1, 3)
            ),
        ),
        lambda: roll.add(
            "CS", Behaviour(4, 1.6, 1.0, 0.045, 6e6, -1.15, split_years="even", split_ratio=(10, 1))
        ),
        lambda: roll.add(
            "CS",
            Behaviour(55, 0.7, 0.8, 0.011, 1.5e8, 0.05, dividend_yield=0.03, special_dividend=True),
            sector=4,
        ),
        lambda: roll.add("CS", Behaviour(38, 1.0, 1.0, 0.022, 4e7, halts=True)),
        lambda: roll.add("CS", Behaviour(27, 1.1, 0.9, 0.02, 5e7), renamed_on=date(2025, 9, 15)),
        lambda: roll.add("CS", Behaviour(21, 1.3, 1.2, 0.03, 8e7), listed_on=date(2025, 3, 11)),
        lambda: roll.add("CS", Behaviour(16, 0.9, 0.9, 0.025, 2e7), delisted_on=date(2026, 2, 17)),
        lambda: roll.add("CS", Behaviour(0.42, 1.5, 1.0, 0.05, 2.2e8, 0.0)),
        lambda: roll.add("CS", Behaviour(12, 0.6, 0.5, 0.02, 9e4, 0.02, idle=0.45)),
        lambda: _share_classes(roll),
        lambda: roll.add("ADRC", Behaviour(48, 0.9, 0.8, 0.016, 2e8, dividend_yield=0.025)),
        *(lambda code=code: _cast_child(roll, code) for code in SUFFIXES),
        lambda: roll.add("FUND", Behaviour(14, 0.5, 0.2, 0.005, 2e6, 0.0, dividend_yield=0.07)),
        lambda: roll.add("CS", Behaviour(410, 0.95, 0.9, 0.012, 8e8, 0.07, dividend_yield=0.012), sector=1),
    ]
    for play in parts:
        play()


def _cast_child(roll: Roll, type_code: str) -> None:
    parent = roll.lines[4] if type_code == "PFD" else roll.lines[11 if type_code == "RIGHT" else 9]
    roll.of_parent(type_code, parent, replace(_child(roll.rng, type_code, parent), idle=0.0))


def _share_classes(roll: Roll) -> None:
    root, name = roll.names.company(5)
    behaviour = Behaviour(130, 0.85, 0.7, 0.012, 3e8, 0.06)
    first = roll.add("CS", behaviour, sector=5, exchange="XNYS", name=(f"{root}.A", f"{name} Class A"))
    roll.add(
        "CS",
        replace(behaviour, price=128.0, sigma=0.0012, dollars=5e7, own_of_parent=1.0),
        sector=5,
        exchange="XNYS",
        name=(f"{root}.B", f"{name} Class B"),
        parent=first.place,
        listed_on=first.listed_on,
    )
