from django.urls import path

from investment.api.v1.ops import views

urlpatterns = [
    path("health", views.HealthView.as_view()),
    path("status", views.StatusView.as_view()),
    path("runs", views.RunListView.as_view()),
]
