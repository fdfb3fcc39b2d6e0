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
    sales, net sales, revenue, revenues, turnover, profit, profits, earnings, income, net income, ebit, ebitda
    eps, operating profit, operating result, operating income, pretax profit, pre-tax profit
    profit before tax, profit before taxes, result, results, result before taxes, gross margin, margin
    margins, profitability, cash flow, cash flows, orders, order, order intake, backlog, order backlog
    order book, bookings, market share, share of the market, volume, volumes, shipments, deliveries, demand
    traffic, passengers, passenger load factor, load factor, subscribers, subscriptions, users, customers
    members, production, output, capacity utilisation, utilization, occupancy, yields, yield
    return on investment, return on equity, return on capital, equity ratio, net asset value, fair value
    dividend, dividends, payout, guidance, outlook, forecast, forecasts, target, targets, estimate, estimates
    price target, rating, share price, shares, share, stock, stocks, rents, room rates, selling price
    selling prices, prices, price, premiums, deposits, advertising sales, circulation, readers, exports
    retention, efficiency, productivity, growth, assets under management, fees, jobs, workforce
    housing starts, spending, consumer spending, confidence, sentiment, liquidity, capital ratio, surplus
    royalties, licence fees, pricing, activity, quality, visitors, harvest, net interest income
    interest margin, operating margin, ad revenue, market value, market capitalisation, value
    backlog of orders, employees, staff, personnel, headcount, positions, credit rating, cash
    reserves of cash, operating ratio of wins, business, trade, valuation, comparable sales, same-store sales
    like-for-like sales, consumption, lending, loans, mortgages, tonnage, grades, result per share
    results per share, earnings per share, profit per share, net result, operating profits, core business
""")
UNWANTED: Final = _entries("""
    loss, losses, net loss, operating loss, pretax loss, pre-tax loss, cost, costs, expense, expenses, debt
    debts, net debt, borrowings, gearing, leverage, impairment, impairments, write-down, write-downs
    writedowns, provisions, loan losses, credit losses, bad debts, defaults, bad loans, claims, complaints
    churn, delays, delay, inventories, inventory, unsold, charges, charge, fuel bill, bill, bills, tax bill
    lead times, lead time, vacancy rate, vacancy, vacancies, emissions, waste, competition, price competition
    pressure, risk, risks, tariffs, tariff, duties, taxes, tax rate, excise tax, deficit, raw material prices
    fuel prices, fuel costs, input prices, fuel consumption, fuel use, fuel, deaths, power consumption
    oil prices, unemployment, uncertainty, overcapacity, glut, accidents, absences, energy consumption
    operating ratio, combined ratio, catastrophe losses, working capital, cash burn, burn, liabilities
    fixed costs, finance costs, production costs, non-performing loans, arrears, volatility, delinquencies
    shortage, shortages, backlogs of complaints, restructuring costs, layoffs, lay-offs, job cuts
    interest rates, disruption, headwinds, headwind, worries, fears, concerns, competitors, rivals
    raw materials, energy bills, price of oil, price erosion, customer losses
""")
UP: Final = _entries("""
    rise, rises, rose, risen, rising, increase, increases, increased, increasing, grow, grows, grew, grown
    growing, up, climb, climbs, climbed, climbing, jump, jumps, jumped, jumping, surge, surges, surged
    surging, soar, soars, soared, soaring, gain, gains, gained, gaining, higher, advance, advances, advanced
    advancing, double, doubles, doubled, doubling, triple, triples, tripled, tripling, quadrupled, multiplied
    widen, widens, widened, widening, wider, raise, raises, raised, raising, lift, lifts, lifted, lifting
    hike, hikes, hiked, expand, expands, expanded, expanding, swell, swells, swelled, swelling, accelerate
    accelerates, accelerated, accelerating, mount, mounts, mounted, mounting, leap, leaps, leapt, leaped
    rally, rallies, rallied, add, adds, added, went up, goes up, go up, going up, moved up, upped, ups, upward
    more, larger, bigger, exceeding, build up, builds up, built up, pile up, piles up, piled up, spike, spikes
    spiked, edged up, shot up, inched up, crept higher, drifted higher, uptick, growth of, ahead, above
    greater, picked up, picking up, pick up, picks up, put up, faster
""")
DOWN: Final = _entries("""
    fall, falls, fell, fallen, falling, decrease, decreases, decreased, decreasing, decline, declines
    declined, declining, down, drop, drops, dropped, dropping, slide, slides, slid, sliding, slip, slips
    slipped, slipping, lower, lowers, lowered, lowering, shrink, shrinks, shrank, shrunk, shrinking
    contract by, contracted, contracting, narrow, narrows, narrowed, narrowing, narrower, cut, cuts, cutting
    reduce, reduces, reduced, reducing, reduction, trim, trims, trimmed, trimming, tumble, tumbles, tumbled
    tumbling, plunge, plunges, plunged, plunging, slump, slumps, slumped, slumping, sink, sinks, sank, sunk
    sinking, halve, halves, halved, halving, ease, eases, eased, easing, dip, dips, dipped, dwindle, dwindles
    dwindled, slash, slashes, slashed, slashing, went down, goes down, go down, going down, gone down
    moved down, brought down, less, smaller, fewer, below, slow, slows, slowed, slowing, slower, shed, sheds
    shrinkage, retreat, retreats, retreated, dive, dives, dived, plummet, plummets, plummeted, downward
    shorter, shorten, shortens, shortened, behind, crept lower, drifted lower, edged down, diminish
    diminished, diminishes, got down, decreasingly, downturn, drop-off, pared, pares, cheaper, eroding, erode
    erodes, eroded, stalls, stalled, stall, subsided, abated, skidded, collapse, collapses, collapsed, crash
    crashes, crashed, lag, lags, lagged, trails, trail, trailed
""")
# Better or worse, whatever is measured.
BETTER: Final = _entries("""
    improve, improves, improved, improving, improvement, improvements, strengthen, strengthens, strengthened
    strengthening, recover, recovers, recovered, recovering, recovery, rebound, rebounds, rebounded
    rebounding, better, pick up again, boost, boosts, boosted, boosting, enhance, enhances, enhanced
    enhancing, firmed, stronger, outperform, outperforms, outperformed, outperforming, optimise, streamlined
    reaccelerates, upturn, turnaround, brighten, brightens, brightened, brighter, upgrade, upgrades, upgraded
    upgrading, healthier, upbeat, revived
""")
WORSE: Final = _entries("""
    worsen, worsens, worsened, worsening, deteriorate, deteriorates, deteriorated, deteriorating
    deterioration, weaken, weakens, weakened, weakening, weaker, weak, worse, worst, weakest, suffer, suffers
    suffered, suffering, hurt, hurts, hurting, burden, burdened, burdens, downgrade, downgrades, downgraded
    downgrading, poorer, poor, soften, softens, softened, softer, sluggish, underperform, underperformed
    underperforming, underperforms, erosion, fade, fades, faded, bleak, gloomy, squeeze, squeezed, squeezes
    darken, darkens, lowest, slowdown, feeble, dented, dents, harm, harmed, harms, negatively affected
    negative impact, adversely, adverse, tougher, softness, weakness
""")
GOOD: Final = _entries("""
    beat, beats, beating, top estimates, tops, topped, exceed, exceeds, exceeded, surpass, surpasses
    surpassed, record, all-time high, strong, robust, solid, excellent, outstanding, impressive, profitable
    profitably, successful, successfully, success, win, wins, won, winning, award, awarded, chosen, selected
    picked as, preferred supplier, preferred partner, secures, secured, secure, breakthrough, approves
    approval, clears, cleared, go-ahead, benefit, benefits, benefited, benefiting, benefitted, opportunity
    opportunities, favourable, favorable, favourably, positive, positively, efficient, efficiently, satisfied
    pleased, confident, encouraging, optimistic, best, highest, fastest, market leader, leading position
    competitive, advantage, edge, savings, save, saves, cost-effective, innovative, in the black
    into the black, return to profit, returned to profit, back to profit, turn to profit, turned to profit
    turned a profit, swung to a profit, swing to profit, turned to a net profit, swung to profit
    swings to profit, oversubscribed, sells out, sold out, tailwind, tailwinds, boon, windfall, premium
    special dividend, buyback, share repurchase, share repurchases, repurchase program, buy back, buys back
    resumes dividend, regains, regained, regain, averted, averting, acquitted, fast-track, overweight, outgrow
    top pick, undervalued, undemanding, attractive, exclusive rights, new order, orders worth
    received an order, receives order, receives an order, wins order, wins contract, signed a contract
    has been awarded, valued at, worth eur, worth usd, long-term cooperation, strengthen its position
    on schedule, on time, under budget, below budget, ahead of schedule, ahead of plan, good, great, strongly
    patent for, granted, meets main goal, met main goal, meets goal, lived longer, shine, shines, crushed
    thrive, thriving, buoyant, booming, booms, boom, upswing, growing demand, strong demand, access to
    overtakes, wins over, popular, demand is strong, overfulfilled, tripled, undisputed, investment grade
    upside, bright, debt-free, free of debt, new markets, expansion, expand its, synergies, synergy, accretive
    add to earnings, enable us to, enables, enabling, faster and, market-leading, world-leading, landed, lands
    clinched, clinches, clinch, bagged, bags, broaden, broadens, broadened, extends, extended its
    extension of, helped, helps, helped by, strengthening, won a contract, widens its, expands its, reach more
    leading supplier, leader in, growth area, contract extension, renewed its contract, renews contract
    cutting edge, cutting-edge, state-of-the-art, doubled its, commitment to, energy efficient
    energy-efficient, easier, cheaper to, flexible, reliable, lower cost, faster, trust in, trusted
    prestigious, improve, attractive compared, well positioned, well-positioned, capital gain, capital gains
    gain from, tax relief, need not pay, new high, new highs, new customers, rid of, repaid, repays, outpaced
    outpaces, praised, winner, honoured, cheers, cheered, hailed, promising, milestone, resolved, reopened
    reopens, resumed, resumes, restarted, restarts, back on track, top-selling, bestseller, best-selling
    fully booked, full order books, waiting list, quadruple, twice the, lucrative, upbeat, biggest-ever
    largest-ever, biggest order, largest order, widest, enters the, entered the, expands to, expands into
    happy, delighted, glad, proud, excited, loving, bullish, breakout, monster, upswings, prosperous
    stable growth, outsold, made money, make money, less energy, ended with a deal, new heights
    over last year 's, above last year 's, oversubscription, subscribed in full, fully subscribed, times over
    hires more, adds jobs, add jobs, new jobs, walkout is off, called off the strike, reached an agreement
    wage deal, outpace, outstripped, outstrips, twice as fast, in full swing, back in force, back in favour
    five-year high, multi-year high, 52-week high, record-high, best performer, top performer, top gainer
    biggest gainer, leads gainers, leads the index, clean bill of health, pays down, paid down, paying down
    deleveraging, deleverages, cash flow positive, breaks even, broke even, break even, break-even, breakeven
    weeks earlier, earlier than planned, sooner than planned, months early, earlier than expected
    cannot get enough, can not get enough, flying off the shelves, snap up, snapped up, snaps up, flocked
    flocking, sails through, passes stress test, passed stress test, passes test, passed the test
    worked so well, works well, well received, warm welcome, applauded, applauds, bars rivals, patent upheld
    takeover bid, takeover offer, buyout offer, bidding war, suitors, suitor, wooing, best seller
    runaway success, blockbuster, hit product, must-have, crowd-puller, high marks, gold standard
    gains ground, gaining ground, gained ground, takes the lead, leapfrogs, leapfrogged, catches up, caught up
    pricing power, passed on to customers, passes on, price increases stick, operating leverage
    scale benefits, economies of scale, cost discipline, costs under control, under control, raises forecast
    raised its forecast, raises outlook, raised its outlook, lifts forecast, lifts outlook, lifts guidance
    boosts guidance, hikes guidance, raises guidance, ups guidance, guides above, guidance above
    raises target, raises targets, beats consensus, tops consensus, tops forecasts, beats forecasts
    beats estimates, tops expectations, beats expectations, comes in ahead, blowout, blow-out, stellar, bumper
    sparkling, standout, knockout, sterling, dazzling, superb, terrific, phenomenal, exceptional performance
    comeback, bounces, bounced, bounced back, bounces back, on the mend, turns the corner, turned the corner
    green shoots, pick-up, pickup in demand, revival, revives, reviving, reborn, resilient, resilience, defies
    defied, shrugs off, shrugged off, weathered, weathers, holds up well, held up well, no longer in doubt
    lifts ban, lifted ban, ban lifted, lifts the ban, sanctions lifted, cleared of, exonerated, vindicated
    wins appeal, wins case, wins ruling, wins patent, wins lawsuit, wins trial, favourable ruling
    favorable ruling, case dismissed, suit dismissed, lawsuit dismissed, dismissal of, charges dropped
    in favor of, in favour of, votes for approval, recommends approval, backs approval, approved by the fda
    wins fda, priority review, breakthrough therapy, orphan drug, statistically significant
    significantly improved, met its primary endpoint, meets primary endpoint, met primary endpoint
    tolerated well, well tolerated, cures, cured, multi-year contract, multi-year deal, multiyear deal
    landmark deal, flagship customer, repeat order, follow-on order, large order, major order
    significant order, significant contract, major contract, preferred bidder, sole supplier
    strategic partnership, secured financing, secures funding, raises funding, funding round, upsizes
    priced above range, strong debut, soars in debut, jumps in debut, added to the index, added to index
    shareholder value, creates value, unlock value, unlocks value, value-creating, earnings-accretive
    immediately accretive, tax benefit, stimulus, rate cut helps, more efficient, more profitable
    higher-margin, high-margin, mix improved, better mix, favourable mix, favorable mix, loyal customers
    customer satisfaction, high demand, brisk demand, brisk, healthy demand, healthy, pent-up demand
    insatiable, voracious, largest market share, strongest, the strongest, most profitable, most valuable
    fastest-growing, fast-growing, rapidly growing, growing rapidly, rapid growth, steady growth
    double-digit growth, organic growth, profitable growth, growth potential, growth prospects
    growth opportunities, sustainable growth, continued growth, record quarter, record year, record sales
    record profit, record orders, record results, new record, insiders buy, director buys, ceo buys
    bought shares, accumulating, loading up, adding to my, added to my, calls printing, ripping, rips
    to the moon, mooning, squeeze higher, short squeeze, killing it, nailed it, crushed it, solid quarter
    great quarter, nice beat, huge beat, big beat, massive beat, love this, like the setup, looks great
    looks strong, looking strong, looks good, looking good, strong chart, higher highs, golden cross
    breakout confirmed, reversal up, support held, holding support, bottomed, bottom is in, bargain, steal
    cheap here, a gift, a buy here, strong buy, must own, top idea, best idea
""")
BAD: Final = _entries("""
    miss, misses, missed, missing, fail, fails, failed, failing, failure, disappoint, disappoints
    disappointed, disappointing, disappointment, warns, warning, warned, profit warning, lawsuit, lawsuits
    sue, sues, sued, suing, fraud, probe, investigation, investigated, suspected, suspect, bribery, recall
    recalls, recalled, layoff, laid off, lay off, lay-off, dismiss, dismissal, dismissals, redundant
    redundancies, redundancy, codetermination, bankrupt, bankruptcy, insolvency, insolvent, chapter 11
    default on, strike, strikes, shut, shuts, shutdown, close down, closure, closing its, fine, fined, penalty
    penalties, damages, halt, halts, halted, suspend, suspends, suspended, terminate, terminated, terminates
    cancel, cancels, cancelled, canceled, cancellation, postpone, postponed, postpones, put off, pushes back
    delayed, delays, reject, rejects, rejected, denied, denies permission, deny, block, blocks, blocked
    invalid, trouble, troubles, difficult, difficulties, problem, problems, crisis, recession, fire, blast
    explosion, accident, flood, outage, breach, breaches, hackers, stolen, theft, negative, unprofitable, lose
    loses, lost, losing, lost customers, quits abruptly, resigns abruptly, exodus, in the red, into the red
    swung to a loss, swings to loss, swing to loss, slip to a loss, slips to a loss, delisting, delisted
    dilute, dilutes, dilution, junk, sell off, sell-off, underweight, overvalued, downside, short seller, drag
    drags, dragged, weigh on, weighs on, weighed, headwind, shortfall, fell short, falls short, short of
    letdown, unsold, going concern, going-concern, covenants, write down, writes down, wrote down
    written down, write-off, write-offs, restructuring charge, restructuring charges, exceptional charge
    class action, subpoena, whistleblower, guilty, convicted, arrested, charged with, ban, bans, banned
    threat, threatens, threatened, brutal, fierce, ugly, broken, collapse, collapses, hit by, hits, crushes
    idle, idled, idles, grounded, grounds, out of work, not satisfied, run out of cash, unfortunately, unable
    uncertain, poor visibility, hesitate, skips dividend, scrap, scraps, scrapped, shelve, shelved, shelves
    abandon, abandoned, abandons, pulls out, gives up, walks away, leaves holders, job losses, job cuts
    personnel reductions, temporary layoffs, overran, overrun, flop, flops, painful, push-outs, wiped out
    derailment, hurricane, debt restructuring, placed in bankruptcy, standstill, salmonella, contaminated
    defective, faulty, fault, error, restate, restates, weakness, irregularities, scandal, insider trading
    half speed, lack of, well under, slipped by, off its list, back taxes, overdue, scarce, shortage of
    oversupply, stagnant, stagnated, stagnation, dispute, disputes, protest, protests, boycott, bottleneck
    bottlenecks, obsolete, expired, unrest, cautious, pessimistic, negatively, challenging, hard hit
    jeopardise, jeopardize, embezzlement, cartel, price war, saturated, infringed, infringes, infringement
    violated, violation, violations, resigned abruptly, cost overruns, thin, unemployed, axed, axes, let go
    closing down, to be closed, blamed, blames, blaming, bleeds, bleeding, plagued, unsuccessful, soured
    glitch, glitches, malfunction, stuck, struggle, struggles, struggling, turmoil, severe, severely, costly
    congestion, spill, leak, leaks, pollution, contamination, injured, killed, died, ousted, cutbacks, cutback
    bad weather, under pressure, in doubt, doubt, doubts, criticised, criticized, accused, accuses, alleges
    alleged, raid, raided, seized, embargo, sanctions, stop selling, stopped production, stops production
    stop production, storm, storms, pay back, drew attention, below last year 's, under last year 's
    behind last year 's, switched from, off their peak, lost money, lose money, loses money, blow, dilutive
    stretched, meltdown, bearish, shorting, dump, dumped, dumping, disaster, disastrous, overbought, selloff
    toppy, setback, setbacks, worrying, alarming, sharply lower, evaporated, wipe out, drain, drains
    mothballs, mothballed, mothball, for want of, walkout, walkouts, looms, loom, looming, stalemate, deadlock
    impasse, talks collapse, talks collapsed, talks break down, did not keep pace, failed to keep pace
    lose ground, loses ground, lost ground, lagging, booked a loss, books loss, books a loss, takes a hit
    took a hit, to book charge, charge for, take a charge, takes a charge, took a charge, one-time charge
    one-off charge, one-off costs, impairment charge, goodwill impairment, written off, writes off, wrote off
    hefty, heavy losses, heavy loss, steep loss, steep losses, mounting losses, burns through, cash crunch
    credit crunch, liquidity crunch, liquidity problems, going under, on the brink, brink of, teetering
    verge of, collapse of, lowered its outlook, lowers outlook, cuts outlook, cut its outlook, lowers forecast
    lowered its forecast, cuts forecast, cut its forecast, trims forecast, trims outlook, slashes forecast
    slashes outlook, lowers guidance, lowered its guidance, cuts guidance, cut its guidance, guides below
    guidance below, guided lower, weak guidance, soft guidance, disappointing guidance, withdraws forecast
    withdraws outlook, suspends guidance, scraps forecast, scraps guidance, scraps outlook, lowers target
    cuts target, trims target, abandons target, five-year low, multi-year low, 52-week low, record-low
    all-time low, new low, new lows, worst performer, biggest loser, biggest decliner, top loser
    bottom of the index, leads losers, leads decliners, bottom of the ftse, rout, carnage, bloodbath, nosedive
    nosedives, nosedived, tanks, tanked, tanking, crater, craters, cratered, crumble, crumbles, crumbled
    implode, imploded, implodes, hammered, battered, pummelled, pummeled, mauled, clobbered, slammed, rocked
    spooked, spooks, rattled, rattles, jitters, jittery, panic, turbulence, gloom, grim, dire, dismal, abysmal
    horrible, terrible, awful, horrendous, catastrophic, lousy, lacklustre, lackluster, tepid, anaemic, anemic
    muted, subdued, disappointingly, patchy, bumpy, choppy, rocky, shaky, fragile, precarious, forced to
    closes plant, closes plants, closing plants, plant closures, plant closure, store closures, closing stores
    closes stores, shutters, shuttered, shuttering, winds down, winding down, wound down, liquidation
    liquidated, liquidates, receivership, creditors, distressed, debt-laden, indebted, heavily indebted
    overleveraged, highly leveraged, missed payment, misses payment, default, defaulted, defaults on
    covenant breach, breach of covenant, downgraded to junk, cut to junk, fallen angel, stripped of
    fewer patients, fewer customers, fewer visitors, fewer orders, fewer passengers, customers left
    staying away, stay away from, shunned, shun, shuns, lack demand, weak demand, falling demand, soft demand
    slack demand, sluggish demand, declining demand, drop in demand, lower demand, dried up, dries up, dry up
    drying up, defers, deferred delivery, push out, pushed out, supply snags, supply problems
    supply chain problems, supply constraints, supply disruption, chip shortage, half-built, bottlenecked
    overstocked, unsold stock, clear stock, mark down, marks down, marked down, markdowns, deep discounts
    heavy discounts, price pressure, pricing pressure, margin pressure, margin squeeze, cost inflation
    inflationary, soaring costs, rising costs, surging costs, higher costs, cost pressures, spiralling
    spiraling, runaway costs, over budget, behind schedule, behind plan, months late, years late
    late delivery, missed deadline, misses deadline, auditor resigns, citing disagreements, disagreements
    disagreement, accounting irregularities, accounting errors, accounting probe, cooked the books, misled
    misleading, mis-selling, mislead, deception, deceived, concealed, cover-up, coverup, manipulation, rigging
    price-fixing, price fixing, antitrust, anti-trust, collusion, corruption, corrupt, bribes, bribe
    money laundering, laundering, tax evasion, evasion, raids, search warrant, indicted, indictment
    pleads guilty, pleaded guilty, jailed, prison, sentenced, felony, racketeering, misconduct, wrongdoing
    harassment, discrimination, toxic, poisoned, tainted, unsafe, safety concerns, safety reasons
    safety issues, safety problem, side effects, adverse events, clinical hold, trial halted, trial stopped
    trial failure, failed trial, fails trial, missed its primary endpoint, misses primary endpoint
    did not meet, failed to meet, complete response letter, refuses to approve, refused to approve
    declines to approve, votes against, voted against, rejection, revoked, revokes, withdrawn
    withdraws approval, pulled from the market, import ban, export ban, export curbs, crackdown, clampdown
    sanctioned, blacklisted, blacklist, trade war, data breach, cyberattack, cyber attack, cyber-attack
    hacked, ransomware, outages, blackout, power cut, derailed, derails, crashed into, sank in, explosions
    burned down, wildfire, wildfires, earthquake, drought, flooding, floods, typhoon, quarantine, epidemic
    pandemic, lockdown, lockdowns, terror, deposit flight, bank run, capital shortfall, raise more capital
    undercapitalised, undercapitalized, stress test failure, fails stress test, failed stress test, eat into
    eats into, eating into, ate into, chip away, undermines, undermine, undermined, undercut, undercuts
    undercutting, cannibalise, cannibalize, loss-making, lossmaking, money-losing, in arrears, in trouble
    troubled, embattled, beleaguered, ailing, floundering, flounders, foundering, crisis-hit, scandal-hit
    stricken, hard-hit, cash-strapped, strapped, put on hold, frozen, freezes, hiring freeze, pay freeze
    furlough, furloughs, furloughed, pink slips, sacked, sacks, fired, fires ceo, quits, exits abruptly
    leaves abruptly, departs abruptly, sudden departure, abrupt departure, turf war, boardroom row, feud
    row over, revolt, rebellion, proxy fight, vote down, voted down, snubbed, snub, walk away, walk away from
    walks away from, walked away, abandons bid, drops bid, withdraws bid, bid fails, deal collapses
    deal collapsed, deal falls through, fell through, falls through, scuttled, scuttles, called off, calls off
    terminated the, break-up fee, blocks deal, blocks merger, loses appeal, loses case, loses ruling
    loses lawsuit, loses bid, lost its bid, loses patent, patent invalid, patent struck down, loses trial
    found liable, told to pay, damages of, jury awards, penalised, penalized, injunction, disqualified
    barred from, suspended from, complain, complains, complained, outrage, backlash, furious, dissatisfied
    unhappy, insiders dump, insiders selling, ceo sells, director sells, dilutive offering
    share offering priced, prices offering, offering at a discount, rights issue fell, reverse split
    reverse stock split, delisting notice, non-compliance, noncompliance, going dark, death cross, lower lows
    broken chart, broke support, breaks support, lost support, below support, resistance held, rejected at
    overextended, overheated, bubble, frothy, rich valuation, expensive here, priced for perfection
    bag holder, bagholders, bagholding, rekt, dud, trash, garbage, junk stock, falling knife
    can't find a bottom, no bottom, puts printing, puts paying, bought puts, buying puts, short it, shorted
    short here, went short, sell the rip, fade this, taking losses, took a loss, stopped out, looks weak
    looking weak, looks bad, looks terrible, rolling over, rolled over, fading, ugly guide, ugly chart
    avoid this, steer clear
""")
REVERSERS: Final = _entries("""
    not, no, n't, never, without, neither, nor, cannot, can't, didn't, doesn't, don't, won't, isn't, wasn't
    aren't, weren't, hasn't, haven't, couldn't, nobody, none, no longer, fails to, failed to, far from
    lack of, avoid, avoids, avoided, avoiding, averts, averted, unlikely, hardly, instead of, rather than
    dodges, dodged, end of, ended, ends, dismissed, drops probe, tosses, settled, settles, overblown
    emerges from, erases, erased
""")
# Phrases whose sense is their own.
PHRASES_GOOD: Final = _entries("""
    less than feared, fewer than feared, better than expected, better-than-expected, more than expected
    above expectations, beyond all expectations, above estimates, above consensus, ahead of expectations
    ahead of estimates, above forecasts, topped forecasts, higher than expected, narrower than expected
    surprise to the upside, to the upside, beat estimates, exceeded expectations, than forecast higher
    beat expectations, upgraded to buy, upgrades to buy, to buy from, to outperform, to overweight
    sees strong, raised its guidance, cut costs, cuts costs, cutting costs, cost cuts, cost savings
    annual savings, cost cutting, reverse the write-down, write-down was reversed, struck oil, strikes oil
    market has turned, claims dismissed, dismissed all claims, drops probe, clears of, clears merger
    sides with, rules in favour of, rules in favor of, wins approval, approval of the plan, cancelled lay-offs
    lay-offs were cancelled, cleared to fly, at a premium, emerges from bankruptcy, pays off debt
    strike has ended, ends strike, averting strike, regains compliance, takes share, take share
    take market share, gain market share, gained market share, steals customers, join the index, join the s&p
    sweetens offer, takeover interest, buys stock, below last year 's costs, top end of, upper end of
    high end of, top of its range, threw out, throws out, thrown out, dropped its inquiry
    dropped their inquiry, drops inquiry, drops its probe, drops investigation, dropped its case
    insider buying, insiders bought, insiders have bought, breaking out, breaks out, broke out, buy the dip
    goes long, going long, raises stake, raised its stake, increases stake, bigger stake, above the consensus
    raises its dividend, raised its dividend, pays for itself, paid for itself, without penalty, strikes deal
    strikes a deal, struck a deal, strike a deal, stay afloat, than feared, wins back, won back
    tosses verdict
""")
PHRASES_BAD: Final = _entries("""
    less than hoped, less than expected, fewer than forecast, fewer than expected, worse than expected
    worse-than-expected, below expectations, below estimates, below consensus, below street, below forecasts
    lower than expected, lower-than-expected, wider than expected, short of estimates, short of expectations
    missed estimates, misses estimates, to the downside, disappoints investors, cut jobs, cuts jobs
    cut # jobs, cuts # jobs, cutting jobs, cut its workforce, job cuts, reduce its workforce, reduce personnel
    reduction of personnel, reduce # jobs, reducing staff, freezes hiring, no dividend, not to recommend
    not to pay, skip dividend, skips dividend, halves dividend, suspends buyback, suspend dividend
    pulls forecast, pulls its forecast, withdraws guidance, profit taking, to sell from, to underperform
    to underweight, loses contract, lost contract, lost the tender, lose market share, loses market share
    lost market share, losing ground, losing market share, rules against, orders to pay, ordered to pay
    moves to block, no benefit, misses main goal, missed main goal, could not avoid
    does not expect to recover, no recovery, can't catch, no relief, not enough, broke down, run out of
    removed from, gives back, break fee, balance sheet hole, stood still, at a discount, steep discount
    dropped the, customers are leaving, burns cash, burns through cash, going down, taken off the market
    runs out, little upside, limited upside, no upside, came in light, comes in light, sold off, sells off
    selling off, low end of, lower end of, bottom of its range, insiders have sold, insiders sold
    insider selling, cost the company, cost the group, cost company, break below, breaks below, broke below
    breaking down, dead money, is tight, stay away, on review for downgrade, goes short, going short
    cuts its dividend, cut its dividend, below the consensus, missing the consensus, stop making
    record penalty, record fine, record loss, record low, verdict against, judgment against, ruling against
    restructuring lawyers, restructuring advisers, to the sidelines, worse than feared, price cut
""")
# Phrases whose words would mislead: they are skipped.
PLAIN: Final = _entries("""
    number of shares, number of votes, share capital, stock exchange, stock exchanges, stock options
    stock option, share issue, new shares, own shares, share of the votes, shares outstanding
    shares and votes, ordinary shares, shares in the company, profit and loss account, profit sharing
    loss prevention, risk management, up to, more than, less than, no more than, no less than, set up, sets up
    made up, makes up, make up, down payment, follow up, signed up, up for, up and running, value added
    value-added, added value, higher education, growth company, in addition, track record, record date
    records, target group, target price of, target audience, fine paper, fine papers, fire safety, fire engine
    fire engines, rescue services, strike price, best practice, best practices, apartment block
    block of flats, exemption, granted an exemption, annual maintenance, maintenance shutdown
    shut down for annual maintenance, head office, order to, in order, on behalf, position of, positions in
    option rights, cutting tools, lower house, upper house, close of trading, average price
    price of the shares, subscription price, rise building, high-rise, share exchange, ratio of, the cost of
    cost-free, raise awareness, not only, not yet, no later than, cash and cash equivalents, order of
    by order, short-term, long-term, cut-to-length, customer service, business area, business areas
    business unit, business units, stock market, stock markets, production site, production sites
    production line, sales office, sales offices, sales network, sales company, sales director, sales manager
    income statement, customers include, estimated value, members of, member of, staff of, employs
    profit distribution, dividend payment, price list, order value, value of the order, price was not
    price is not, order books open, more information, further information, additional information
    quality control, market area, demand for votes, subject to the approval of, subject to approval
    requires the approval of, existing debt, year to date, in light of, at the request of
    employee representatives
""")
# What a neutral sentence is made of.
CUES: Final = {
    "ownership": _entries("""
    holding, holdings, stake, voting rights, votes, of the votes, shareholder, shareholders, share capital
    flagging, notification, disclosure, owns, owned by, own shares, treasury shares, stock options, option
    options, subscription, subscribed, trade register, registered, one-tenth, one-twentieth
    per cent of the shares, shares outstanding, conveyed, stock split, filing
"""),
    "meeting": _entries("""
    annual general meeting, general meeting, extraordinary meeting, board of directors, authorised, authorized
    propose, proposes, proposed, proposal, agenda, resolutions, elected, re-elected, articles of association
    record date, conference call, capital markets day, webcast, auditor, committee, members of the board
"""),
    "people": _entries("""
    appointed, appoints, named, names, appointment, chief executive, managing director, president, ceo, cfo
    chairman, chairwoman, director, steps down, retire, retires, spokesman, spokeswoman, head of, joins
"""),
    "schedule": _entries("""
    will publish, will release, scheduled, at # am, will be held, takes place, will be published, will start
    will begin, by the end of, is due, is set to, planned, plans, plan, intends, considers, weighing
    expected to be completed, to be completed, will be completed, will be delivered, will be built
    in the first half, in the second half
"""),
    "describe": _entries("""
    headquartered, based in, employs, employ, founded, located, operates in, operates, is a provider
    provider of, maker of, develops, manufactures, produces, offers, supplies, consists of, includes, include
    included, makes up, accounted for, accounts for, comprises, covers, listed on, listed in, quoted
    square metres, square meters, capacity of, floor area, customers include, is part of, part of the
    business areas, segments, subsidiary, specialises, specializes
"""),
    "undisclosed": _entries("""
    not disclosed, not be disclosed, undisclosed, were not disclosed, was not disclosed, not revealed
    no further details, did not comment, declined to comment, not wish to comment, financial details
    terms of the deal, not been disclosed, will not be disclosed, not give, not material, material effect
    no effect, does not affect, minor
"""),
    "deal": _entries("""
    acquire, acquires, acquired, acquisition, buys, bought, purchase, sells, sold, divest, divested
    divestment, sale of, transaction, merger, letter of intent, joint venture, agreement, contract, signed
    deal, order, delivers, delivery, deliver, supply
"""),
    "same": _entries("""
    unchanged, flat, on the level, at the level, same level, same as, remain, remains, stay at, in line with
    reiterates, reaffirms, affirms, affirmed, backs, keeps, maintains, repeats, stable, little changed
    as before, about the same, neutral, hold
"""),
    "product": _entries("""
    introduces, introduced, launches, launch, launched, unveils, releases, version, model, models, range
    product, products, presents, demonstrates, software, service, services, system, systems, technology
    solution, solutions
"""),
    "expect": _entries("""
    expects, expect, expected, estimates, forecast, sees, aims, aim, target, outlook, believes, anticipates
    will
"""),
    "compare": _entries("""
    compared with, compared to, against, versus, vs, from, year earlier, year ago, corresponding period
    same period, comparison period, previous year, last year, year-on-year, prior year
"""),
    "worth": _entries("""
    value of the order, value of the contract, contract value, worth, total value, valued at, investment
    invest, invests, price, amounted to, totalled, amounts to, approximately, about
"""),
}  # fmt: skip
CONTRASTS: Final = frozenset(
    {"but", "though", "although", "despite", "while", "whereas", "however", "yet", "as", "after", "even"}
)
CONCESSIONS: Final = frozenset({"although", "despite", "though", "while"})  # what follows weighs less
