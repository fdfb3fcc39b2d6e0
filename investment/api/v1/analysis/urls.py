from django.urls import path

from investment.api.v1.analysis import fundamentals, score, views

urlpatterns = [
    path("stocks", views.StockListView.as_view()),
    path("stocks/<str:symbol>", views.StockView.as_view()),
    path("stocks/<str:symbol>/analysis", views.AnalysisView.as_view()),
    path("stocks/<str:symbol>/fundamentals", fundamentals.FundamentalsView.as_view()),
    path("stocks/<str:symbol>/score", score.ScoreView.as_view()),
]
