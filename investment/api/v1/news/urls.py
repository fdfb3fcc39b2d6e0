from django.urls import path

from investment.api.v1.news import views

urlpatterns = [
    path("news", views.NewsView.as_view()),
    path("stocks/<str:symbol>/news", views.StockNewsView.as_view()),
]
