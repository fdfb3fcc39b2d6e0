from django.urls import path

from investment.api.v1.acquisition import views

urlpatterns = [
    path("metrics/api-usage", views.ApiUsageView.as_view()),
    path("metrics/cache", views.CacheView.as_view()),
    path("stocks/<str:symbol>/freshness", views.FreshnessView.as_view()),
    path("stocks/<str:symbol>/quote", views.QuoteView.as_view()),
    path("stocks/<str:symbol>/refresh", views.RefreshView.as_view()),
    path("stocks/<str:symbol>/viewing", views.ViewingView.as_view()),
]
