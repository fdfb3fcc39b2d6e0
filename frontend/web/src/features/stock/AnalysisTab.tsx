import { Skeleton } from "@mantine/core";
import { IconChartDots3 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { day, words } from "@/lib/format";
import { Failure } from "@/ui/failure";
import { Notice, Panel } from "@/ui/parts";

import { FigureValue, sentence } from "./FigureValue";
import { analysisQuery } from "./queries";
import classes from "./tabs.module.css";

export function AnalysisTab({ symbol }: { symbol: string }) {
  const { data, error, refetch } = useQuery(analysisQuery(symbol));
  if (error) return <Failure error={error} retry={() => void refetch()} what="The analysis" />;
  if (!data) return <Skeleton height={420} radius="lg" />;
  if (data.session === null) {
    return (
      <Panel>
        <Notice icon={<IconChartDots3 size={34} stroke={1.5} aria-hidden="true" />} title="Not analysed yet">
          {data.sentence}
        </Notice>
      </Panel>
    );
  }
  const notes = [...new Set(data.figures.flatMap((one) => one.note ?? []))];
  const groups = [...new Set(data.figures.map((one) => one.group))];
  return (
    <div className={classes.groups}>
      {groups.map((group) => (
        <Panel key={group} className={classes.group}>
          <h2>{words(group)}</h2>
          <dl>
            {data.figures
              .filter((one) => one.group === group)
              .map((one) => (
                <div key={one.name}>
                  <dt>
                    {one.label}
                    <small>{one.value === null && one.reason ? one.reason : one.formula}</small>
                  </dt>
                  <dd>
                    <FigureValue {...one} />
                  </dd>
                </div>
              ))}
          </dl>
        </Panel>
      ))}
      <p className={classes.footnote}>
        {notes.map((note) => (
          <span key={note}>* {sentence(note)}</span>
        ))}
        As known after {day(data.session)}.
        {data.market && ` Beta and correlation are measured against: ${data.market.name} (${String(data.market.members)} members).`}
      </p>
    </div>
  );
}
