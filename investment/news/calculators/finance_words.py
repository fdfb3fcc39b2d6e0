"""
The words by which company news is good or bad, sorted by what they do in a sentence; written
for this project.

A word alone rarely decides: «falls» is bad of profit and good of costs. So there are measures that one
wants to grow or to shrink, directions, words that are good or bad of themselves, and words that turn
others around. Entries may be phrases of up to five words; numbers stand as ``#``.
"""

from typing import Final


def _entries(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(entry.split()) for entry in text.replace("\n", ",").split(",") if entry.strip())


WANTED: Final = _entries("""
    sales, net sales, revenue, revenues, turnover, profit, profits, earnings, income, net income, ebit
    ebitda, eps, operating profit, operating result, operating income, pretax profit, pre-tax profit
    profit before tax, profit before taxes, result, results, result before taxes, gross margin, margin
    margins, profitability, cash flow, cash flows, orders, order, order intake, backlog, order backlog
    order book, bookings, market share, share of the market, volume, volumes, shipments, deliveries
    demand, traffic, passengers, passenger load factor, load factor, subscribers, subscriptions, users
    customers, members, production, output, capacity utilisation, utilization, occupancy, yields, yield
    return on investment, return on equity, return on capital, equity ratio, net asset value
    fair value, dividend, dividends, payout, guidance, outlook, forecast, forecasts, target, targets
    estimate, estimates, price target, rating, share price, shares, share, stock, stocks, rents
    room rates, selling price, selling prices, prices, price, premiums, deposits, advertising sales
    circulation, readers, exports, retention, efficiency, productivity, growth, assets under management
    fees, jobs, workforce, housing starts, spending, consumer spending, confidence, sentiment
    liquidity, capital ratio, surplus, royalties, licence fees, pricing, activity, quality, visitors
    harvest, net interest income, interest margin, operating margin, ad revenue, market value
    market capitalisation, value, backlog of orders, employees, staff, personnel, headcount, positions
    credit rating, cash, reserves of cash, operating ratio of wins, business, trade, valuation
    comparable sales, same-store sales, like-for-like sales, consumption, lending, loans, mortgages
    tonnage, grades, result per share, results per share, earnings per share, profit per share
    net result, operating profits, core business
""")
UNWANTED: Final = _entries("""
    loss, losses, net loss, operating loss, pretax loss, pre-tax loss, cost, costs, expense, expenses
    debt, debts, net debt, borrowings, gearing, leverage, impairment, impairments, write-down
    write-downs, writedowns, provisions, loan losses, credit losses, bad debts, defaults, bad loans
    claims, complaints, churn, delays, delay, inventories, inventory, unsold, charges, charge
    fuel bill, bill, bills, tax bill, lead times, lead time, vacancy rate, vacancy, vacancies
    emissions, waste, competition, price competition, pressure, risk, risks, tariffs, tariff, duties
    taxes, tax rate, excise tax, deficit, raw material prices, fuel prices, fuel costs, input prices
    oil prices, unemployment, uncertainty, overcapacity, glut, accidents, absences, energy consumption
    operating ratio, combined ratio, catastrophe losses, working capital, cash burn, burn, liabilities
    fixed costs, finance costs, production costs, non-performing loans, arrears, volatility
    delinquencies, shortage, shortages, backlogs of complaints, restructuring costs, layoffs, lay-offs
    job cuts, interest rates, disruption, headwinds, headwind, worries, fears, concerns, competitors
    rivals, raw materials, energy bills, price of oil, price erosion, customer losses
""")
UP: Final = _entries("""
    rise, rises, rose, risen, rising, increase, increases, increased, increasing, grow, grows, grew
    grown, growing, up, climb, climbs, climbed, climbing, jump, jumps, jumped, jumping, surge, surges
    surged, surging, soar, soars, soared, soaring, gain, gains, gained, gaining, higher, advance
    advances, advanced, advancing, double, doubles, doubled, doubling, triple, triples, tripled
    tripling, quadrupled, multiplied, widen, widens, widened, widening, wider, raise, raises, raised
    raising, lift, lifts, lifted, lifting, hike, hikes, hiked, expand, expands, expanded, expanding
    swell, swells, swelled, swelling, accelerate, accelerates, accelerated, accelerating, mount, mounts
    mounted, mounting, leap, leaps, leapt, leaped, rally, rallies, rallied, add, adds, added, went up
    goes up, go up, going up, moved up, upped, ups, upward, more, larger, bigger, exceeding, build up
    builds up, built up, pile up, piles up, piled up, spike, spikes, spiked, edged up, shot up
    inched up, crept higher, drifted higher, uptick, growth of, ahead, above, greater, picked up
    picking up, pick up, picks up, put up, faster
""")
DOWN: Final = _entries("""
    fall, falls, fell, fallen, falling, decrease, decreases, decreased, decreasing, decline, declines
    declined, declining, down, drop, drops, dropped, dropping, slide, slides, slid, sliding, slip
    slips, slipped, slipping, lower, lowers, lowered, lowering, shrink, shrinks, shrank, shrunk
    shrinking, contract by, contracted, contracting, narrow, narrows, narrowed, narrowing, narrower
    cut, cuts, cutting, reduce, reduces, reduced, reducing, reduction, trim, trims, trimmed, trimming
    tumble, tumbles, tumbled, tumbling, plunge, plunges, plunged, plunging, slump, slumps, slumped
    slumping, sink, sinks, sank, sunk, sinking, halve, halves, halved, halving, ease, eases, eased
    easing, dip, dips, dipped, dwindle, dwindles, dwindled, slash, slashes, slashed, slashing
    went down, goes down, go down, going down, gone down, moved down, brought down, less, smaller
    fewer, below, slow, slows, slowed, slowing, slower, shed, sheds, shrinkage, retreat, retreats
    retreated, dive, dives, dived, plummet, plummets, plummeted, downward, shorter, shorten, shortens
    shortened, behind, crept lower, drifted lower, edged down, diminish, diminished, diminishes
    got down, decreasingly, downturn, drop-off, pared, pares, cheaper, eroding, erode, erodes, eroded
    stalls, stalled, stall, subsided, abated, skidded, collapse, collapses, collapsed, crash, crashes
    crashed, lag, lags, lagged, trails, trail, trailed
""")
# Better or worse, whatever is measured.
BETTER: Final = _entries("""
    improve, improves, improved, improving, improvement, improvements, strengthen, strengthens
    strengthened, strengthening, recover, recovers, recovered, recovering, recovery, rebound, rebounds
    rebounded, rebounding, better, pick up again, boost, boosts, boosted, boosting, enhance, enhances
    enhanced, enhancing, firmed, stronger, outperform, outperforms, outperformed, outperforming
    optimise, streamlined, reaccelerates, upturn, turnaround, brighten, brightens, brightened, brighter
    upgrade, upgrades, upgraded, upgrading, healthier, upbeat, revived
""")
WORSE: Final = _entries("""
    worsen, worsens, worsened, worsening, deteriorate, deteriorates, deteriorated, deteriorating
    deterioration, weaken, weakens, weakened, weakening, weaker, weak, worse, worst, weakest, suffer
    suffers, suffered, suffering, hurt, hurts, hurting, burden, burdened, burdens, downgrade
    downgrades, downgraded, downgrading, poorer, poor, soften, softens, softened, softer, sluggish
    underperform, underperformed, underperforming, underperforms, erosion, fade, fades, faded, bleak
    gloomy, squeeze, squeezed, squeezes, darken, darkens, lowest, slowdown, feeble, dented, dents, harm
    harmed, harms, negatively affected, negative impact, adversely, adverse, tougher, softness, weakness
""")
GOOD: Final = _entries("""
    beat, beats, beating, top estimates, tops, topped, exceed, exceeds, exceeded, surpass, surpasses
    surpassed, record, all-time high, strong, robust, solid, excellent, outstanding, impressive
    profitable, profitably, successful, successfully, success, win, wins, won, winning, award, awarded
    chosen, selected, picked as, preferred supplier, preferred partner, secures, secured, secure
    breakthrough, approves, approval, clears, cleared, go-ahead, benefit, benefits, benefited
    benefiting, benefitted, opportunity, opportunities, favourable, favorable, favourably, positive
    positively, efficient, efficiently, satisfied, pleased, confident, encouraging, optimistic, best
    highest, fastest, market leader, leading position, competitive, advantage, edge, savings, save
    saves, cost-effective, innovative, in the black, into the black, return to profit
    returned to profit, back to profit, turn to profit, turned to profit, turned a profit
    swung to a profit, swing to profit, turned to a net profit, swung to profit, swings to profit
    oversubscribed, sells out, sold out, tailwind, tailwinds, boon, windfall, premium, special dividend
    buyback, share repurchase, share repurchases, repurchase program, buy back, buys back
    resumes dividend, regains, regained, regain, averted, averting, acquitted, fast-track, overweight
    outgrow, top pick, undervalued, undemanding, attractive, exclusive rights, new order, orders worth
    received an order, receives order, receives an order, wins order, wins contract, signed a contract
    has been awarded, valued at, worth eur, worth usd, long-term cooperation, strengthen its position
    on schedule, on time, under budget, below budget, ahead of schedule, ahead of plan, good, great
    strongly, patent for, granted, meets main goal, met main goal, meets goal, lived longer, shine
    shines, crushed, thrive, thriving, buoyant, booming, booms, boom, upswing, growing demand
    strong demand, access to, overtakes, wins over, popular, demand is strong, overfulfilled, tripled
    undisputed, investment grade, upside, bright, debt-free, free of debt, new markets, expansion
    expand its, synergies, synergy, accretive, add to earnings, enable us to, enables, enabling
    faster and, market-leading, world-leading, landed, lands, clinched, clinches, clinch, bagged, bags
    broaden, broadens, broadened, extends, extended its, extension of, helped, helps, helped by
    strengthening, won a contract, widens its, expands its, reach more, leading supplier, leader in
    growth area, contract extension, renewed its contract, renews contract, cutting edge, cutting-edge
    state-of-the-art, doubled its, commitment to, energy efficient, energy-efficient, easier
    cheaper to, flexible, reliable, lower cost, faster, trust in, trusted, prestigious, improve
    attractive compared, well positioned, well-positioned, capital gain, capital gains, gain from
    tax relief, need not pay, new high, new highs, new customers, rid of, repaid, repays, outpaced
    outpaces, praised, winner, honoured, cheers, cheered, hailed, promising, milestone, resolved
    reopened, reopens, resumed, resumes, restarted, restarts, back on track, top-selling, bestseller
    best-selling, fully booked, full order books, waiting list, quadruple, twice the, lucrative, upbeat
    prosperous, stable growth, outsold, made money, make money, less energy, ended with a deal
    new heights, over last year 's, above last year 's
""")
BAD: Final = _entries("""
    miss, misses, missed, missing, fail, fails, failed, failing, failure, disappoint, disappoints
    disappointed, disappointing, disappointment, warns, warning, warned, profit warning, lawsuit
    lawsuits, sue, sues, sued, suing, fraud, probe, investigation, investigated, suspected, suspect
    bribery, recall, recalls, recalled, layoff, laid off, lay off, lay-off, dismiss, dismissal
    dismissals, redundant, redundancies, redundancy, codetermination, bankrupt, bankruptcy, insolvency
    insolvent, chapter 11, default on, strike, strikes, shut, shuts, shutdown, close down, closure
    closing its, fine, fined, penalty, penalties, damages, halt, halts, halted, suspend, suspends
    suspended, terminate, terminated, terminates, cancel, cancels, cancelled, canceled, cancellation
    postpone, postponed, postpones, put off, pushes back, delayed, delays, reject, rejects, rejected
    denied, denies permission, deny, block, blocks, blocked, invalid, trouble, troubles, difficult
    difficulties, problem, problems, crisis, recession, fire, blast, explosion, accident, flood, outage
    breach, breaches, hackers, stolen, theft, negative, unprofitable, lose, loses, lost, losing
    lost customers, quits abruptly, resigns abruptly, exodus, in the red, into the red, swung to a loss
    swings to loss, swing to loss, slip to a loss, slips to a loss, delisting, delisted, dilute
    dilutes, dilution, junk, sell off, sell-off, underweight, overvalued, downside, short seller, drag
    drags, dragged, weigh on, weighs on, weighed, headwind, shortfall, fell short, falls short
    short of, letdown, unsold, going concern, going-concern, covenants, write down, writes down
    wrote down, written down, write-off, write-offs, restructuring charge, restructuring charges
    exceptional charge, class action, subpoena, whistleblower, guilty, convicted, arrested
    charged with, ban, bans, banned, threat, threatens, threatened, brutal, fierce, ugly, broken
    collapse, collapses, hit by, hits, crushes, idle, idled, idles, grounded, grounds, out of work
    not satisfied, run out of cash, unfortunately, unable, uncertain, poor visibility, hesitate
    skips dividend, scrap, scraps, scrapped, shelve, shelved, shelves, abandon, abandoned, abandons
    pulls out, gives up, walks away, leaves holders, job losses, job cuts, personnel reductions
    temporary layoffs, overran, overrun, flop, flops, painful, push-outs, wiped out, derailment
    hurricane, debt restructuring, placed in bankruptcy, standstill, salmonella, contaminated
    defective, faulty, fault, error, restate, restates, weakness, irregularities, scandal
    insider trading, half speed, lack of, well under, slipped by, off its list, back taxes, overdue
    scarce, shortage of, oversupply, stagnant, stagnated, stagnation, dispute, disputes, protest
    protests, boycott, bottleneck, bottlenecks, obsolete, expired, unrest, cautious, pessimistic
    negatively, challenging, hard hit, jeopardise, jeopardize, embezzlement, cartel, price war
    saturated, infringed, infringes, infringement, violated, violation, violations, resigned abruptly
    cost overruns, thin, unemployed, axed, axes, let go, closing down, to be closed, blamed, blames
    blaming, bleeds, bleeding, plagued, unsuccessful, soured, glitch, glitches, malfunction, stuck
    struggle, struggles, struggling, turmoil, severe, severely, costly, congestion, spill, leak, leaks
    pollution, contamination, injured, killed, deaths, ousted, cutbacks, cutback, bad weather
    under pressure, in doubt, doubt, doubts, criticised, criticized, accused, accuses, alleges, alleged
    raid, raided, seized, embargo, sanctions, stop selling, stopped production, stops production
    stop production, storm, storms, pay back, drew attention, below last year 's, under last year 's
    behind last year 's, switched from, off their peak, lost money, lose money, loses money, blow
    setback, setbacks, worrying, alarming, sharply lower, evaporated, wipe out, drain, drains
""")
REVERSERS: Final = _entries("""
    not, no, n't, never, without, neither, nor, cannot, can't, didn't, doesn't, don't, won't, isn't
    wasn't, aren't, weren't, hasn't, haven't, couldn't, nobody, none, no longer, fails to, failed to
    far from, lack of, avoid, avoids, avoided, avoiding, averts, averted, unlikely, hardly, instead of
    rather than, dodges, dodged, end of, ended, ends, dismissed, drops probe, tosses, settled, settles
    overblown, emerges from, erases, erased
""")
# Phrases whose sense is their own.
PHRASES_GOOD: Final = _entries("""
    less than feared, fewer than feared, better than expected, better-than-expected, more than expected
    above expectations, beyond all expectations, above estimates, above consensus
    ahead of expectations, ahead of estimates, above forecasts, topped forecasts, higher than expected
    narrower than expected, surprise to the upside, to the upside, beat estimates
    exceeded expectations, than forecast higher, beat expectations, upgraded to buy, upgrades to buy
    to buy from, to outperform, to overweight, sees strong, raised its guidance, cut costs, cuts costs
    cutting costs, cost cuts, cost savings, annual savings, cost cutting, reverse the write-down
    write-down was reversed, struck oil, strikes oil, market has turned, claims dismissed
    dismissed all claims, drops probe, clears of, clears merger, sides with, rules in favour of
    rules in favor of, wins approval, approval of the plan, cancelled lay-offs, lay-offs were cancelled
    cleared to fly, at a premium, emerges from bankruptcy, pays off debt, strike has ended, ends strike
    averting strike, regains compliance, takes share, take share, take market share, gain market share
    gained market share, steals customers, join the index, join the s&p, sweetens offer
    takeover interest, buys stock, below last year 's costs
""")
PHRASES_BAD: Final = _entries("""
    less than hoped, less than expected, fewer than forecast, fewer than expected, worse than expected
    worse-than-expected, below expectations, below estimates, below consensus, below street
    below forecasts, lower than expected, lower-than-expected, wider than expected, short of estimates
    short of expectations, missed estimates, misses estimates, to the downside, disappoints investors
    cut jobs, cuts jobs, cut # jobs, cuts # jobs, cutting jobs, cut its workforce, job cuts
    reduce its workforce, reduce personnel, reduction of personnel, reduce # jobs, reducing staff
    freezes hiring, no dividend, not to recommend, not to pay, skip dividend, skips dividend
    halves dividend, suspends buyback, suspend dividend, pulls forecast, pulls its forecast
    withdraws guidance, profit taking, to sell from, to underperform, to underweight, loses contract
    lost contract, lost the tender, lose market share, loses market share, lost market share
    losing ground, losing market share, rules against, orders to pay, ordered to pay, ordered, to pay
    moves to block, no benefit, misses main goal, missed main goal, could not avoid
    does not expect to recover, no recovery, can't catch, no relief, not enough, broke down, run out of
    removed from, gives back, break fee, balance sheet hole, stood still, at a discount, steep discount
    dropped the, customers are leaving, burns cash, burns through cash, going down
    taken off the market, runs out
""")
# Phrases whose words would mislead: they are skipped.
PLAIN: Final = _entries("""
    number of shares, number of votes, share capital, stock exchange, stock exchanges, stock options
    stock option, share issue, new shares, own shares, share of the votes, shares outstanding
    shares and votes, ordinary shares, shares in the company, profit and loss account, profit sharing
    loss prevention, risk management, up to, more than, less than, no more than, no less than, set up
    sets up, made up, makes up, make up, down payment, follow up, signed up, up for, up and running
    value added, value-added, added value, higher education, growth company, in addition, track record
    record date, records, target group, target price of, target audience, fine paper, fine papers
    fire safety, fire engine, fire engines, rescue services, strike price, best practice
    best practices, apartment block, block of flats, exemption, granted an exemption
    annual maintenance, maintenance shutdown, shut down for annual maintenance, head office, order to
    in order, on behalf, position of, positions in, option rights, cutting tools, lower house
    upper house, close of trading, average price, price of the shares, subscription price
    rise building, high-rise, share exchange, ratio of, the cost of, cost-free, raise awareness
    not only, not yet, no later than, cash and cash equivalents, order of, by order, short-term
    long-term, cut-to-length, customer service, business area, business areas, business unit
    business units, stock market, stock markets, production site, production sites, production line
    sales office, sales offices, sales network, sales company, sales director, sales manager
    income statement, customers include, estimated value, members of, member of, staff of, employs
    profit distribution, dividend payment, price list, order value, value of the order, price was not
    price is not, order books open, more information, further information, additional information
    quality control, market area, demand for votes
""")
# What a neutral sentence is made of.
CUES: Final = {
    "ownership": _entries("""
    holding, holdings, stake, voting rights, votes, of the votes, shareholder, shareholders
    share capital, flagging, notification, disclosure, owns, owned by, own shares, treasury shares
    stock options, option, options, subscription, subscribed, trade register, registered, one-tenth
    one-twentieth, per cent of the shares, shares outstanding, conveyed, stock split, filing
"""),
    "meeting": _entries("""
    annual general meeting, general meeting, extraordinary meeting, board of directors, authorised
    authorized, propose, proposes, proposed, proposal, agenda, resolutions, elected, re-elected
    articles of association, record date, conference call, capital markets day, webcast, auditor
    committee, members of the board
"""),
    "people": _entries("""
    appointed, appoints, named, names, appointment, chief executive, managing director, president, ceo
    cfo, chairman, chairwoman, director, steps down, retire, retires, spokesman, spokeswoman, head of
    joins
"""),
    "schedule": _entries("""
    will publish, will release, scheduled, at # am, will be held, takes place, will be published
    will start, will begin, by the end of, is due, is set to, planned, plans, plan, intends, considers
    weighing, expected to be completed, to be completed, will be completed, will be delivered
    will be built, in the first half, in the second half
"""),
    "describe": _entries("""
    headquartered, based in, employs, employ, founded, located, operates in, operates, is a provider
    provider of, maker of, develops, manufactures, produces, offers, supplies, consists of, includes
    include, included, makes up, accounted for, accounts for, comprises, covers, listed on, listed in
    quoted, square metres, square meters, capacity of, floor area, customers include, is part of
    part of the, business areas, segments, subsidiary, specialises, specializes
"""),
    "undisclosed": _entries("""
    not disclosed, not be disclosed, undisclosed, were not disclosed, was not disclosed, not revealed
    no further details, did not comment, declined to comment, not wish to comment, financial details
    terms of the deal, not been disclosed, will not be disclosed, not give, not material
    material effect, no effect, does not affect, minor
"""),
    "deal": _entries("""
    acquire, acquires, acquired, acquisition, buys, bought, purchase, sells, sold, divest, divested
    divestment, sale of, transaction, merger, letter of intent, joint venture, agreement, contract
    signed, deal, order, delivers, delivery, deliver, supply
"""),
    "same": _entries("""
    unchanged, flat, on the level, at the level, same level, same as, remain, remains, stay at
    in line with, reiterates, reaffirms, affirms, affirmed, backs, keeps, maintains, repeats, stable
    little changed, as before, about the same, neutral, hold
"""),
    "product": _entries("""
    introduces, introduced, launches, launch, launched, unveils, releases, version, model, models
    range, product, products, presents, demonstrates, software, service, services, system, systems
    technology, solution, solutions
"""),
    "expect": _entries("""
    expects, expect, expected, estimates, forecast, sees, aims, aim, target, outlook, believes
    anticipates, will
"""),
    "compare": _entries("""
    compared with, compared to, against, versus, vs, from, year earlier, year ago, corresponding period
    same period, comparison period, previous year, last year, year-on-year, prior year
"""),
    "worth": _entries("""
    value of the order, value of the contract, contract value, worth, total value, valued at
    investment, invest, invests, price, amounted to, totalled, amounts to, approximately, about
"""),
}  # fmt: skip
CONTRASTS: Final = frozenset(
    {"but", "though", "although", "despite", "while", "whereas", "however", "yet", "as", "after", "even"}
)
CONCESSIONS: Final = frozenset({"although", "despite", "though", "while"})  # what follows weighs less
