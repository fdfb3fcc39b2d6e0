from django.urls import path

from investment.api.v1.accounts import views

urlpatterns = [
    path("session", views.SessionView.as_view()),
    path("tokens", views.TokenListView.as_view()),
    path("tokens/<int:token_id>", views.TokenView.as_view()),
]
