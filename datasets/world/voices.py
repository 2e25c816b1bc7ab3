"""What do customers say?  interactions (complaints and questions) and surveys."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.arrays import encounter_ids, moments, words
from datasets.world.calendar import MICROSECONDS_PER_DAY
from datasets.world.calls import TOPICS
from datasets.world.draws import SURVEY, SURVEY_NOISE, draw
from datasets.world.history import History
from datasets.world.ids import INTERACTIONS, SURVEYS
from datasets.world.odds import log_odds, share_of
from datasets.world.quantiles import normal_quantiles

Integers = NDArray[np.int64]
_DAYS_TO_SEND, _DAYS_TO_ANSWER = 1.0, 6.0


def interactions(history: History) -> dict[str, Any]:
    """Complaints and questions up to the end of history; what is not closed by then has no answer yet."""
    calls = history.calls
    inside = np.flatnonzero(calls.started < history.end)
    place = history.call_place[inside]
    closed = calls.answered[inside] < history.end
    answer_cents = history.company.scenario.costs.answer_cents
    return {
        "interaction_id": encounter_ids(history, place, table=INTERACTIONS),
        "customer_id": history.customer_id[history.person[place]],
        "order_id": history.order_id[place],
        "kind": words(~calls.complained[inside], ("complaint", "question")),
        "channel": words(~calls.by_phone[inside], ("phone", "chat")),
        "topic": words(calls.topic[inside], TOPICS),
        "started_at": moments(history, calls.started[inside]),
        "wait_seconds": calls.wait_seconds[inside],
        "abandoned": calls.abandoned[inside],
        "handled_seconds": calls.handled_seconds[inside],
        "answered_at": moments(history, calls.answered[inside], known=closed),
        "compensation_cents": np.rint(answer_cents * (calls.answered_well[inside] & closed)),
    }


def surveys(history: History) -> dict[str, Any]:
    """Questionnaires sent, with the answers of those who answered by the end of history."""
    scenario, service, seed = history.company.scenario, history.company.scenario.service, history.seed
    asked = philox.uniform(history.record["survey_word"].astype(np.uint64)) < service.survey_share
    sent_at = history.at + _DAYS_TO_SEND * MICROSECONDS_PER_DAY
    place = np.flatnonzero(asked & (sent_at < history.end))
    person, sent_at = history.person[place], sent_at[place]
    identity, encounter, business = (
        history.persons.identity[person],
        history.encounter[place],
        history.business[place],
    )
    answer, noise = (np.empty((4, len(place)), dtype=np.uint64) for _ in range(2))
    for number in range(len(scenario.businesses)):
        rows = np.flatnonzero(business == number)
        for words_of, purpose in ((answer, SURVEY), (noise, SURVEY_NOISE)):
            words_of[:, rows] = draw(
                identity[rows], encounter[rows], purpose=purpose, seed=seed, business=number
            )
    felt = {
        name: history.record[name][place].astype(float)
        for name in ("expectation", "quality", "satisfaction_afterwards", "felt_mood")
    }
    eagerness = service.survey_extremes * np.abs(felt["satisfaction_afterwards"])
    answers = philox.uniform(answer[0]) < share_of(log_odds(service.survey_response) + eagerness)
    answered_at = sent_at + np.floor(philox.uniform(answer[1]) * (_DAYS_TO_ANSWER * MICROSECONDS_PER_DAY))
    known = answers & (answered_at < history.end)

    def score(value: Any, word: Any, middle: float, low: int) -> Any:
        error = service.survey_noise * normal_quantiles(philox.uniform(word))
        return _missing(np.clip(np.rint(middle + service.survey_step * value + error), low, 10), known)

    middle = service.survey_satisfaction
    return {
        "survey_id": encounter_ids(history, place, table=SURVEYS),
        "customer_id": history.customer_id[person],
        "order_id": history.order_id[place],
        "sent_at": moments(history, sent_at),
        "answered_at": moments(history, answered_at, known=known),
        "expectation": score(felt["expectation"], noise[0], middle, 1),
        "desire": score(history.persons.desire[person], noise[1], middle, 1),
        "performance": score(felt["quality"], noise[2], middle, 1),
        "satisfaction": score(felt["satisfaction_afterwards"], noise[3], middle, 1),
        "recommendation": score(felt["felt_mood"], answer[2], service.survey_recommendation, 0),
    }


def _missing(values: NDArray[Any], known: NDArray[np.bool_]) -> Any:
    import pyarrow as pa

    return pa.array(values.astype(np.int8), mask=~known)
