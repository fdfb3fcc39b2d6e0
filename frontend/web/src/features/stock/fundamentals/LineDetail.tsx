import { Drawer } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconExternalLink } from "@tabler/icons-react";

import type { FundamentalFigure, FundamentalLine, Fundamentals } from "@/api/types";
import { change, compact, day } from "@/lib/format";
import { Bars } from "@/ui/bars";
import { Unknown } from "@/ui/figures";

import classes from "./statement.module.css";
import { exact, filingLink, full, toldLater, unitWords, yearBefore, type Column } from "./statements";

function Filings({ figure, cik }: { figure: FundamentalFigure; cik: string | null }) {
  return figure.accessions.map((accession) => {
    const link = filingLink(accession, cik);
    return link ? (
      <a key={accession} href={link} target="_blank" rel="noopener noreferrer">
        {accession}
        <IconExternalLink size={12} stroke={1.8} role="img" aria-label="(opens in a new tab)" />
      </a>
    ) : (
      <span key={accession}>{accession}</span>
    );
  });
}

interface Props {
  line: FundamentalLine | null;
  told: Fundamentals;
  shown: readonly Column[];
  cik: string | null;
  onClose: () => void;
}

function Detail({ line, told, shown, cik }: Omit<Props, "onClose" | "line"> & { line: FundamentalLine }) {
  const periods = shown.filter((column) => !column.trailing);
  const oldest = [...periods].reverse();
  const tags = [...new Set(shown.flatMap((column) => column.figures[line.name]?.tags ?? []))];
  return (
    <div className={classes.detail}>
      <Bars
        height={150}
        summary={`${line.label} of ${String(oldest.length)} periods, the same figures as in the table below`}
        ends={compact}
        bars={oldest.map((column) => {
          const value = column.figures[line.name]?.value ?? null;
          return {
            key: column.key,
            value,
            label: column.name.replace(/^FY /, ""),
            tip: `${column.name}: ${full(value, line.unit, told.currency)}`,
          };
        })}
      />
      <table>
        <thead>
          <tr>
            <th scope="col">Period</th>
            <th scope="col">{unitWords(line.unit, told.currency)}</th>
            <th scope="col" data-tip="Against the same period a year before">
              Year on year
            </th>
            <th scope="col">Where from</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((column) => {
            const figure = column.figures[line.name];
            const before = yearBefore(line.name, column, shown);
            return (
              <tr key={column.key}>
                <th scope="row">
                  {column.name}
                  <small>to {day(column.until)}</small>
                </th>
                <td>{figure ? exact(figure.value, line.unit) : <Unknown reason="Not told" />}</td>
                <td>
                  {figure && before !== null && before > 0 ? (
                    change(figure.value / before - 1)
                  ) : (
                    <Unknown reason={before !== null && before <= 0 ? "Without meaning: it was not above zero" : "The year before is not known"} />
                  )}
                </td>
                <td>
                  {figure && (
                    <>
                      <small>
                        {figure.derived ? "Worked out" : toldLater(figure, column.until) ? "Told in a later filing" : "As filed"}, known
                        since {day(figure.known_on)}
                      </small>
                      <span className={classes.filings}>
                        <Filings figure={figure} cik={cik} />
                      </span>
                    </>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {tags.length > 0 && (
        <p>
          Told under {tags.map((tag) => <code key={tag}>{tag}</code>)}
        </p>
      )}
    </div>
  );
}

/** One line with every period, as a picture and as figures, each with the filings it is from. */
export function LineDetail({ line, onClose, ...rest }: Props) {
  const narrow = useMediaQuery("(max-width: 720px)", false, { getInitialValueInEffect: false });
  return (
    <Drawer
      opened={line !== null}
      onClose={onClose}
      position={narrow ? "bottom" : "right"}
      size={narrow ? "88%" : 620}
      title={line?.label}
      closeButtonProps={{ "aria-label": "Close" }}
      classNames={{ title: classes.drawerTitle }}
    >
      {line && <Detail line={line} {...rest} />}
    </Drawer>
  );
}
