from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "investment.analysis"

    def ready(self) -> None:
        from investment.analysis.calculators.fundamentals.lines import READERS
        from investment.market.kept_tags import keep

        keep(READERS)
