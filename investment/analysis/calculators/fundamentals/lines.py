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

    ``positive`` says in words what a figure above zero means. Figures are taken as they were filed:
    no sign is ever turned.
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
    _line("cost_of_revenue", "Cost of revenue", "money", "flow", """
        CostOfRevenue CostOfGoodsAndServicesSold CostOfGoodsSold CostOfServices
        ifrs-full:CostOfSales""", "a cost"),
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
    _line("eps_basic", "Earnings per share, basic", "per_share", "flow", """
        EarningsPerShareBasic EarningsPerShareBasicAndDiluted IncomeLossFromContinuingOperationsPerBasicShare
        ifrs-full:BasicEarningsLossPerShare"""),
    _line("eps_diluted", "Earnings per share, diluted", "per_share", "flow", """
        EarningsPerShareDiluted EarningsPerShareBasicAndDiluted
        IncomeLossFromContinuingOperationsPerDilutedShare ifrs-full:DilutedEarningsLossPerShare"""),
    _line("dividends_per_share", "Dividends per share", "per_share", "flow", """
        CommonStockDividendsPerShareDeclared CommonStockDividendsPerShareCashPaid
        ifrs-full:DividendsRecognisedAsDistributionsToOwnersPerShare""", "paid out"),
    _line("shares_basic", "Weighted shares, basic", "shares", "average", """
        WeightedAverageNumberOfSharesOutstandingBasic
        WeightedAverageNumberOfShareOutstandingBasicAndDiluted ifrs-full:WeightedAverageShares"""),
    _line("shares_diluted", "Weighted shares, diluted", "shares", "average", """
        WeightedAverageNumberOfDilutedSharesOutstanding
        WeightedAverageNumberOfShareOutstandingBasicAndDiluted ifrs-full:AdjustedWeightedAverageShares"""),
    # Cash flow statement.
    _line("operating_cash_flow", "Operating cash flow", "money", "flow", """
        NetCashProvidedByUsedInOperatingActivities
        NetCashProvidedByUsedInOperatingActivitiesContinuingOperations
        ifrs-full:CashFlowsFromUsedInOperatingActivities""", "money in"),
    _line("capital_expenditure", "Capital expenditure", "money", "flow", """
        PaymentsToAcquirePropertyPlantAndEquipment PaymentsToAcquireProductiveAssets
        PaymentsForCapitalImprovements PaymentsToAcquireOtherPropertyPlantAndEquipment
        PaymentsToAcquireOilAndGasPropertyAndEquipment PaymentsToAcquireOilAndGasProperty
        PaymentsToAcquireMachineryAndEquipment PaymentsForConstructionInProcess
        ifrs-full:PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities""", "money out"),
    _line("depreciation", "Depreciation and amortisation", "money", "flow", """
        DepreciationDepletionAndAmortization DepreciationAmortizationAndAccretionNet
        DepreciationAndAmortization ifrs-full:DepreciationAndAmortisationExpense""", "a cost"),
    _line("dividends_paid", "Dividends paid", "money", "flow", """
        PaymentsOfDividendsCommonStock PaymentsOfDividends PaymentsOfOrdinaryDividends
        ifrs-full:DividendsPaidClassifiedAsFinancingActivities
        ifrs-full:DividendsPaidToEquityHoldersOfParentClassifiedAsFinancingActivities""", "money out"),
    _line("interest_paid", "Interest paid", "money", "flow", """
        InterestPaidNet InterestPaid ifrs-full:InterestPaidClassifiedAsOperatingActivities""", "money out"),
    # Balance sheet.
    _line("cash", "Cash and equivalents", "money", "balance", """
        CashAndCashEquivalentsAtCarryingValue CashAndDueFromBanks
        CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents Cash
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
        LongTermDebtNoncurrent LongTermDebtAndCapitalLeaseObligations LongTermNotesPayable
        ConvertibleLongTermNotesPayable ConvertibleDebtNoncurrent SeniorLongTermNotes
        ifrs-full:NoncurrentPortionOfNoncurrentBorrowings""", "owed"),
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

# For each tag the lines that read it, with its place among the line's tags. Nothing else need be kept.
READERS: Final[dict[str, tuple[tuple[Line, int], ...]]] = {}
for _each in LINES:
    for _place, _tag in enumerate(_each.tags):
        READERS[_tag] = (*READERS.get(_tag, ()), (_each, _place))
