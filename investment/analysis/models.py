"""Results of the analysis, one row per instrument and session, as known at that session."""

from django.db import models
from django.db.models import F, Q


class Figures(models.Model):
    """
    The technical figures of one instrument after one session. NULL is unknown.

    Returns, volatility, drawdown and momentum are fractions (0.25 is 25 %), computed on prices
    adjusted for splits and dividends as known at ``session``; moving averages, bands, MACD and
    ATR are prices adjusted for splits. Formulas: ``calculators``. Written by COPY; partitioned
    by session, a year each.
    """

    pk = models.CompositePrimaryKey("session", "instrument_id")
    session = models.DateField()
    instrument = models.ForeignKey(
        "market.Instrument", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="figures"
    )
    analysed_at = models.DateTimeField()
    bars = models.IntegerField(help_text="The instrument's own bars in the history that was read")
    close = models.FloatField(help_text="Raw close of the session")
    volume = models.FloatField(help_text="Raw volume of the session, shares")
    return_1 = models.FloatField(null=True)
    return_5 = models.FloatField(null=True)
    return_21 = models.FloatField(null=True)
    return_63 = models.FloatField(null=True)
    return_126 = models.FloatField(null=True)
    return_252 = models.FloatField(null=True)
    sma_20 = models.FloatField(null=True)
    sma_50 = models.FloatField(null=True)
    sma_200 = models.FloatField(null=True)
    ema_12 = models.FloatField(null=True)
    ema_26 = models.FloatField(null=True)
    rsi_14 = models.FloatField(null=True)
    macd = models.FloatField(null=True)
    macd_signal = models.FloatField(null=True)
    macd_histogram = models.FloatField(null=True)
    bollinger_upper = models.FloatField(null=True)
    bollinger_middle = models.FloatField(null=True)
    bollinger_lower = models.FloatField(null=True)
    atr_14 = models.FloatField(null=True)
    obv_change_21 = models.FloatField(null=True, help_text="Shares")
    obv_change_63 = models.FloatField(null=True, help_text="Shares")
    volatility_21 = models.FloatField(null=True, help_text="Annualised")
    volatility_252 = models.FloatField(null=True, help_text="Annualised")
    max_drawdown_252 = models.FloatField(null=True, help_text="Fraction, zero or negative")
    distance_from_high_252 = models.FloatField(null=True, help_text="Fraction, zero or negative")
    beta_252 = models.FloatField(null=True)
    correlation_252 = models.FloatField(null=True)
    mean_dollar_volume_20 = models.FloatField(null=True, help_text="Quote currency a session")
    median_dollar_volume_63 = models.FloatField(null=True, help_text="Quote currency a session")
    sessions_traded_63 = models.IntegerField(null=True)
    momentum_12_1 = models.FloatField(null=True)

    class Meta:
        verbose_name_plural = "figures"
        indexes = [models.Index(fields=["instrument", "session"], name="analysis_figures_by_instrument")]

    def __str__(self) -> str:
        return f"figures {self.instrument_id}@{self.session}"


class Score(models.Model):
    """
    The technical score of one instrument after one session, or why it has none.

    ``score`` and its parts run from 0 to 100, by rank among the ``board_size`` instruments of
    ``board``. ``rank`` 1 is best. Without a score, ``unranked`` says why; where only the number of
    comparable instruments was too small, ``board`` is told all the same.
    """

    class Board(models.TextChoices):
        STOCKS = "stocks", "Common stocks and depositary receipts"
        ETFS = "etfs", "Exchange-traded funds"

    pk = models.CompositePrimaryKey("session", "instrument_id")
    session = models.DateField()
    instrument = models.ForeignKey(
        "market.Instrument", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="scores"
    )
    board = models.CharField(max_length=8, choices=Board, null=True)
    unranked = models.CharField(max_length=32, null=True, help_text="Code of the reason, see ranking")
    score = models.FloatField(null=True)
    rank = models.IntegerField(null=True)
    board_size = models.IntegerField(null=True)
    trend = models.FloatField(null=True)
    momentum = models.FloatField(null=True)
    strength = models.FloatField(null=True)
    volume = models.FloatField(null=True)
    risk = models.FloatField(null=True)
    ranked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    board__isnull=False,
                    board_size__isnull=False,
                    score__isnull=False,
                    score__range=(0, 100),
                    rank__isnull=False,
                    rank__gte=1,
                    board_size__gte=F("rank"),
                    unranked__isnull=True,
                )
                | Q(score__isnull=True, rank__isnull=True, unranked__isnull=False),
                name="analysis_score_ranked_or_says_why_not",
            ),
        ]

    def __str__(self) -> str:
        return f"score {self.instrument_id}@{self.session}"


class MarketReturn(models.Model):
    """
    The market as of one session: how many members its index has, and how they were chosen.

    Beta and correlation of that session are measured against the equally weighted mean daily
    return of these members. NULL ``members`` means too few: the market is unknown.
    """

    session = models.DateField(primary_key=True)
    name = models.CharField(max_length=120)
    members = models.IntegerField(null=True)
    log_return = models.FloatField(null=True, help_text="Of this session alone")
    analysed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}@{self.session}"


class FundamentalScore(models.Model):
    """
    The fundamental score of one instrument as known at the close of one session, and what it is made of.

    ``score`` and its parts run from 0 to 100, by rank among the stocks that told enough; NULL where it
    did not. Ratios are fractions or multiples, at the raw close of the session. Filings of the session's
    own day are not in it: most are made after the close.
    """

    pk = models.CompositePrimaryKey("session", "instrument_id")
    session = models.DateField()
    instrument = models.ForeignKey(
        "market.Instrument", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    scored_at = models.DateTimeField()
    age_days = models.FloatField(null=True, help_text="Since the end of the newest period told")
    score = models.FloatField(null=True)
    value = models.FloatField(null=True)
    quality = models.FloatField(null=True)
    growth = models.FloatField(null=True)
    safety = models.FloatField(null=True)
    piotroski = models.FloatField(null=True, help_text="Signals met, of those known")
    piotroski_known = models.FloatField(null=True)
    altman = models.FloatField(null=True)
    revenue_growth = models.FloatField(null=True)
    eps_growth = models.FloatField(null=True)
    gross_margin = models.FloatField(null=True)
    operating_margin = models.FloatField(null=True)
    net_margin = models.FloatField(null=True)
    return_on_equity = models.FloatField(null=True)
    return_on_assets = models.FloatField(null=True)
    return_on_invested_capital = models.FloatField(null=True)
    debt_to_equity = models.FloatField(null=True)
    current_ratio = models.FloatField(null=True)
    interest_coverage = models.FloatField(null=True)
    price_to_earnings = models.FloatField(null=True)
    price_to_book = models.FloatField(null=True)
    price_to_sales = models.FloatField(null=True)
    ev_to_ebit = models.FloatField(null=True)
    earnings_yield = models.FloatField(null=True)
    free_cash_flow_yield = models.FloatField(null=True)
    dividend_yield = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"fundamental score {self.instrument_id}@{self.session}"


class KnownInputs(models.Model):
    """
    What an instrument's ratios are made of as known on ``day``, kept so that it is read from filings once.

    ``day`` is the last on which something changed (a filing, a split), so many sessions share a row.
    ``digest`` is of what it was made from, our own formulas included: a row with another is made anew.
    """

    pk = models.CompositePrimaryKey("instrument_id", "day")
    instrument = models.ForeignKey(
        "market.Instrument", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    day = models.DateField()
    digest = models.CharField(max_length=32)
    period_end = models.DateField(null=True)
    currency = models.CharField(max_length=16, null=True)
    inputs = models.BinaryField(help_text="Doubles, in the order of calculators.fundamentals.snapshot.INPUTS")

    class Meta:
        verbose_name_plural = "known inputs"

    def __str__(self) -> str:
        return f"inputs {self.instrument_id}@{self.day}"


class SentimentScore(models.Model):
    """
    The news of one instrument up to the close of one session, and the score made of it.

    ``score`` runs from 0 to 100, by rank among the instruments of its board with enough news; NULL where it
    has too little. Sentiments run from -1 to 1; surprises are in standard errors of its own past. Stories
    count by when they were published. An instrument without news has no row.
    """

    pk = models.CompositePrimaryKey("session", "instrument_id")
    session = models.DateField()
    instrument = models.ForeignKey(
        "market.Instrument", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    scored_at = models.DateTimeField()
    score = models.FloatField(null=True)
    stories_1 = models.IntegerField()
    stories_7 = models.IntegerField()
    stories_30 = models.IntegerField()
    sentiment_1 = models.FloatField(null=True)
    sentiment_7 = models.FloatField(null=True)
    sentiment_30 = models.FloatField(null=True)
    volume_surprise = models.FloatField(null=True)
    sentiment_surprise = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"sentiment score {self.instrument_id}@{self.session}"


class OverallScore(models.Model):
    """
    The overall score of one instrument after one session: its parts as they were, and what became of them.

    ``board`` is NULL for what is not compared, and ``unranked`` says why, as in :class:`Score`. ``weight`` is
    the sum of the weights of the known parts; with too little of it there is no score.
    """

    pk = models.CompositePrimaryKey("session", "instrument_id")
    session = models.DateField()
    instrument = models.ForeignKey(
        "market.Instrument", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    scored_at = models.DateTimeField()
    board = models.CharField(max_length=8, choices=Score.Board, null=True)
    unranked = models.CharField(max_length=32, null=True, help_text="Code of the reason, see overall")
    score = models.FloatField(null=True)
    rank = models.IntegerField(null=True)
    board_size = models.IntegerField(null=True)
    weight = models.FloatField(help_text="Of the parts that are known, 0 to 1")
    technical = models.FloatField(null=True)
    fundamental = models.FloatField(null=True)
    sentiment = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["instrument", "session"], name="analysis_overall_by_instrument")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    board__isnull=False,
                    board_size__isnull=False,
                    score__isnull=False,
                    score__range=(0, 100),
                    rank__isnull=False,
                    rank__gte=1,
                    board_size__gte=F("rank"),
                    unranked__isnull=True,
                )
                | Q(score__isnull=True, rank__isnull=True, unranked__isnull=False),
                name="analysis_overall_ranked_or_says_why_not",
            ),
        ]

    def __str__(self) -> str:
        return f"overall score {self.instrument_id}@{self.session}"


class ScoreRecord(models.Model):
    """
    How one score of one session did: its rank correlation with the returns that followed.

    Across the ``instruments`` of ``board`` that had the score at the close of ``session``, with the total
    return from that close to that of ``until``, 21 sessions later. NULL ``correlation``: too few of them.
    What the months came to is read from these rows.
    """

    board = models.CharField(max_length=8, choices=Score.Board)
    score = models.CharField(max_length=32, help_text="overall, technical, technical.trend, …")
    session = models.DateField()
    until = models.DateField()
    correlation = models.FloatField(null=True)
    instruments = models.IntegerField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["board", "score", "session"], name="analysis_scorerecord_once"),
            models.CheckConstraint(
                condition=Q(correlation__isnull=True) | Q(correlation__gte=-1, correlation__lte=1),
                name="analysis_scorerecord_correlation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.board} {self.score}@{self.session}: {self.correlation}"


class ScoredMonth(models.Model):
    """
    A past month whose last session was scored afterwards, as known then, and what was stored at that time.

    Where much more has come in since, of what was known then, it is scored again.
    """

    session = models.DateField(primary_key=True, help_text="The last of its month")
    scored_at = models.DateTimeField()
    sessions = models.IntegerField(help_text="Stored in the history that an analysis reads")
    companies = models.IntegerField(help_text="Whose filings were stored")
    stories = models.IntegerField(help_text="Told in the quarter before")
    note = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"month to {self.session}"
