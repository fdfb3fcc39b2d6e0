"""The daily job, its stages, every run, the schedule, and what this installation is."""

from django.db import models
from django.db.models import F, Q


class Installation(models.Model):
    """One row: the mode that this database belongs to."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    mode = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="ops_installation_one_row")]

    def __str__(self) -> str:
        return self.mode


class Lease(models.Model):
    """
    Mixed into rows of work: who works on it, until when (real time), and when last heard of.

    A claim is a conditional UPDATE; whoever finds ``lease_until`` in the past may take over.
    """

    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Lock(Lease):
    """A lease that belongs to no row of work: the leader of the schedule, the one backfill."""

    name = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.name


class SessionJob(Lease):
    """The main job of one session: fetch, store, fetch actions, analyse, rank, score."""

    class State(models.TextChoices):
        DUE = "due", "Due"
        NOT_PUBLISHED = "not_published", "Not published yet"
        PARTIAL = "partial", "Partial: too few rows"
        DONE = "done", "Done"
        CLOSED = "closed", "No session: the market was closed"
        FAILED = "failed", "Failed"

    session = models.DateField(primary_key=True)
    state = models.CharField(max_length=16, choices=State, default=State.DUE)
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="On the one clock; NULL: not again")
    first_tried_at = models.DateTimeField(null=True, blank=True)
    reread_due_at = models.DateTimeField(null=True, blank=True, help_text="Read once more for corrections")
    attempts = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(null=True, blank=True)
    usual_rows = models.PositiveIntegerField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(done_at__isnull=False), name="ops_sessionjob_done_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.state}"


class SessionStage(models.Model):
    """One stage of a session's job. Stages run in the order of ``position``; each may run twice."""

    class Name(models.TextChoices):
        BARS = "bars", "Fetch and store the whole market"
        ACTIONS = "actions", "Fetch due corporate actions"
        ANALYSE = "analyse", "Analyse what changed"
        RANK = "rank", "Rank"
        SCORE = "score", "Score"

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        RUNNING = "running", "Running"
        DONE = "done", "Done"

    job = models.ForeignKey(SessionJob, models.CASCADE, related_name="stages")
    name = models.CharField(max_length=16, choices=Name)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=State, default=State.PENDING)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "name"], name="ops_sessionstage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.name} {self.state}"


class Run(models.Model):
    """One run of something long: what, when, how many, how long, calls spent, error."""

    class Kind(models.TextChoices):
        SESSION = "session", "Daily job"
        BACKFILL = "backfill", "Backfill"
        IMPORT = "import", "Import"
        INSTRUMENTS = "instruments", "Instrument list"
        FX = "fx", "Exchange rates"
        COMPANIES = "companies", "Companies"
        SPELLINGS = "spellings", "Symbols of providers"
        PROBES = "probes", "What the keys include"
        CROSS_CHECKS = "cross_checks", "Second sources"
        FACTS = "facts", "Figures of filings"
        EARNINGS = "earnings", "Earnings calendar"
        NEWS = "news", "News"
        SCORES = "scores", "Past scores and their record"

    class Trigger(models.TextChoices):
        SCHEDULE = "schedule", "Schedule"
        COMMAND = "command", "Command"
        ADMIN = "admin", "Admin"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        WAITING = "waiting", "Waiting"
        FAILED = "failed", "Failed"
        ABANDONED = "abandoned", "Abandoned: its process ended"

    kind = models.CharField(max_length=16, choices=Kind)
    subject = models.CharField(max_length=120, help_text="Session, range or file")
    owner = models.CharField(max_length=80, blank=True, help_text="The lease under which it runs")
    trigger = models.CharField(max_length=16, choices=Trigger)
    state = models.CharField(max_length=16, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    calls = models.PositiveIntegerField(default=0)
    inserted = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    analysed = models.PositiveIntegerField(default=0)
    ranked = models.PositiveIntegerField(default=0)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(null=True, blank=True)
    message = models.CharField(max_length=500, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="ops_run_started_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.state}"


class BackfillStep(models.Model):
    """
    One piece of history that a backfill has stored and need not ask for again.

    A ``session`` is one day of the whole market, a ``symbol`` one instrument's bars and actions,
    ``actions`` the market's splits and dividends (``splits`` and ``dividends`` a part of them),
    ``instruments`` a list of who is listed; the dates are both included.
    """

    class Kind(models.TextChoices):
        SESSION = "session", "A session of the whole market"
        SYMBOL = "symbol", "One instrument's history"
        ACTIONS = "actions", "Splits and dividends of the whole market"
        INSTRUMENTS = "instruments", "The list of instruments"
        SPLITS = "splits", "Splits of the whole market"
        DIVIDENDS = "dividends", "Dividends of the whole market"

    kind = models.CharField(max_length=16, choices=Kind)
    key = models.CharField(max_length=32, blank=True, help_text="The symbol, where it is one")
    first = models.DateField()
    last = models.DateField()
    done_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True, help_text="What could not be had, and why")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "first", "last"], name="ops_backfillstep_once"),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="ops_backfillstep_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.first}..{self.last}"


class History(models.Model):
    """
    What came before the first session of a live installation, being brought in: one row.

    The pieces are in :class:`BackfillStep`, so that none is asked for twice. Whoever works on them
    holds the lock of the backfill; nobody waits for the quota: ``next_try_at`` says when it goes on.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped: a person must change something"

    id = models.SmallIntegerField(primary_key=True, default=1)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    scope = models.CharField(
        max_length=80, help_text="The key's digest; another key may have another history"
    )
    plan = models.CharField(max_length=32)
    since = models.DateField()
    until = models.DateField()
    began_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="On the one clock; NULL: not again")
    finished_at = models.DateTimeField(null=True, blank=True)
    reading = models.JSONField(
        default=dict, blank=True, help_text="How far each list of instruments has been read"
    )
    days = models.PositiveSmallIntegerField(default=91, help_text="Days of dividends in one question")
    refused = models.JSONField(default=dict, blank=True, help_text="What is not in the plan, in its words")
    tries = models.JSONField(default=dict, blank=True, help_text="Questions whose answers were refused")
    analysed_over = models.PositiveIntegerField(default=0, help_text="Sessions stored at the last analysis")
    analysed_with = models.JSONField(
        default=list, blank=True, help_text="What was complete at the last analysis, beside the sessions"
    )
    pieces = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0, help_text="Real ones, spent on the pieces")
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "history"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="ops_history_one_row"),
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="ops_history_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.since}..{self.until} {self.state}"


class ScheduleEntry(models.Model):
    """When an entry of ``schedule.py`` is due next, and whether it is paused."""

    name = models.CharField(max_length=64, primary_key=True)
    due_at = models.DateTimeField(help_text="On the one clock")
    paused = models.BooleanField(default=False)
    last_sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "schedule entries"

    def __str__(self) -> str:
        return self.name
