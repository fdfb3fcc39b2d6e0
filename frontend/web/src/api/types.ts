/** The names the pages use for what the API answers. The shapes are generated; nothing is written twice. */
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
/** What the API answers to a GET of this path. */
type Answered<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

export type Status = Schemas["Status"];
export type History = NonNullable<Status["history"]>;
export type HistoryStep = History["steps"][number];
export type Attribution = Status["attributions"][number];
export type StockRow = Schemas["StockRow"];
export type StockPage = Schemas["StockPage"];
export type Stock = Schemas["Stock"];
export type Prices = Schemas["Prices"];
export type Bar = Prices["bars"][number];
export type Action = Prices["actions"][number];
export type Analysis = Schemas["Analysis"];
export type Figure = Analysis["figures"][number];
export type Score = NonNullable<Analysis["score"]>;
export type ScorePart = Score["parts"][number];
export type StockData = Schemas["StockData"];
export type Run = Schemas["Run"];
export type Issue = Schemas["Issue"];
export type Source = NonNullable<StockRow["source"]>;
export type Adjust = "none" | "splits" | "all";
export type Company = Answered<"/api/stocks/{symbol}/company">;
export type Filing = Company["filings"][number];
export type Fundamentals = Schemas["Fundamentals"];
export type FundamentalFigure = Schemas["FundamentalFigure"];
export type FundamentalLine = Schemas["FundamentalLine"];
export type FundamentalPeriod = Schemas["FundamentalPeriod"];
export type PublishedScore = Schemas["PublishedScore"];
export type Doubt = Schemas["FundamentalDoubt"];
export type Story = Schemas["Story"];
export type StoryTie = Schemas["StoryTie"];
export type Flow = Schemas["Flow"];
export type OverallScore = Schemas["OverallScore"];
export type OverallPart = Schemas["OverallPart"];
export type ScoreRecord = Schemas["ScoreRecord"];
export type Supplement = Schemas["Supplement"];
export type FigureCheck = Schemas["FigureCheck"];
export type Earnings = Schemas["Earnings"];
export type NextReport = NonNullable<Earnings["next"]>;
export type EarningsReport = Earnings["reports"][number];
export type Recommendation = Earnings["recommendations"][number];
export type EarningsDate = Schemas["EarningsDate"];
export type DividendDate = Schemas["DividendDate"];
export type FxRates = Answered<"/api/fx/rates">;
export type FxRate = FxRates["rates"][number];
export type FxHistory = Answered<"/api/fx/rates/{quote}/history">;

export type ApiUsage = Schemas["ApiUsage"];
export type ProviderUsage = Schemas["ProviderUsage"];
export type LimitWindow = Schemas["Window"];
export type Circuit = Schemas["Circuit"];
export type Entitlement = Schemas["Entitlement"];
export type NextCall = Schemas["NextCall"];
export type CacheUsage = Answered<"/api/metrics/cache">;
export type Freshness = Schemas["Freshness"];
export type Datum = Schemas["Datum"];
export type Refresh = Schemas["Refresh"];
export type CallPrice = Schemas["CallPrice"];
export type Refreshable = Refresh["refreshed"][number];
