"""
The standard lines, and under which tags companies tell them.

Of the tags of a line, the first that a filing uses for its own period speaks for that filing
(:mod:`books`). So a total stands before its parts, and the tag on the statement's face before those of
the notes. Tags without a prefix are of ``us-gaap``; foreign companies tell theirs in ``ifrs-full``.
"""

from dataclasses import dataclass
from typing import Final, Literal

Unit = Literal["money", "per_share", "shares"]
# flow: of a span, adds up. average: of a span, a mean over its days. balance: at the end of a day.
Kind = Literal["flow", "average", "balance"]


@dataclass(frozen=True, slots=True)
class Line:
    """
    A standard line. ``tags`` are ``taxonomy:Tag``, the best first.

    ``positive`` says in words what a figure above zero means. Figures are taken as they were filed,
    but for :data:`PAYMENTS`.
    """

    name: str
    label: str
    unit: Unit
    kind: Kind
    tags: tuple[str, ...]
    positive: str = ""


def _line(name: str, label: str, unit: Unit, kind: Kind, tags: str, positive: str = "") -> Line:
    names = tuple(tag if ":" in tag else f"us-gaap:{tag}" for tag in tags.split())
    return Line(name, label, unit, kind, names, positive)


LINES: Final = (
    # Income statement.
    _line("revenue", "Revenue", "money", "flow", """
        RevenuesNetOfInterestExpense Revenues RevenueFromContractWithCustomerExcludingAssessedTax
        RevenueFromContractWithCustomerIncludingAssessedTax SalesRevenueNet
        RegulatedAndUnregulatedOperatingRevenue HealthCareOrganizationRevenue RealEstateRevenueNet
        OilAndGasRevenue ElectricUtilityRevenue ContractsRevenue FinancialServicesRevenue
        SalesRevenueGoodsNet SalesRevenueServicesNet
        ifrs-full:Revenue ifrs-full:RevenueFromContractsWithCustomers"""),
    # What revenue is put together of, or measured against: :mod:`statements`.
    _line("sales_of_goods", "Sales of goods", "money", "flow", "SalesRevenueGoodsNet"),
    _line("sales_of_services", "Sales of services", "money", "flow", "SalesRevenueServicesNet"),
    _line("interest_income", "Interest and dividend income", "money", "flow",
        "InterestAndDividendIncomeOperating"),
    _line("net_interest_income", "Net interest income", "money", "flow", "InterestIncomeExpenseNet"),
    _line("other_bank_income", "Income other than interest", "money", "flow", "NoninterestIncome"),
    _line("premiums", "Insurance premiums", "money", "flow", "PremiumsEarnedNet"),
    _line("claims", "Insurance benefits and claims", "money", "flow", """
        PolicyholderBenefitsAndClaimsIncurredNet BenefitsLossesAndExpenses""", "a cost"),
    _line("rent_income", "Rental income", "money", "flow", """
        OperatingLeaseLeaseIncome OperatingLeasesIncomeStatementLeaseRevenue"""),
    _line("cost_of_revenue", "Cost of revenue", "money", "flow", """
        CostOfRevenue CostOfGoodsAndServicesSold CostOfGoodsSold CostOfServices
        ifrs-full:CostOfSales""", "a cost"),
    _line("cost_of_goods", "Cost of goods", "money", "flow", "CostOfGoodsSold", "a cost"),
    _line("cost_of_services", "Cost of services", "money", "flow", "CostOfServices", "a cost"),
    _line("gross_profit", "Gross profit", "money", "flow", "GrossProfit ifrs-full:GrossProfit"),
    _line("operating_income", "Operating income", "money", "flow", """
        OperatingIncomeLoss ifrs-full:ProfitLossFromOperatingActivities"""),
    _line("interest_expense", "Interest expense", "money", "flow", """
        InterestExpense InterestExpenseNonoperating InterestExpenseOperating InterestAndDebtExpense
        InterestExpenseDebt ifrs-full:InterestExpense ifrs-full:FinanceCosts""", "a cost"),
    _line("pretax_income", "Income before tax", "money", "flow", """
        IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest
        IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterestAndIncomeLossFromEquityMethodInvestments
        IncomeLossFromContinuingOperationsBeforeIncomeTaxes
        ifrs-full:ProfitLossBeforeTax"""),
    _line("tax", "Income tax", "money", "flow", """
        IncomeTaxExpenseBenefit ifrs-full:IncomeTaxExpenseContinuingOperations""", "a cost"),
    _line("net_income", "Net income", "money", "flow", """
        NetIncomeLoss ProfitLoss NetIncomeLossAvailableToCommonStockholdersBasic
        ifrs-full:ProfitLossAttributableToOwnersOfParent ifrs-full:ProfitLoss"""),
    _line("income_of_minorities", "Net income of minorities", "money", "flow", """
        NetIncomeLossAttributableToNoncontrollingInterest
        ifrs-full:ProfitLossAttributableToNoncontrollingInterests"""),
    _line("eps_basic", "Earnings per share, basic", "per_share", "flow", """
        EarningsPerShareBasic EarningsPerShareBasicAndDiluted IncomeLossFromContinuingOperationsPerBasicShare
        IncomeLossFromContinuingOperationsPerBasicAndDilutedShare
        NetIncomeLossPerOutstandingLimitedPartnershipUnitBasicNetOfTax
        ifrs-full:BasicEarningsLossPerShare"""),
    _line("eps_diluted", "Earnings per share, diluted", "per_share", "flow", """
        EarningsPerShareDiluted EarningsPerShareBasicAndDiluted
        IncomeLossFromContinuingOperationsPerDilutedShare
        IncomeLossFromContinuingOperationsPerBasicAndDilutedShare
        NetIncomeLossPerOutstandingLimitedPartnershipUnitDiluted
        ifrs-full:DilutedEarningsLossPerShare"""),
    _line("dividends_per_share", "Dividends per share", "per_share", "flow", """
        CommonStockDividendsPerShareDeclared CommonStockDividendsPerShareCashPaid
        ifrs-full:DividendsRecognisedAsDistributionsToOwnersPerShare""", "paid out"),
    _line("shares_basic", "Weighted shares, basic", "shares", "average", """
        WeightedAverageNumberOfSharesOutstandingBasic
        WeightedAverageNumberOfShareOutstandingBasicAndDiluted
        WeightedAverageLimitedPartnershipUnitsOutstanding ifrs-full:WeightedAverageShares"""),
    _line("shares_diluted", "Weighted shares, diluted", "shares", "average", """
        WeightedAverageNumberOfDilutedSharesOutstanding
        WeightedAverageNumberOfShareOutstandingBasicAndDiluted
        WeightedAverageLimitedPartnershipUnitsOutstandingDiluted ifrs-full:AdjustedWeightedAverageShares"""),
    # Cash flow statement.
    _line("operating_cash_flow", "Operating cash flow", "money", "flow", """
        NetCashProvidedByUsedInOperatingActivities
        NetCashProvidedByUsedInOperatingActivitiesContinuingOperations
        ifrs-full:CashFlowsFromUsedInOperatingActivities""", "money in"),
    _line("capital_expenditure", "Capital expenditure", "money", "flow", """
        PaymentsToAcquirePropertyPlantAndEquipment PaymentsToAcquireProductiveAssets
        PaymentsForProceedsFromProductiveAssets
        PaymentsToAcquireOilAndGasPropertyAndEquipment PaymentsToAcquireOilAndGasProperty
        PaymentsForCapitalImprovements PaymentsForConstructionInProcess
        PaymentsToAcquireMachineryAndEquipment PaymentsToAcquireOtherPropertyPlantAndEquipment
        ifrs-full:PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities
        ifrs-full:PurchaseOfPropertyPlantAndEquipmentIntangibleAssetsOtherThanGoodwillInvestmentPropertyAndOtherNoncurrentAssets
        """, "money out"),
    _line("spent_on_wells", "Spent on oil and gas property", "money", "flow", """
        PaymentsToAcquireOilAndGasPropertyAndEquipment PaymentsToAcquireOilAndGasProperty""", "money out"),
    _line("spent_on_other", "Spent on other property", "money", "flow",
        "PaymentsToAcquireOtherPropertyPlantAndEquipment", "money out"),
    _line("depreciation", "Depreciation and amortisation", "money", "flow", """
        DepreciationDepletionAndAmortization DepreciationAmortizationAndAccretionNet
        DepreciationAndAmortization ifrs-full:DepreciationAndAmortisationExpense
        ifrs-full:AdjustmentsForDepreciationAndAmortisationExpense""", "a cost"),
    _line("dividends_paid", "Dividends paid", "money", "flow", """
        PaymentsOfDividendsCommonStock PaymentsOfDividends PaymentsOfOrdinaryDividends
        ifrs-full:DividendsPaidToEquityHoldersOfParentClassifiedAsFinancingActivities
        ifrs-full:DividendsPaidClassifiedAsFinancingActivities""", "money out"),
    _line("interest_paid", "Interest paid", "money", "flow", """
        InterestPaidNet InterestPaid ifrs-full:InterestPaidClassifiedAsOperatingActivities""", "money out"),
    # Balance sheet.
    _line("cash", "Cash and equivalents", "money", "balance", """
        CashAndCashEquivalentsAtCarryingValue
        CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents CashAndDueFromBanks Cash
        CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsIncludingDisposalGroupAndDiscontinuedOperations
        ifrs-full:CashAndCashEquivalents"""),
    _line("inventory", "Inventory", "money", "balance", "InventoryNet ifrs-full:Inventories"),
    _line("current_assets", "Current assets", "money", "balance", "AssetsCurrent ifrs-full:CurrentAssets"),
    _line("assets", "Total assets", "money", "balance", "Assets ifrs-full:Assets"),
    _line("current_liabilities", "Current liabilities", "money", "balance", """
        LiabilitiesCurrent ifrs-full:CurrentLiabilities""", "owed"),
    _line("liabilities", "Total liabilities", "money", "balance", """
        Liabilities ifrs-full:Liabilities""", "owed"),
    _line("equity", "Shareholders' equity", "money", "balance", """
        StockholdersEquity StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest
        PartnersCapital MembersEquity
        ifrs-full:EquityAttributableToOwnersOfParent ifrs-full:Equity"""),
    _line("whole_equity", "Equity with minorities", "money", "balance", """
        StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest
        PartnersCapitalIncludingPortionAttributableToNoncontrollingInterest ifrs-full:Equity"""),
    _line("minorities", "Minority interests", "money", "balance", """
        MinorityInterest ifrs-full:NoncontrollingInterests"""),
    _line("temporary_equity", "Temporary equity", "money", "balance", """
        TemporaryEquityCarryingAmountIncludingPortionAttributableToNoncontrollingInterests
        TemporaryEquityCarryingAmountAttributableToParent
        RedeemableNoncontrollingInterestEquityCarryingAmount"""),
    _line("preferred", "Preferred stock", "money", "balance", "PreferredStockValue"),
    _line("retained_earnings", "Retained earnings", "money", "balance", """
        RetainedEarningsAccumulatedDeficit ifrs-full:RetainedEarnings""", "kept; below zero a loss"),
    # Debt, which companies cut in different ways; :mod:`statements` puts it together.
    _line("debt_told", "Debt, told as a whole", "money", "balance", """
        DebtLongtermAndShorttermCombinedAmount DebtAndCapitalLeaseObligations
        ifrs-full:Borrowings""", "owed"),
    _line("debt_current_told", "Debt due within a year, told as a whole", "money", "balance", """
        DebtCurrent
        ifrs-full:CurrentBorrowingsAndCurrentPortionOfNoncurrentBorrowings""", "owed"),
    _line("debt_long_whole", "Long-term debt with the part due within a year", "money", "balance", """
        LongTermDebt LongTermDebtAndCapitalLeaseObligationsIncludingCurrentMaturities""", "owed"),
    _line("debt_long_rest", "Long-term debt due after a year", "money", "balance", """
        LongTermDebtNoncurrent LongTermDebtAndCapitalLeaseObligations
        ifrs-full:LongtermBorrowings ifrs-full:NoncurrentPortionOfNoncurrentBorrowings""", "owed"),
    # Each a part of it; the one that is told, if it is the only one, is the whole.
    _line("debt_long_notes", "Long-term notes", "money", "balance",
        "LongTermNotesPayable SeniorLongTermNotes", "owed"),
    _line("debt_long_convertible", "Long-term convertible debt", "money", "balance",
        "ConvertibleLongTermNotesPayable ConvertibleDebtNoncurrent", "owed"),
    _line("debt_long_credit", "Long-term credit lines", "money", "balance",
        "LongTermLineOfCredit LongTermLoansFromBank LongTermLoansPayable", "owed"),
    _line("debt_long_other", "Other long-term debt", "money", "balance", """
        OtherLongTermDebtNoncurrent UnsecuredLongTermDebt SecuredLongTermDebt
        ifrs-full:NoncurrentPortionOfNoncurrentBondsIssued
        ifrs-full:NoncurrentPortionOfNoncurrentLoansReceived""", "owed"),
    # Debt of whatever term. What else is told of debt is then not the whole of it.
    _line("debt_of_any_term", "Debt by kind, of whatever term", "money", "balance", """
        SeniorNotes NotesPayable SecuredDebt UnsecuredDebt SubordinatedDebt LineOfCredit LoansPayable
        ConvertibleNotesPayable ConvertibleDebt ifrs-full:BondsIssued""", "owed"),
    _line("debt_long_due", "Long-term debt due within a year", "money", "balance", """
        LongTermDebtCurrent LongTermDebtAndCapitalLeaseObligationsCurrent NotesPayableCurrent
        ConvertibleNotesPayableCurrent ifrs-full:CurrentPortionOfLongtermBorrowings""", "owed"),
    _line("debt_short", "Short-term borrowings", "money", "balance", """
        ShortTermBorrowings CommercialPaper OtherShortTermBorrowings
        ifrs-full:CurrentBorrowings ifrs-full:ShorttermBorrowings""", "owed"),
    # The cover's count of shares is of a day near the filing, the balance sheet's of its own day.
    _line("shares", "Shares outstanding", "shares", "balance", """
        dei:EntityCommonStockSharesOutstanding CommonStockSharesOutstanding
        ifrs-full:NumberOfSharesOutstanding"""),
)  # fmt: skip

BY_NAME: Final = {line.name: line for line in LINES}

# Money out, which some filings tell with the sign that it has in the statement: below zero. A payment is
# one whatever its sign; what is told net of receipts keeps it.
PAYMENTS: Final = frozenset(
    tag
    for name in ("capital_expenditure", "spent_on_wells", "spent_on_other", "dividends_paid", "interest_paid")
    for tag in BY_NAME[name].tags
    if "ProceedsFrom" not in tag and tag != "us-gaap:InterestPaidNet"
)
# What cannot be below zero, told or worked out of what was told at different times.
UNSIGNED: Final = frozenset(
    {
        "capital_expenditure", "depreciation", "dividends_paid", "dividends_per_share", "shares_basic",
        "shares_diluted",
    }
)  # fmt: skip
# What a company has more than none of: zero means that it was not told.
POSITIVE: Final = frozenset({"assets", "shares", "shares_basic", "shares_diluted"})
# Of these tags in one filing the largest is the total, where the first is far too small to be it.
LARGEST: Final = frozenset(
    {
        "us-gaap:Revenues",
        "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax",
        "us-gaap:SalesRevenueNet",
    }
)

# For each tag the lines that read it, with its place among the line's tags. Nothing else need be kept.
READERS: Final[dict[str, tuple[tuple[Line, int], ...]]] = {}
for _each in LINES:
    for _place, _tag in enumerate(_each.tags):
        READERS[_tag] = (*READERS.get(_tag, ()), (_each, _place))
