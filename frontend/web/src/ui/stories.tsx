import { Button, Skeleton } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconEqual, IconExternalLink, IconNewsOff, IconQuestionMark } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useRef, type ReactNode } from "react";

import type { Story, StoryTie } from "@/api/types";
import { sourceName } from "@/lib/format";
import { safeLink } from "@/lib/links";
import { age, byDay, byMonth, copiesWords, MEANINGS, tieWords, timesWords } from "@/lib/news";
import { useShortcuts } from "@/lib/shortcuts";

import { Hidden, Notice, Panel } from "./parts";
import classes from "./stories.module.css";

const SIGNS = { good: IconArrowUp, bad: IconArrowDown, plain: IconEqual, unsure: IconQuestionMark } as const;
const MOST_TIES = 6;

/** What a story means for one instrument: a sign, a colour and, where there is room, a word. */
function Meaning({ tie, own }: { tie: StoryTie; own: boolean }) {
  const { word, tone } = MEANINGS[tie.label];
  const Sign = SIGNS[tone];
  const inside = (
    <>
      <Sign size={13} stroke={2.4} aria-hidden="true" />
      {own ? word : tie.symbol}
      {!own && <Hidden>, {word}</Hidden>}
    </>
  );
  return own ? (
    <span className={classes.chip} data-tone={tone} data-tip={tieWords(tie)}>
      {inside}
    </span>
  ) : (
    <Link
      to="/stocks/$symbol"
      params={{ symbol: tie.symbol }}
      className={classes.chip}
      data-tone={tone}
      data-tip={tieWords(tie)}
    >
      {inside}
    </Link>
  );
}

function Row({ story, now, about }: { story: Story; now: string; about: string | undefined }) {
  const link = safeLink(story.url);
  const own = story.ties.find((tie) => tie.symbol === about);
  const others = story.ties.filter((tie) => tie !== own);
  const copies = copiesWords(story);
  const [first] = story.providers;
  return (
    <li className={classes.story}>
      <div className={classes.text}>
        <h3>
          {link ? (
            <a href={link} target="_blank" rel="noopener noreferrer" data-story="" lang={story.language ?? undefined}>
              {story.headline}
              <IconExternalLink size={13} stroke={1.8} role="img" aria-label="(opens in a new tab)" />
            </a>
          ) : (
            story.headline
          )}
        </h3>
        {story.summary && <p lang={story.language ?? undefined}>{story.summary}</p>}
        <small>
          {story.publisher && <b>{story.publisher}</b>}
          <time dateTime={story.published_at} data-tip={timesWords(story)}>
            {age(story, now)}
          </time>
          {first && <span data-tip={first.source === first.provider ? undefined : sourceName(first.source)}>by {sourceName(first.provider)}</span>}
          {copies && <span>{copies}</span>}
          {story.attributions.map((one) => {
            const to = safeLink(one.link);
            return to ? (
              <a key={one.text} href={to} target="_blank" rel="noopener noreferrer">
                {one.text}
              </a>
            ) : (
              <span key={one.text}>{one.text}</span>
            );
          })}
        </small>
      </div>
      {(own ?? others.length > 0) && (
        <div className={classes.ties}>
          {own && <Meaning tie={own} own />}
          {others.slice(0, MOST_TIES).map((tie) => (
            <Meaning key={tie.symbol} tie={tie} own={false} />
          ))}
          {others.length > MOST_TIES && (
            <span className={classes.rest} data-tip={others.slice(MOST_TIES).map((tie) => tie.symbol).join(", ")}>
              and {others.length - MOST_TIES} more
            </span>
          )}
        </div>
      )}
    </li>
  );
}

interface Props {
  stories: readonly Story[];
  now: string;
  /** The instrument whose page this is. */
  about?: string;
  more?: () => void;
  fetching: boolean;
  outdated: boolean;
}

/** Stories under their days, those about one instrument under their months, newest first. «j» and «k» go from one to the next. */
export function StoryList({ stories, now, about, more, fetching, outdated }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const step = (by: number) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>("[data-story]") ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    const next = links[at === -1 ? 0 : Math.max(0, Math.min(links.length - 1, at + by))];
    next?.focus();
    next?.scrollIntoView({ block: "center" });
  };
  useShortcuts([
    { keys: "j", label: "Next or previous story", group: "Tables", run: () => { step(1); } },
    { keys: "k", label: "Next or previous story", group: "Tables", run: () => { step(-1); } },
  ]);
  return (
    <div ref={list} className={classes.list} data-outdated={outdated || undefined} aria-busy={outdated}>
      {(about === undefined ? byDay(stories, now) : byMonth(stories)).map((one) => (
        <Panel key={one.key} className={classes.day}>
          <h2>{one.title}</h2>
          <ul>
            {one.stories.map((story) => (
              <Row key={story.id} story={story} now={now} about={about} />
            ))}
          </ul>
        </Panel>
      ))}
      {more && (
        <div className={classes.more}>
          <Button variant="default" loading={fetching} onClick={more}>
            Older stories
          </Button>
        </div>
      )}
    </div>
  );
}

export function StoriesLoading() {
  return (
    <div className={classes.list} role="status" aria-label="Loading the news">
      <Skeleton height={150} radius="lg" />
      <Skeleton height={300} radius="lg" />
    </div>
  );
}

export function NoStories({ filtered, clear, children }: { filtered: boolean; clear: () => void; children: ReactNode }) {
  return (
    <Panel>
      <Notice
        icon={<IconNewsOff size={34} stroke={1.5} aria-hidden="true" />}
        title={filtered ? "No story matches" : "No stories yet"}
        actions={
          filtered && (
            <Button variant="default" onClick={clear}>
              Clear search and filters
            </Button>
          )
        }
      >
        {children}
      </Notice>
    </Panel>
  );
}
