"""Exercises of every kind, as small as can be: the core is tested on them, apart from the real ones."""

from __future__ import annotations

from pathlib import Path

TASKS = {
    "profit": '''
"""What is left of an order?"""
KIND = "number"
CONCEPTS = ("clv",)
ORDER = 1
UNITS = {"price": "money", "margin": "percent", "answer": "money"}
TOLERANCE = 0.5


def given(rng):
    return {"price": int(rng.integers(20, 90)) * 100, "margin": int(rng.integers(20, 70)) / 100}


def answer(price, margin):
    return price * margin


def costs_instead(price, margin):
    return price * (1 - margin) + 1


def margin_forgotten(price, margin):
    return float(price)


MISTAKES = {"costs_instead": costs_instead, "margin_forgotten": margin_forgotten}


def steps(price, margin):
    return {"hundredth": price / 100}
''',
    "kept": '''
"""Which share stayed?"""
KIND = "number"
CONCEPTS = ("clv",)
ORDER = 2
UNITS = {"before": "number", "after": "number", "answer": "percent:1"}
TOLERANCE = 0.0005


def given(rng):
    before = int(rng.integers(200, 900))
    return {"before": before, "after": int(before * rng.uniform(0.55, 0.95))}


def answer(before, after):
    return after / before


def lost_instead(before, after):
    return 1 - after / before + 0.001


def upside_down(before, after):
    return before / after


MISTAKES = {"lost_instead": lost_instead, "upside_down": upside_down}
''',
    "keep_or_drop": '''
"""Is it worth it?"""
KIND = "choice"
CONCEPTS = ("rfm",)
ORDER = 1
UNITS = {"gain": "money", "cost": "money"}
TOLERANCE = 0
OPTIONS = ("start", "stop", "wait")


def given(rng):
    cost = int(rng.integers(10, 40))
    return {"gain": cost + int(rng.choice([-5, 5])), "cost": cost}


def answer(gain, cost):
    return "start" if gain > cost else "stop"


def cost_forgotten(gain, cost):
    return "start" if gain < cost else "stop"


def afraid(gain, cost):
    return "wait"


MISTAKES = {"cost_forgotten": cost_forgotten, "afraid": afraid}
''',
    "three_years": '''
"""What does each year bring?"""
KIND = "table"
CONCEPTS = ("rfm",)
ORDER = 2
UNITS = {"first": "money", "share": "percent", "growth": "percent", "answer": "money"}
TOLERANCE = 0.5
ROWS = ("one", "two", "growth")


def given(rng):
    return {"first": int(rng.integers(1000, 9000)), "share": int(rng.integers(50, 90)) / 100}


def answer(first, share):
    return [first, first * share, 0.25]


TOLERANCE = {"one": 0.5, "two": 0.5, "growth": 0.001}


def nobody_leaves(first, share):
    return [first, first, 0.25]


def one_too_late(first, share):
    return [first * share, first * share**2, 0.25]


MISTAKES = {"nobody_leaves": nobody_leaves, "one_too_late": one_too_late}
''',
    "best_channel": '''
"""Which channel first?"""
import pandas as pd
KIND = "ranking"
CONCEPTS = ("abc-analysis",)
ORDER = 1
UNITS = {"profit": "money", "sales": "money"}
TOLERANCE = 0


def given(rng):
    profit = rng.permutation([100, 200, 300]) + int(rng.integers(50))
    return {"channels": pd.DataFrame({"channel": ["shop", "web", "phone"], "profit": profit,
                                      "sales": profit[[1, 2, 0]] * 10})}


def answer(channels):
    return channels.sort_values("profit", ascending=False)["channel"].tolist()


def by_sales(channels):
    return channels.sort_values("sales", ascending=False)["channel"].tolist()


def sales_upside_down(channels):
    return by_sales(channels)[::-1]


MISTAKES = {"by_sales": by_sales, "sales_upside_down": sales_upside_down}
''',
    "whom": '''
"""Whom do you write to?"""
import numpy as np
import pandas as pd
KIND = "decision"
CONCEPTS = ("btyd",)
ORDER = 1
UNITS = {"picks": "number", "worth": "money"}
TOLERANCE = 0.2


def true_profit(customers):
    return customers["orders"] * 10.0 - 30 + (customers["customer_id"].str[-1].astype(int) - 4.5)


def given(rng):
    ids = np.char.add("10", rng.permutation(9000)[:300].astype(str).astype("U8"))
    return {"picks": 40, "customers": pd.DataFrame(
        {"customer_id": ids.astype(object), "orders": rng.poisson(3, 300), "spent": rng.gamma(2, 50, 300).round(2)})}


def answer(picks, customers):
    return customers.nlargest(picks, "orders")["customer_id"].tolist()


def worth(submitted, picks, customers):
    return float(true_profit(customers)[customers["customer_id"].isin(submitted)].sum())


def chance(picks, customers):
    return float(true_profit(customers).mean() * picks)


def by_spend(picks, customers):
    return customers.nlargest(picks, "spent")["customer_id"].tolist()


def least_orders(picks, customers):
    return customers.nsmallest(picks, "orders")["customer_id"].tolist()


MISTAKES = {"by_spend": by_spend, "least_orders": least_orders}
''',
    "who_leaves": '''
"""Who will leave?"""
import numpy as np
import pandas as pd
KIND = "scores"
CONCEPTS = ("btyd",)
ORDER = 2
UNITS = {"worth": "percent"}
TOLERANCE = 0.3


def gone(customers):
    return customers["days"] + customers["customer_id"].str[-1].astype(int) * 10 > 120


def given(rng):
    ids = np.char.add("20", rng.permutation(9000)[:300].astype(str).astype("U8"))
    return {"customers": pd.DataFrame(
        {"customer_id": ids.astype(object), "days": rng.integers(0, 200, 300),
         "spent": rng.gamma(2, 50, 300).round(2)})}


def scores(customers, column):
    return pd.Series(customers[column].to_numpy(float), index=customers["customer_id"])


def answer(customers):
    return scores(customers, "days")


def worth(submitted, customers):
    left = gone(customers).to_numpy()
    rank = submitted.reindex(customers["customer_id"]).rank().to_numpy()
    many = left.sum()
    return float((rank[left].sum() - many * (many + 1) / 2) / (many * (~left).sum()))


def chance(customers):
    return 0.5


def by_spend(customers):
    return scores(customers, "spent")


def least_spend(customers):
    return -scores(customers, "spent")


MISTAKES = {"by_spend": by_spend, "least_spend": least_spend}
''',
}
_MORE = {
    "keep_or_drop": '[options]\nstart = "{start}"\nstop = "{stop}"\nwait = "{wait}"\n',
    "three_years": '[rows]\none = "1"\ntwo = "2"\ngrowth = "3"\n',
    "best_channel": '[names]\nshop = "{shop}"\nweb = "{web}"\nphone = "{phone}"\n'
    '[columns]\nchannel = "K"\nprofit = "P"\nsales = "S"\n',
    "who_leaves": '[columns]\ndays = "{days}"\n',
}
_WORDS = {
    "en": {
        "title": "Small",
        "wrong": "Think again",
        "start": "Start it now",
        "stop": "Stop it",
        "wait": "Wait",
        "shop": "Shop",
        "web": "Web shop",
        "phone": "Phone",
        "days": "Days",
    },
    "zh": {
        "title": "小题",
        "wrong": "再想想",
        "start": "现在开始",
        "stop": "停下来",
        "wait": "再等等",
        "shop": "门店",
        "web": "网店",
        "phone": "电话",
        "days": "天数",
    },
}


def write(root: Path) -> Path:
    """Write all of them below a folder."""
    for name, source in TASKS.items():
        folder = root / "small" / name
        folder.mkdir(parents=True)
        (folder / "task.py").write_text(source.lstrip(), "utf-8")
        places = {
            "profit": "{price} {margin}",
            "kept": "{before} {after}",
            "keep_or_drop": "{gain} {cost}",
            "three_years": "{first} {share}",
            "whom": "{picks}",
        }.get(name, "")
        mistakes = source.split("MISTAKES = {")[1].split("}")[0].split('"')[1::2]
        for language, said in _WORDS.items():
            lines = [
                f'title = "{{title}} {name}"',
                f'ask = "{places} ?"',
                'hints = ["1", "2"]',
                'right = "= {answer}"',
            ]
            lines += ['wrong = "{wrong}"', 'solution = "{answer}"', _MORE.get(name, "")]
            lines += ["[mistakes]", *(f'{one} = "{{title}} {one}"' for one in mistakes)]
            content = "\n".join(lines)
            for key, word in said.items():
                content = content.replace("{" + key + "}", word)
            (folder / f"{language}.toml").write_text(content, "utf-8")
    return root
