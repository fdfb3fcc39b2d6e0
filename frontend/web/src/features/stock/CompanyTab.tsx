import { Button, Skeleton } from "@mantine/core";
import { IconBuilding, IconBuildingOff, IconExternalLink, IconFileText } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { answer, client } from "@/api/client";
import { useStatus } from "@/api/status";
import type { Company, Filing } from "@/api/types";
import { count, day, instant, sourceName, UNKNOWN } from "@/lib/format";
import { safeLink } from "@/lib/links";
import { announce } from "@/ui/announcer";
import { Failure } from "@/ui/failure";
import { Notice, Panel } from "@/ui/parts";
import { Told } from "@/ui/told";

import { filingWords, formWords, refusalWords, yearEnd } from "./company";
import classes from "./company.module.css";
import { companyQuery } from "./queries";
import tables from "./table.module.css";

function Outside({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className={classes.outside}>
      {children}
      <IconExternalLink size={13} stroke={1.8} role="img" aria-label="(opens in a new tab)" />
    </a>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children ?? UNKNOWN}</dd>
    </div>
  );
}

function Profile({ company, action }: { company: Company; action: ReactNode }) {
  const site = safeLink(company.website);
  return (
    <Panel className={classes.profile}>
      <h2>{company.name ?? "Company"}</h2>
      <dl>
        <Fact label="Industry">
          {company.sic_description ?? company.sic}
          {company.sic_description && company.sic && <small>SIC {company.sic}</small>}
        </Fact>
        <Fact label="Incorporated in">{company.state}</Fact>
        <Fact label="Fiscal year ends">{company.fiscal_year_end && yearEnd(company.fiscal_year_end)}</Fact>
        <Fact label="Website">{site ? <Outside href={site}>{new URL(site).host}</Outside> : company.website}</Fact>
        <Fact label="CIK">{company.cik}</Fact>
      </dl>
      <footer>
        {company.source && (
          <small>
            Source: {sourceName(company.source.provider)}, asked{" "}
            {instant(company.source.fetched_at)}
          </small>
        )}
        {action}
      </footer>
    </Panel>
  );
}

function FilingRow({ filing }: { filing: Filing }) {
  const link = safeLink(filing.url);
  const what = filingWords(filing);
  return (
    <tr>
      <th scope="row" data-tip={formWords(filing.form) ?? undefined}>
        {filing.form}
      </th>
      <td className={classes.what}>{link ? <Outside href={link}>{what ?? "Document"}</Outside> : (what ?? UNKNOWN)}</td>
      <td>{day(filing.filed_on)}</td>
      <td className={classes.period}>{day(filing.period_end)}</td>
    </tr>
  );
}

function Filings({ filings }: { filings: Filing[] }) {
  return (
    <Panel className={classes.filings}>
      <h2>
        Recent filings {filings.length > 0 && <span>{count(filings.length)}</span>}
      </h2>
      {filings.length === 0 ? (
        <Notice icon={<IconFileText size={30} stroke={1.5} aria-hidden="true" />} title="No filings">
          The SEC lists none of the forms that matter here.
        </Notice>
      ) : (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
        <div className={`${tables.scroller ?? ""} ${classes.scroller ?? ""}`} role="region" aria-label="Recent filings" tabIndex={0}>
          <table className={tables.table}>
            <thead>
              <tr>
                <th scope="col">Form</th>
                <th scope="col">What</th>
                <th scope="col">Filed</th>
                <th scope="col" className={classes.period}>
                  Period to
                </th>
              </tr>
            </thead>
            <tbody>
              {filings.map((filing, index) => (
                <FilingRow key={index} filing={filing} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

/** Who files with the SEC for this instrument. Nothing is asked before somebody presses the button. */
export function CompanyTab({ symbol }: { symbol: string }) {
  const queries = useQueryClient();
  const status = useStatus();
  const { data, error, refetch } = useQuery(companyQuery(symbol));
  const ask = useMutation({
    mutationFn: () => answer(client.POST("/api/stocks/{symbol}/company", { params: { path: { symbol } } })),
    onSuccess: (company) => {
      queries.setQueryData(companyQuery(symbol).queryKey, company);
      announce(`The SEC has answered: ${company.name ?? symbol}`);
    },
  });
  if (error && !data) return <Failure error={error} retry={() => void refetch()} what="The company" />;
  if (!data) return <Skeleton height={320} radius="lg" role="status" aria-label="Loading the company" />;

  const button = (label: string, primary: boolean) => (
    <Button
      variant={primary ? "filled" : "default"}
      size={primary ? "sm" : "xs"}
      loading={ask.isPending}
      onClick={() => {
        ask.mutate();
      }}
    >
      {label} (1 call)
    </Button>
  );
  const refusal = ask.error && (
    <div role="alert" className={classes.refusal}>
      <b>The SEC could not be asked.</b> <Told words={refusalWords(ask.error, status?.now)} />
    </div>
  );
  if (data.status === "known") {
    return (
      <div className={classes.company}>
        {refusal}
        <Profile company={data} action={button("Ask again", false)} />
        <Filings filings={data.filings} />
      </div>
    );
  }
  const asked = data.status === "not_asked";
  const Icon = asked ? IconBuilding : IconBuildingOff;
  return (
    <>
      {refusal}
      <Panel>
        <Notice
          icon={<Icon size={34} stroke={1.5} aria-hidden="true" />}
          title={asked ? (data.name ?? symbol) : "No company is known for it"}
          actions={asked && button("Ask the SEC", true)}
        >
          <Told words={data.words} />
          {asked && data.cik !== null && `. Its number there: ${data.cik}.`}
        </Notice>
      </Panel>
    </>
  );
}
