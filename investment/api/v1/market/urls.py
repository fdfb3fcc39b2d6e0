from django.urls import path

from investment.api.v1.market import calendar, earnings, views

urlpatterns = [
    path("calendar/dividends", calendar.DividendCalendarView.as_view()),
    path("calendar/earnings", calendar.EarningsCalendarView.as_view()),
    path("fx/rates", views.RatesView.as_view()),
    path("fx/rates/<str:quote>/history", views.RateHistoryView.as_view()),
    path("issues", views.IssueListView.as_view()),
    path("stocks/prices", views.LatestPricesView.as_view()),
    path("stocks/<str:symbol>/prices", views.PricesView.as_view()),
    path("stocks/<str:symbol>/data", views.StockDataView.as_view()),
    path("stocks/<str:symbol>/company", views.CompanyView.as_view()),
    path("stocks/<str:symbol>/earnings", earnings.EarningsView.as_view()),
]
