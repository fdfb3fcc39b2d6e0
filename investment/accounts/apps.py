from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "investment.accounts"
