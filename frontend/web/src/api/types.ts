/** The names the pages use for what the API answers. The shapes are generated; nothing is written twice. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Status = Schemas["Status"];
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
