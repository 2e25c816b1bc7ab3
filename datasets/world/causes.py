"""What makes customers stay, spend, speak and leave?

Each number is the strength of one cause; zero switches it off, and with all at zero customers live as the textbook
says. The picture in datasets/README.md shows how they hang together. Satisfaction and quality are in points: one
point is the standard deviation of the company's usual quality.

Sources: Oliver (1980), "A cognitive model of the antecedents and consequences of satisfaction decisions", Journal of
Marketing Research 17(4), 460–469 (disconfirmation); Spreng, MacKenzie & Olshavsky (1996), "A reexamination of the
determinants of consumer satisfaction", Journal of Marketing 60(3), 15–32 (desires); Kahneman & Tversky (1979),
"Prospect theory", Econometrica 47(2), 263–291 (losses weigh more); Hirschman (1970), "Exit, Voice, and Loyalty"
(complaint or silence); Berry & Parasuraman (1991), "Marketing Services" (bonds). The sizes are assumed.
"""

from dataclasses import dataclass

from datasets.world.fields import number


@dataclass(frozen=True, kw_only=True)
class Causes:
    """The strength of every cause; all zero is the textbook.

    >>> Causes().loss_weight
    0.0
    """

    # An encounter is judged.
    disconfirmation: float = number(
        "Satisfaction from quality above expectation", "points per point", low=0, high=5, default=0.0
    )
    desire: float = number(
        "Satisfaction from quality above what one wishes", "points per point", low=0, high=5, default=0.0
    )
    loss_weight: float = number("Further weight of a shortfall", "share", low=0, high=10, default=0.0)
    learning: float = number(
        "Movement of expectation towards what was lived", "share", low=0, high=1, default=0.0
    )
    failure: float = number("Quality lost when something goes wrong", "points", low=0, high=10, default=0.0)
    outage: float = number("Quality lost on a day of outage", "points", low=0, high=10, default=0.0)
    waiting: float = number(
        "Satisfaction lost by waiting on the phone", "points per minute", low=0, high=5, default=0.0
    )
    hanging_up: float = number(
        "Satisfaction lost by hanging up unheard", "points", low=0, high=10, default=0.0
    )
    # What is felt is said, and may be answered.
    complaining: float = number(
        "Complaint, per point of dissatisfaction", "log-odds per point", low=0, high=10, default=0.0
    )
    good_answer: float = number("Satisfaction won by a good answer", "points", low=0, high=10, default=0.0)
    poor_answer: float = number(
        "Satisfaction lost by a poor answer or none", "points", low=0, high=10, default=0.0
    )
    praising: float = number("Recommendation, per point of mood", "log per point", low=0, high=5, default=0.0)
    referral: float = number(
        "Recommendations that bring a new customer", "share", low=0, high=0.9, default=0.0
    )
    # What is felt changes what is bought.
    repurchase: float = number("Order rate, per point of mood", "log per point", low=0, high=3, default=0.0)
    departure: float = number(
        "Leaving for the service, per point of bad mood", "log-odds per point", low=0, high=10, default=0.0
    )
    tier_spend: float = number(
        "Amount, per tier of the loyalty programme", "log per tier", low=0, high=2, default=0.0
    )
    household_spend: float = number(
        "How far life stages differ in spending", "exponent", low=0, high=3, default=0.0
    )
    household_moving: float = number(
        "How far life stages differ in moving away", "exponent", low=0, high=3, default=0.0
    )
    # What ties a customer.
    financial_bond: float = number(
        "Price and competitors, at full financial bonds", "log-odds", low=0, high=10, default=0.0
    )
    social_bond: float = number(
        "Service and competitors, at full social bonds", "log-odds", low=0, high=10, default=0.0
    )
    structural_bond: float = number(
        "Every wish to leave, at full structural bonds", "log-odds", low=0, high=10, default=0.0
    )
    switching_cost: float = number(
        "Every wish to leave, per year of custom", "log-odds per year", low=0, high=10, default=0.0
    )
    # What the company and its rivals do.
    price_order: float = number(
        "Order rate, per unit of log price", "elasticity", low=0, high=10, default=0.0
    )
    price_departure: float = number(
        "Leaving for the price, per unit of log price", "log-odds", low=0, high=50, default=0.0
    )
    competitor: float = number(
        "Leaving for a competitor, while one makes an offer", "log-odds", low=0, high=10, default=0.0
    )
    bad_debt: float = number(
        "Being let go, per unit of share never paid", "log-odds", low=0, high=20, default=0.0
    )
    persuasion: float = number(
        "Order rate of a persuadable after a contact", "share", low=0, high=5, default=0.0
    )
    persuasion_stay: float = number(
        "Wish to leave of a persuadable after a contact, less", "log-odds", low=0, high=10, default=0.0
    )
    annoyance: float = number(
        "Order rate lost of a sleeping dog after a contact", "share", low=0, high=0.95, default=0.0
    )
    annoyance_leave: float = number(
        "Wish to leave of a sleeping dog after a contact, more", "log-odds", low=0, high=10, default=0.0
    )
    # The calendar.
    season: float = number(
        "How far months, weekdays and hours differ", "exponent", low=0, high=2, default=0.0
    )
    sale: float = number("Order rate in the anniversary sale", "share", low=0, high=10, default=0.0)
    sale_discount: float = number("Price cut in the anniversary sale", "share", low=0, high=0.9, default=0.0)
